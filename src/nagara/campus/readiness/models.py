"""Readiness: a city's assessment, its evidence, profile and gap."""
