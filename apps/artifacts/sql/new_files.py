"""The way that nearly every upload takes: a new name, in a folder that is there.

One look and one insert, in plain SQL: through the ORM the same is twelve statements, and cost six times the processor time.
Whatever is not that simple is left to services.publishing.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from apps.artifacts.models import Blob, Kind, Upload
from apps.artifacts.models.blobs import GRACE
from apps.artifacts.paths import ancestors, base_name
from apps.core import clock, prepared

_LOOK = f"""
SELECT r.id, f.id, b.id, b.storage_key, b.touched_at
  FROM artifacts_root r JOIN artifacts_artifact f ON f.root_id = r.id AND f.path = %s AND f.blob_id IS NULL
  LEFT JOIN artifacts_blob b ON b.sha256 = %s AND b.size = %s AND b.store = %s AND b.state = '{Blob.State.STORED}'
 WHERE r.key = %s
   AND NOT EXISTS (SELECT 1 FROM artifacts_artifact a WHERE a.root_id = r.id AND a.path = %s)
   AND NOT EXISTS (SELECT 1 FROM artifacts_upload u WHERE u.root_id = r.id AND u.path = %s AND u.state = '{Upload.State.FAILED}')
   AND NOT EXISTS (SELECT 1 FROM artifacts_quota q
                    WHERE q.subject = '' OR q.kind = '{Kind.TEAM}' OR (q.kind = '{Kind.EXPERIMENT}' AND q.subject = %s)
                       OR (q.kind = '{Kind.PERSON}' AND q.subject = %s))
 ORDER BY b.touched_at DESC LIMIT 1"""

_BLOB = f"""
INSERT INTO artifacts_blob (sha256, size, store, storage_key, state, created_at, touched_at)
VALUES (%s, %s, %s, %s, '{Blob.State.STORED}', %s, %s) RETURNING id"""
_ARTIFACT = """
INSERT INTO artifacts_artifact (root_id, parent_id, path, name, blob_id, owner_id, created_at, updated_at)
VALUES (%s, %s, %s, %s, {blob}, %s, %s, %s)"""
_USES = f"""
INSERT INTO artifacts_use (kind, subject, files, size) VALUES ('{Kind.EXPERIMENT}', %s, 1, %s), ('{Kind.PERSON}', %s, 1, %s)"""
_USES_OF_STORE = f"{_USES}, ('{Kind.STORED}', %s, 1, %s)"

_POSTGRESQL = f"""
WITH blob AS ({_BLOB}), artifact AS ({_ARTIFACT.format(blob="(SELECT id FROM blob)")})
{_USES_OF_STORE}"""
_POSTGRESQL_SHARED = f"""
WITH artifact AS ({_ARTIFACT.format(blob="%s")})
{_USES}"""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that has arrived: where it shall be seen, what it holds, who sent it, and which experiment it counts for."""

    root: str
    path: str
    sha256: str
    size: int  # bytes
    store: str
    experiment: str
    owner_id: int


@dataclass(frozen=True, slots=True)
class Place:
    """The keys of a root and of a folder in it, and the blob that has the content already, if one has."""

    root_id: int
    folder_id: int
    blob_id: int | None
    storage_key: str
    is_fresh: bool  # the blob is out of the collector's reach for as long as any transaction lasts


def find_place(file: NewFile) -> Place | None:
    """Where the file can simply be added: its folder, if nothing is at its path, no upload of it failed before, and no quota
    concerns it. None where one of these is not so."""
    folder = ancestors(file.path)[-1]
    params = [
        folder, file.sha256, file.size, file.store, file.root, file.path, file.path, file.experiment, str(file.owner_id),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, _LOOK, params)
        row = cursor.fetchone()
    if not row:
        return None
    root_id, folder_id, blob_id, key, touched_at = row
    is_fresh = blob_id is not None and clock.from_database(touched_at) > clock.now() - GRACE / 2
    return Place(root_id, folder_id, blob_id, key or "", is_fresh)


def add(file: NewFile, place: Place, storage_key: str) -> None:
    """Make the file visible and count it, within the caller's transaction, which has nothing more to do.

    Its content is that of the place's blob, or lies at `storage_key` if one is given. Raises IntegrityError, here or at the
    commit, where another was there first or took the folder away.
    """
    now = connection.ops.adapt_datetimefield_value(clock.now())
    blob = [file.sha256, file.size, file.store, storage_key, now, now]
    name = [place.root_id, place.folder_id, file.path, base_name(file.path)]
    owner = [file.owner_id, now, now]
    uses = [file.experiment, file.size, str(file.owner_id), file.size]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            _add_in_steps(cursor, blob if storage_key else place.blob_id, name, owner, uses)
        elif storage_key:
            prepared.execute(cursor, _POSTGRESQL, [*blob, *name, *owner, *uses, file.store, file.size], last=True)
        else:
            prepared.execute(cursor, _POSTGRESQL_SHARED, [*name, place.blob_id, *owner, *uses], last=True)


def _add_in_steps(
    cursor: CursorWrapper, blob: list[Any] | int | None, name: list[Any], owner: list[Any], uses: list[Any]
) -> None:
    """SQLite has no statements that insert inside others, and no messages to spare either."""
    if isinstance(blob, list):
        _, size, store, *_ = blob
        cursor.execute(_BLOB, blob)
        (blob,) = cursor.fetchone()
        cursor.execute(_USES_OF_STORE, [*uses, store, size])
    else:
        cursor.execute(_USES, uses)
    cursor.execute(_ARTIFACT.format(blob="%s"), [*name, blob, *owner])
