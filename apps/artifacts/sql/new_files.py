"""The way that nearly every upload takes: a new name, in a folder that is there, with content that no other file has.

One look and one insert, in plain SQL: through the ORM the same is twelve statements, and cost six times the processor time.
Whatever is not that simple is left to services.publishing.
"""

from dataclasses import dataclass

from django.db import connection

from apps.artifacts.models import Blob, Kind, Upload
from apps.artifacts.paths import ancestors, base_name
from apps.core import clock, prepared

_LOOK = f"""
SELECT r.id, f.id
  FROM artifacts_root r JOIN artifacts_artifact f ON f.root_id = r.id AND f.path = %s AND f.blob_id IS NULL
 WHERE r.key = %s
   AND NOT EXISTS (SELECT 1 FROM artifacts_artifact a WHERE a.root_id = r.id AND a.path = %s)
   AND NOT EXISTS (SELECT 1 FROM artifacts_upload u WHERE u.root_id = r.id AND u.path = %s AND u.state = '{Upload.State.FAILED}')
   AND NOT EXISTS (SELECT 1 FROM artifacts_blob b
                    WHERE b.sha256 = %s AND b.size = %s AND b.store = %s AND b.state = '{Blob.State.STORED}')
   AND NOT EXISTS (SELECT 1 FROM artifacts_quota q
                    WHERE q.subject = '' OR q.kind = '{Kind.TEAM}' OR (q.kind = '{Kind.EXPERIMENT}' AND q.subject = %s)
                       OR (q.kind = '{Kind.PERSON}' AND q.subject = %s))"""

_BLOB = f"""
INSERT INTO artifacts_blob (sha256, size, store, storage_key, state, created_at, touched_at)
VALUES (%s, %s, %s, %s, '{Blob.State.STORED}', %s, %s) RETURNING id"""
_ARTIFACT = """
INSERT INTO artifacts_artifact (root_id, parent_id, path, name, blob_id, owner_id, created_at, updated_at)
VALUES (%s, %s, %s, %s, {blob}, %s, %s, %s)"""
_USES = f"""
INSERT INTO artifacts_use (kind, subject, files, size)
VALUES ('{Kind.EXPERIMENT}', %s, 1, %s), ('{Kind.PERSON}', %s, 1, %s), ('{Kind.STORED}', %s, 1, %s)"""

_POSTGRESQL = f"""
WITH blob AS ({_BLOB}), artifact AS ({_ARTIFACT.format(blob="(SELECT id FROM blob)")})
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
    """The keys of a root and of a folder in it."""

    root_id: int
    folder_id: int


def find_place(file: NewFile) -> Place | None:
    """Where the file can simply be added: its folder, if nothing is at its path, no upload of it failed before, no other blob has
    its content, and no quota concerns it. None where one of these is not so."""
    folder = ancestors(file.path)[-1]
    params = [
        folder, file.root, file.path, file.path, file.sha256, file.size, file.store, file.experiment, str(file.owner_id),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, _LOOK, params)
        row = cursor.fetchone()
    return Place(*row) if row else None


def add(file: NewFile, place: Place, storage_key: str) -> None:
    """Make the file visible and count it, within the caller's transaction, which has nothing more to do.

    Raises IntegrityError, here or at the commit, where another was there first or took the folder away.
    """
    now = connection.ops.adapt_datetimefield_value(clock.now())
    blob = [file.sha256, file.size, file.store, storage_key, now, now]
    name = [place.root_id, place.folder_id, file.path, base_name(file.path)]
    owner = [file.owner_id, now, now]
    uses = [file.experiment, file.size, str(file.owner_id), file.size, file.store, file.size]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            prepared.execute(cursor, _POSTGRESQL, [*blob, *name, *owner, *uses], last=True)
            return
        cursor.execute(_BLOB, blob)
        (blob_id,) = cursor.fetchone()
        cursor.execute(_ARTIFACT.format(blob="%s"), [*name, blob_id, *owner])
        cursor.execute(_USES, uses)
