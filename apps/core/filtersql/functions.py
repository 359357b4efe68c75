"""Functions that SQLite lacks, given to each of its connections: mlp_fold, mlp_regex and mlp_number."""

import sqlite3
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from apps.core.filterlang.like import fold
from apps.core.filterlang.numbers import text_number
from apps.core.filterlang.regex import compiled


def install() -> None:
    """Give them to every SQLite connection, those that are open already and those to come."""
    connection_created.connect(_on_created, dispatch_uid="apps.core.filtersql.functions")
    for wrapper in connections.all(initialized_only=True):
        if wrapper.vendor == "sqlite" and wrapper.connection is not None:
            _add(wrapper.connection)


def _on_created(connection: Any, **_: object) -> None:
    if connection.vendor == "sqlite":
        _add(connection.connection)


def _add(raw: sqlite3.Connection) -> None:
    raw.create_function("mlp_fold", 1, _fold, deterministic=True)
    raw.create_function("mlp_regex", 2, _regex, deterministic=True)
    raw.create_function("mlp_number", 1, _number, deterministic=True)


def _fold(value: str | None) -> str | None:
    return None if value is None else fold(value)


def _regex(pattern: str, value: str | None) -> bool | None:
    return None if value is None else compiled(pattern).search(value)


def _number(value: str | None) -> float | None:
    return None if value is None else text_number(value)
