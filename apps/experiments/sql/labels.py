"""Writing params and tags of runs: set-based, called by services inside their transaction."""

from django.db import connection

from apps.experiments.records import Tag


def insert_params(run_pk: int, params: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Store (key id, value) pairs that are not there yet. Returns (key id, stored value) of those that stand with another value.

    Insert first and compare after: two writers of the same key then see each other, on both databases.
    """
    params = sorted(params)
    with connection.cursor() as cursor:
        marks = ",".join(["(%s,%s,%s)"] * len(params))
        sql = f"INSERT INTO experiments_param (run_id, key_id, value) VALUES {marks} ON CONFLICT (run_id, key_id) DO NOTHING"
        cursor.execute(sql, [item for key_id, value in params for item in (run_pk, key_id, value)])
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
    marks = ",".join(["(%s,%s,%s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO experiments_runtag (run_id, key, value) VALUES {marks} ON CONFLICT (run_id, key) DO UPDATE SET value "
            f"= excluded.value",
            [item for key, value in rows for item in (run_pk, key, value)],
        )


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
        cursor.execute(f"UPDATE experiments_run SET {', '.join(columns)} WHERE id = %s", [*params, run_pk])
