"""Nagara: trains the people who plan and run cities, on their own city's data."""

__version__ = "0.1.0"
