"""Cities: member cities, their states, projects and teams, and what the City Lab knows of them."""
