"""Curricula: the modules that a city or a batch should take, chosen exactly and explained."""
