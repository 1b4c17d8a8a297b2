"""Modules of the curriculum: lessons with worked examples, readings, the instructor's page."""
