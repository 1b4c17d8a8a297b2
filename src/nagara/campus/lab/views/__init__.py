"""Pages of the City Lab, one file a subject."""
