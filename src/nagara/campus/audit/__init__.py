"""Audit: what was changed, by whom, why."""
