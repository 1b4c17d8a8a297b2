"""Question banks with variants, quizzes, attempts, pre- and post-test."""
