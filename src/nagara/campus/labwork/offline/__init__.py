"""A module to take along where lines are bad: a signed pack that goes out, answers that come back."""
