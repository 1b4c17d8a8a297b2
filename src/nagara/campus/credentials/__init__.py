"""Certificates as paper and as signed badge, the public check, revocation."""
