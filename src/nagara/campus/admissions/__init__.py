"""Admissions: call, nomination, application and its documents."""
