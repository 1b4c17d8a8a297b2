"""Programmes: tracks, versions, modules, rules as data, batches."""
