"""What is kept: materials, assignments, grading by rubric and by peers, the grade book, progress."""
