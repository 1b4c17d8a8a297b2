"""Courses taken, credits, grade average, milestones, the audit page, early warnings, the transcript."""
