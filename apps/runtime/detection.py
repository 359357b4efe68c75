"""Finding out what this worker can do to keep jobs apart: each level is tried with a real job, the best that works is used."""

import secrets
from dataclasses import replace
from pathlib import Path

from apps.core.errors import Unavailable
from apps.runtime import folders
from apps.runtime.isolation import Isolation, Job, candidates
from apps.runtime.limits import Limits
from apps.runtime.logs import LogWriter
from apps.runtime.supervision import supervise

SECONDS = 20.0


def detect(base: Path, required: str, first_uid: int, hidden: tuple[Path, ...] = ()) -> Isolation:
    """The best level that works for jobs below `base`, or `required` alone unless that is "auto".

    Raises Unavailable if none works, with what each of them said: a job is never run with less than was asked for.
    """
    failures: list[str] = []
    for isolation in candidates(required, first_uid, hidden):
        failure = try_out(isolation, base)
        if not failure:
            return replace(isolation, passed_over=tuple(failures))
        failures.append(f"{isolation.level}: {failure}")
    said = "; ".join(failures) or f"{required}: not installed"
    raise Unavailable(f"Jobs cannot be kept apart on this machine ({said})")


def try_out(isolation: Isolation, base: Path) -> str:
    """Run a command that writes and looks around; "" if that works, else why not."""
    name = f"try-{isolation.level}-{secrets.token_hex(4)}"
    place = folders.create(base, name)
    job = Job(name, ("/bin/sh", "-c", ": > written && cat /proc/self/stat"), place, limits=Limits(seconds=SECONDS))
    try:
        with LogWriter(place.path / "log") as log:
            ending = supervise(job, isolation, log)
        if ending.is_success:
            return ""
        said = (place.path / "log").read_text(errors="replace").strip().splitlines()
        return f"{ending.reason}{': ' + said[-1].split('Z ', 1)[-1] if said else ''}"
    except OSError as error:
        return str(error)
    finally:
        folders.remove(place.path)
