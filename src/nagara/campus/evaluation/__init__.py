"""Daily evaluation and evaluation at the end: answered in a minute, shown the same evening."""
