"""City Lab: data -> evidence. A library of its own: no Django inside, usable from a notebook."""
