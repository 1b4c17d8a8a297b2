"""How times and ways of attendance are shown."""
