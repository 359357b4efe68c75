"""The filter language of every search: text to tree, tree to text, and what a tree means.

Pure: nothing here knows a database. `parse(text, dialect)` makes the tree, `parse_order_by` the ordering; the rooms that
own the rows compile them; `evaluate` says what they must find. docs/filter-language.md is the guide for people.
"""
