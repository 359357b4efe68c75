"""What a worker says of its machine. `load`: cpus, load (1 min), memory_total, memory_available, disk_free (bytes), busy."""

import hashlib
import os
import platform
import re
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings

from apps.core.errors import Unavailable
from apps.projects import containers
from apps.runtime import configuration


def worker_name() -> str:
    """The name under which this machine takes executions."""
    return (settings.WORKER_NAME or configuration.host())[:255]


def job_name(execution_id: int, attempt: int) -> str:
    """What the job of an attempt is called, unlike any of another platform on the same machine."""
    return f"x{execution_id}-{attempt}-{_instance()}"


def attempt_of(job: str) -> tuple[int, int] | None:
    """(execution, attempt) of a job of this platform; None for any other name."""
    match = re.fullmatch(rf"x(\d+)-(\d+)-{_instance()}", job)
    return (int(match[1]), int(match[2])) if match else None


def _instance() -> str:
    return hashlib.sha256(str(configuration.machine()[1].resolve()).encode()).hexdigest()[:6]


def facts(busy: int) -> dict[str, Any]:
    """The columns of this worker's row; `busy` is how many slots are taken."""
    found: dict[str, Any] = {"host": configuration.host(), "slots": settings.EXECUTION_SLOTS, "load": _load(busy)}
    try:
        isolation = configuration.isolation()
    except Unavailable as error:
        return {**found, "slots": 0, "problem": error.message, "isolation": "", "walls": []}
    walls = [asdict(wall) for wall in isolation.describe()]
    return {**found, "problem": "", "isolation": isolation.level, "walls": walls, "engine": containers.engine().label}


def _load(busy: int) -> dict[str, Any]:
    memory = _memory()
    return {
        "busy": busy,
        "cpus": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "memory_total": memory.get("MemTotal", 0),
        "memory_available": memory.get("MemAvailable", 0),
        "disk_free": shutil.disk_usage(settings.HOME).free,
        "python": platform.python_version(),
    }


def _memory() -> dict[str, int]:
    found = {}
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            name, _, value = line.partition(":")
            found[name] = int(value.split()[0]) * 1024
    return found
