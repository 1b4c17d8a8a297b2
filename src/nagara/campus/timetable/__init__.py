"""Activities, sessions, rooms and speakers; drafts, releases and who is told; calendar feeds."""
