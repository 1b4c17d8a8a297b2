"""What is kept: question banks with variants, quizzes, attempts, pre- and post-test."""
