"""People: who signs in, their names, their roles in the office."""
