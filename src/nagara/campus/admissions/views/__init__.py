"""Pages of admissions, one file a subject."""
