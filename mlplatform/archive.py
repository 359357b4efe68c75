"""A backup: every table and every artifact in one tar file that any database of ours can be filled from.

The tables come first, all from one snapshot, then the bytes that the snapshot's rows point to: what is logged meanwhile is
missing as a whole,
never by half. Storage keys are never overwritten, so bytes that a row names do not change under the copy. Tables are JSON lines,
so a backup
of SQLite fills a PostgreSQL and the other way round.
"""

import gzip
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from apps.artifacts import stores
from apps.artifacts.services import charging
from apps.core.actor import Actor

FORMAT = 1
BATCH = 2000
KEPT_OUT = {"django_migrations", "django_session"}
HOME_FILES = ("secret_key", "audit_key")


class BadArchive(Exception):
    """A backup that cannot be read, or a place that is not empty; the text is for the operator."""


def write(target: Path) -> dict[str, int]:
    """Write a backup to `target`, which must not exist. Returns the number of tables, rows, files and missing files."""
    if target.exists():
        raise BadArchive(f"{target} exists")
    counts = {"tables": 0, "rows": 0, "files": 0, "missing": 0}
    part = target.with_name(f".{target.name}.part")
    part.touch(mode=0o600)
    with part.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w|") as tar, _snapshot() as read:
            _add(tar, "manifest.json", orjson.dumps({"format": FORMAT, "migrations": _migrations()}))
            for name in HOME_FILES:
                if (settings.HOME / name).exists():
                    _add(tar, f"home/{name}", (settings.HOME / name).read_bytes())
            blobs: list[tuple[str, str, int]] = []
            for model in _models():
                counts["tables"] += 1
                counts["rows"] += _add_table(tar, model, read, blobs)
            for store, key, size in blobs:
                counts["files" if _add_blob(tar, store, key, size) else "missing"] += 1
        file.flush()
        os.fsync(file.fileno())
    part.rename(target)
    return counts


def read(source: Path) -> dict[str, int]:
    """Fill an empty database and store from a backup. Raises BadArchive if anybody lives here already, or the file is none of
    ours."""
    counts = {"tables": 0, "rows": 0, "files": 0}
    try:
        with tarfile.open(source, mode="r|*") as tar:
            members = iter(tar)
            manifest = _manifest(tar, next(members, None))
            _prepare(manifest["migrations"])
            with transaction.atomic():
                pending = _read_tables(tar, members, counts)
                _reset_sequences()
            while pending is not None:
                _read_blob(tar, pending, counts)
                pending = next(members, None)
    except tarfile.TarError as error:
        raise BadArchive(f"{source} is no backup: {error}") from None
    call_command("migrate", verbosity=0, interactive=False)
    charging.recount(Actor.system("restore"))  # the bytes may lie in another store than before
    return counts


def _models() -> list[type[models.Model]]:
    """Every table, including those of many-to-many relations."""
    found = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy]
    return sorted((model for model in found if model._meta.db_table not in KEPT_OUT), key=lambda model: model._meta.db_table)


def _migrations() -> dict[str, str]:
    """The last migration of each app."""
    return dict(sorted(MigrationRecorder(connection).applied_migrations()))


@contextmanager
def _snapshot() -> Iterator[Any]:
    """A function that reads rows of one moment, without keeping anybody from writing."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")
            yield _postgresql_rows
        return
    path = str(connection.settings_dict["NAME"])
    raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    try:
        raw.execute("BEGIN")  # a reader of the log: writers go on beside it
        yield raw.execute
    finally:
        raw.close()


def _postgresql_rows(sql: str) -> Iterator[tuple[Any, ...]]:
    assert connection.connection is not None
    # Declared in words: psycopg2's own named cursors want a transaction that psycopg2 itself has begun.
    with connection.connection.cursor() as cursor:
        cursor.execute(f"DECLARE backup NO SCROLL CURSOR FOR {sql}")
        cursor.execute(f"FETCH {BATCH} FROM backup")
        while rows := cursor.fetchall():
            yield from rows
            cursor.execute(f"FETCH {BATCH} FROM backup")
        cursor.execute("CLOSE backup")


def _add_table(tar: tarfile.TarFile, model: type[models.Model], read_rows: Any, blobs: list[tuple[str, str, int]]) -> int:
    table = model._meta.db_table
    columns = [field.column for field in model._meta.local_concrete_fields if field.column]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    at = {column: place for place, column in enumerate(columns)}
    rows = 0
    with tempfile.TemporaryFile() as plain:
        with gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=3, mtime=0) as packed:
            packed.write(orjson.dumps(columns) + b"\n")
            for row in read_rows(f"SELECT {quoted} FROM {connection.ops.quote_name(table)}"):
                rows += 1
                if table == "artifacts_blob":
                    blobs.append((row[at["store"]], row[at["storage_key"]], row[at["size"]]))
                packed.write(orjson.dumps(row, default=_plain) + b"\n")
        _add_file(tar, f"db/{table}.jsonl.gz", plain)
    return rows


def _plain(value: Any) -> Any:
    """Bytes as hexadecimal; what else JSON lacks as text."""
    if isinstance(value, bytes | memoryview):
        return {"hex": bytes(value).hex()}
    return str(value)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    _add_file(tar, name, io.BytesIO(data), len(data))


def _add_file(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int | None = None) -> None:
    info = tarfile.TarInfo(name)
    info.size = file.seek(0, io.SEEK_END) if size is None else size
    info.mode = 0o600
    if size is None:
        file.seek(0)
    tar.addfile(info, file)


def _add_blob(tar: tarfile.TarFile, store: str, key: str, size: int) -> bool:
    """Whether the bytes were there. A row whose bytes are gone is told at the end, it does not end the backup."""
    place = stores.named(store)
    if place.size(key) != size:
        return False
    with place.open(key) as file:
        _add_file(tar, f"blobs/{key}", file, size)
    return True


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None) -> dict[str, Any]:
    if member is None or member.name != "manifest.json":
        raise BadArchive("this is no backup of the platform")
    manifest = orjson.loads(_content(tar, member))
    if manifest.get("format") != FORMAT:
        raise BadArchive(f"this backup has format {manifest.get('format')}, and this version reads {FORMAT}")
    return manifest


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise BadArchive(f"{member.name} is no file")
    return file.read()


def _prepare(migrations: dict[str, str]) -> None:
    """Bring an empty database to the schema of the backup, without the rows that migrations make."""
    unknown = [
        app for app in migrations if not apps.is_installed(app) and app not in {config.label for config in apps.get_app_configs()}
    ]
    if unknown:
        raise BadArchive(f"this backup is of a version with parts that this one does not have: {', '.join(unknown)}")
    call_command("migrate", verbosity=0, interactive=False)
    if _migrations() != migrations:
        for app, name in migrations.items():
            call_command("migrate", app, name, verbosity=0, interactive=False)
    user = apps.get_model("accounts", "User")
    if user._default_manager.exists():
        raise BadArchive("this database has users already: restore into an empty home folder or an empty database")


def _read_tables(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo], counts: dict[str, int]) -> tarfile.TarInfo | None:
    """Fill all tables; returns the first member after them."""
    known = {model._meta.db_table: model for model in _models()}
    with connection.cursor() as cursor:
        for table in known:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    for member in members:
        kind, _, name = member.name.partition("/")
        if kind == "home":
            _keep(name, _content(tar, member))
        elif kind == "db":
            model = known.get(name.removesuffix(".jsonl.gz"))
            if model is None:
                raise BadArchive(f"this backup has a table {name} that this version does not have")
            counts["tables"] += 1
            counts["rows"] += _fill(model, io.BytesIO(_content(tar, member)))
        else:
            return member
    return None


def _keep(name: str, data: bytes) -> None:
    """The keys of the home folder: what is encrypted with them could not be read otherwise. One that is there stays."""
    if name not in HOME_FILES:
        raise BadArchive(f"home/{name} does not belong into a backup")
    path = settings.HOME / name
    if path.exists():
        path.unlink()
    path.touch(mode=0o600)
    path.write_bytes(data)


def _fill(model: type[models.Model], packed: IO[bytes]) -> int:
    lines = gzip.GzipFile(fileobj=packed)
    columns = orjson.loads(lines.readline())
    fields = {field.column: field for field in model._meta.local_concrete_fields}
    kinds = [fields[column].get_internal_type() for column in columns]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    sql = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({quoted}) VALUES ({', '.join(['%s'] * len(columns))})"
    rows, batch = 0, []
    for line in lines:
        batch.append([_stored(value, kind) for value, kind in zip(orjson.loads(line), kinds, strict=True)])
        if len(batch) == BATCH:
            rows += _insert(sql, batch)
            batch = []
    return rows + (_insert(sql, batch) if batch else 0)


def _stored(value: Any, kind: str) -> Any:
    """A value of the file as this database takes it: the two write booleans, times and JSON differently."""
    if value is None:
        return None
    if kind == "BooleanField":
        return bool(value)
    if kind == "JSONField":
        return value if isinstance(value, str) and connection.vendor == "sqlite" else _json(value)
    if isinstance(value, dict) and "hex" in value:
        return bytes.fromhex(value["hex"])
    return value


def _json(value: Any) -> str:
    """SQLite hands JSON out as the text it stores, PostgreSQL as what it means."""
    if isinstance(value, str):
        try:
            orjson.loads(value)
        except orjson.JSONDecodeError:
            pass
        else:
            return value
    return orjson.dumps(value).decode()


def _insert(sql: str, batch: list[list[Any]]) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg2.extras import execute_batch

            execute_batch(cursor, sql, batch, page_size=200)
        else:
            cursor.executemany(sql, batch)
    return len(batch)


def _reset_sequences() -> None:
    """So that the next row gets a number that is free. SQLite sees to that itself; Django's own statements stumble over
    experiment 0."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in _models():
            key = model._meta.pk
            if isinstance(key, models.AutoField | models.BigAutoField):
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{key.column}'), GREATEST(max({key.column}), 1),"
                    f" COALESCE(max({key.column}) >= 1, false)) FROM {table}"
                )


def _read_blob(tar: tarfile.TarFile, member: tarfile.TarInfo, counts: dict[str, int]) -> None:
    kind, _, key = member.name.partition("/")
    file = tar.extractfile(member)
    if kind != "blobs" or file is None:
        raise BadArchive(f"{member.name} does not belong into a backup")
    model = apps.get_model("artifacts", "Blob")
    writer = stores.current().writer(member.size)
    while block := file.read(1024 * 1024):
        writer.write(block)
    writer.commit()
    stored = writer.key
    model._default_manager.filter(storage_key=key).update(storage_key=stored, store=stores.current().name)
    counts["files"] += 1
