"""Courses taken, grades, milestones and what follows from them."""
