"""What is kept: who was there for how many minutes: by code, roster, presence online, import."""
