"""Materials, assignments, grading by rubric and by peers, the grade book, progress."""
