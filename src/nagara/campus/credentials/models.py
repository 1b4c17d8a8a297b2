"""What is kept: certificates as paper and as signed badge, the public check, revocation."""
