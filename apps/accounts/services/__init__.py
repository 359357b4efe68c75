"""Changing accounts. Each change leaves its audit row in the same transaction."""
