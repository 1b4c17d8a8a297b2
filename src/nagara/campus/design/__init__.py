"""Design: base templates, tokens, components, and the third-party files that the site serves."""
