"""What a new site starts with: countries, consents."""
