"""What the settings say about this machine's jobs, put together once in a process."""

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

from django.conf import settings

from apps.core.errors import Unavailable
from apps.runtime import cgroups
from apps.runtime.building import Builder
from apps.runtime.cache import Cache
from apps.runtime.detection import detect
from apps.runtime.isolation import Isolation


@cache
def machine() -> tuple[Isolation, Path]:
    """(how jobs are kept apart here, the folder that they live below). Found by trying. Raises Unavailable if nothing works.

    Where the worker is root and no file tree of their own can be made for jobs, they run as another user, who cannot pass through
    a home folder that is closed to others: the folder then lies elsewhere.
    """
    base = Path(settings.RUNTIME_DIR)
    base.mkdir(parents=True, exist_ok=True)
    hidden = (Path(settings.HOME),)
    try:
        return detect(_jobs(base), settings.ISOLATION.lower(), settings.JOB_UID, hidden), base
    except Unavailable:
        if os.getuid() != 0:
            raise
    elsewhere = Path("/var/tmp") / f"mlplatform-{hashlib.sha256(str(base).encode()).hexdigest()[:10]}"
    elsewhere.mkdir(exist_ok=True)
    if elsewhere.is_symlink() or elsewhere.stat().st_uid != os.getuid():
        raise Unavailable(f"{elsewhere} belongs to somebody else; set MLPLATFORM_RUNTIME_DIR")
    return detect(_jobs(elsewhere), settings.ISOLATION.lower(), settings.JOB_UID, hidden), elsewhere


def isolation() -> Isolation:
    """How jobs are kept apart on this machine."""
    return machine()[0]


def jobs() -> Path:
    """The folder of the jobs' folders."""
    return _jobs(machine()[1])


def builder(slot: int) -> Builder:
    """Builds environments on this machine; foreign code runs as the user of `slot`."""
    return Builder(Cache(machine()[1]), isolation(), slot, tuple(settings.PYTHONS))


def host() -> str:
    """The name of this machine."""
    return socket.gethostname()[:255]


def tidy() -> None:
    """Remove what workers left behind that died: groups without members, folders of builds."""
    cgroups.remove_empty(isolation().groups)
    builder(0).cache.clear_leftovers()


def _jobs(base: Path) -> Path:
    """Everybody may pass through, nobody looks around."""
    folder = base / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (base, folder):
        path.chmod(0o711)
    return folder
