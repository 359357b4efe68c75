"""The one clock. Tests replace it here; nothing else asks the operating system for the time."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def from_database(value: datetime) -> datetime:
    """An instant as a plain statement gives it: SQLite's has no zone, and is in UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def now_ms() -> int:
    """Milliseconds since the epoch, the unit of the MLflow wire."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Seconds on a clock that never goes back; for ages and deadlines inside one process."""
    return time.monotonic()
