"""Notices: what goes out to people, seen by the office before it does."""
