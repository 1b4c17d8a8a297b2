"""Desk: each role's first screen: what to do next, by when, in one's own clock."""
