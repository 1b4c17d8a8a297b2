"""What can be done here: one function a verb."""
