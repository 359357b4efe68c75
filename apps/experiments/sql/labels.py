"""Writing params and tags of runs: set-based, called by services inside their transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.core import prepared
from apps.experiments.records import Tag


def _insert(
    cursor: CursorWrapper, into: tuple[str, str, str], run_pk: int, rows: Sequence[tuple[Any, str]], conflict: str
) -> None:
    """Insert (key, value) rows of one run into (table, column of the key, its type). PostgreSQL gets two arrays, so that one text
    serves batches of every size."""
    table, column, type_ = into
    if connection.vendor == "postgresql":
        keys, values = zip(*rows, strict=True)
        source, params = f"SELECT %s::bigint, r.* FROM unnest(%s::{type_}[], %s::text[]) AS r", [run_pk, list(keys), list(values)]
    else:
        source, params = "VALUES " + ",".join(["(%s,%s,%s)"] * len(rows)), [item for row in rows for item in (run_pk, *row)]
    sql = f"INSERT INTO {table} (run_id, {column}, value) {source} ON CONFLICT (run_id, {column}) {conflict}"
    prepared.execute(cursor, sql, params)


def insert_params(run_pk: int, params: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Store (key id, value) pairs that are not there yet. Returns (key id, stored value) of those that stand with another value.

    Insert first and compare after: two writers of the same key then see each other, on both databases.
    """
    params = sorted(params)
    with connection.cursor() as cursor:
        _insert(cursor, ("experiments_param", "key_id", "bigint"), run_pk, params, "DO NOTHING")
        if cursor.rowcount == len(params):
            return []
        keys = ",".join(["%s"] * len(params))
        cursor.execute(
            f"SELECT key_id, value FROM experiments_param WHERE run_id = %s AND key_id IN ({keys})",
            [run_pk, *[key_id for key_id, _ in params]],
        )
        stored = dict(cursor.fetchall())
    return [(key_id, stored[key_id]) for key_id, value in params if stored[key_id] != value]


def upsert_tags(run_pk: int, tags: list[Tag]) -> None:
    """Set tags; of one key that comes twice the last wins."""
    rows = sorted(dict(tags).items())
    if not rows:
        return
    with connection.cursor() as cursor:
        _insert(cursor, ("experiments_runtag", "key", "text"), run_pk, rows, "DO UPDATE SET value = excluded.value")


def touch_run(run_pk: int, now_ms: int, *, name: str | None = None, parent_run_id: str | None = None) -> None:
    """Note that the run was written to, and what its special tags say."""
    columns, params = ["updated_at = %s"], [now_ms]
    if name is not None:
        columns.append("name = %s")
        params.append(name)  # type: ignore[arg-type]
    if parent_run_id is not None:
        columns.append("parent_run_id = %s")
        params.append(parent_run_id)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        prepared.execute(cursor, f"UPDATE experiments_run SET {', '.join(columns)} WHERE id = %s", [*params, run_pk])
