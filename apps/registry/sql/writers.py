"""Writing versions and tags: set-based, called by services inside their transaction.

Plain SQL because training scripts register in loops: a version cost eleven statements through the ORM and costs four here.
"""

from typing import Any, NamedTuple

from django.db import connection


class VersionRow(NamedTuple):
    """A new version as stored, in the order of the columns."""

    source: str
    storage_location: str
    run_id: str
    logged_model_id: str
    run_link: str
    description: str
    is_prompt: bool
    owner_id: int | None


def take_number(model_id: int, now: int) -> int:
    """The next number of a model, taken for good; the model's row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_registeredmodel SET next_version = next_version + 1, updated_at = %s WHERE id = %s"
            " RETURNING next_version - 1",
            [now, model_id],
        )
        return int(cursor.fetchone()[0])


def insert_version(model_id: int, number: int, now: int, row: VersionRow) -> int:
    """The version's key."""
    columns = ", ".join(VersionRow._fields)
    marks = ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_modelversion (model_id, number, stage, stage_since, status, status_message, lifecycle,"
            f" created_at, updated_at, {columns}) VALUES (%s, %s, 'None', %s, 3, '', 'active', %s, %s, {marks}) RETURNING id",
            [model_id, number, now, now, now, *row],
        )
        return int(cursor.fetchone()[0])


def upsert_tags(table: str, owner: str, owner_id: int, tags: dict[str, str]) -> None:
    """Set tags of a model or version; `table` and `owner` are names of ours."""
    if not tags:
        return
    rows = sorted(tags.items())
    marks = ",".join(["(%s,%s,%s)"] * len(rows))
    values: list[Any] = [item for key, value in rows for item in (owner_id, key, value)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({owner}, key, value) VALUES {marks}"
            f" ON CONFLICT ({owner}, key) DO UPDATE SET value = excluded.value",
            values,
        )


def upsert_alias(model_id: int, alias: str, version_id: int) -> None:
    """Point an alias to a version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_alias (model_id, name, version_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (model_id, name) DO UPDATE SET version_id = excluded.version_id",
            [model_id, alias, version_id],
        )


def note_change(version_id: int, what: str, user_id: int | None, now: int) -> None:
    """Remember who changed something of a version last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_versionchange (version_id, what, user_id, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (version_id, what) DO UPDATE SET user_id = excluded.user_id, at = excluded.at",
            [version_id, what, user_id, now],
        )
