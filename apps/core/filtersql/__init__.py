"""Filters as SQL, for the searches of every room: how each comparison is written for SQLite and for PostgreSQL.

A room compiles its own keys (which table, which column) and takes the comparisons, the joining of clauses and the
ordering from here, so that the two databases and `filterlang.evaluate` mean the same everywhere.
"""
