"""Lab: the City Lab on the site. Tables, imports by upload, recipes, runs."""
