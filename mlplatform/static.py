"""Static files: hashed names and compressed copies once they are collected, the plain files where nobody collected them."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


def manifest() -> Path:
    """The file that collecting writes last."""
    return Path(settings.STATIC_ROOT) / "staticfiles.json"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Names with hashes if the manifest has them, else the plain names: tests and commands run without collecting."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        """The address below STATIC_URL."""
        if name in self.hashed_files:
            return str(super().url(name, force))
        return f"{self.base_url}{name}"


class StaticMiddleware(WhiteNoiseMiddleware):
    """WhiteNoise, which serves the source files themselves where nothing was collected."""

    def __init__(self, get_response: Any) -> None:
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # else WhiteNoise warns of it
        super().__init__(get_response)
        if not manifest().exists():
            self.use_finders = True
            self.add_files_from_finders()

    def immutable_file_test(self, path: str, url: str) -> bool:
        """Whether a name carries a hash of the content: by the manifest, or by esbuild, which names its chunks so."""
        return "/app/chunks/" in url or bool(super().immutable_file_test(path, url))


def collect_if_changed() -> bool:
    """Collect the static files unless the stamp says that nothing changed since; returns whether it did.

    Where MLPLATFORM_STATIC_ROOT names a folder they lie there already, and whoever made it keeps it: an image, read only.
    """
    if settings.COLLECTED:
        return False
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    wanted = _fingerprint()
    try:
        if stamp.read_text() == wanted and manifest().exists():
            return False
    except OSError:
        pass
    for old in (stamp, manifest()):  # a power cut may have left a torn one, on which Django would stop
        old.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    os.sync()  # the stamp says that the files are there, so they are on the disk before it
    stamp.write_text(wanted)
    return True


def _fingerprint() -> str:
    """Path, size and time of every source file; contents would cost ten times as much at each start."""
    rows = []
    for finder in finders.get_finders():
        for path, storage in finder.list(None):
            full = storage.path(path)
            facts = os.stat(full)
            rows.append((path, full, facts.st_size, facts.st_mtime_ns))
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()
