"""What a job may use, and what it used."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job; None is no bound. Bytes, seconds of the wall clock, processors, counts.

    `memory` and `processes` count the whole job, `file_size` one file, `disk` all that the job's folders hold, `log` what is
    kept of its output.
    """

    seconds: float | None = 3600
    memory: int | None = 4096 * MIB
    cpus: int | None = None
    processes: int | None = 512
    open_files: int | None = 4096
    file_size: int | None = 10 * 1024 * MIB
    disk: int | None = 20 * 1024 * MIB
    log: int = 200 * MIB


@dataclass(frozen=True, slots=True)
class Usage:
    """What a job has used so far. `memory_peak` is the largest sum seen over all its processes, in bytes."""

    seconds: float = 0
    cpu_seconds: float = 0
    memory: int = 0
    memory_peak: int = 0
    processes: int = 0
    disk: int = 0


def size_text(size: float) -> str:
    """A number of bytes for people: `512 MiB`."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if abs(size) < 1024 or unit == "TiB":
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 or size == int(size) else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")


def duration_text(seconds: float) -> str:
    """A number of seconds for people: `1 h 5 min`, `12 s`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if seconds >= 10 or seconds == whole else f"{seconds:.1f} s"
    hours, minutes = divmod(whole // 60, 60)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{minutes} min"] if minutes else []
    parts += [f"{whole % 60} s"] if not hours and whole % 60 else []
    return " ".join(parts)
