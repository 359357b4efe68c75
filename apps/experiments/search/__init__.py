"""Filters and orderings of this room's nouns, compiled to SQL. What may be seen is decided in queries, before."""
