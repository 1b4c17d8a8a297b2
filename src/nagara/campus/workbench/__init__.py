"""SQL over a city's tables, in a sandbox: editor, results, history, shared queries."""
