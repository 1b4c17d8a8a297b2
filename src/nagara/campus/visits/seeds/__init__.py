"""What a new site starts with: dietary and access needs."""
