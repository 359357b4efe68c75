"""What the writers meant to write and what they were told is written: one file per writer, each acknowledgement synced."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Operation:
    """One write request and what became of it. `metrics` are (key, step, timestamp, value), value a number or "NaN"."""

    id: str
    run: str
    endpoint: str
    metrics: list[list] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    artifact: list | None = None  # path, sha256, size
    status: str = ""
    acknowledged: bool = False
    abandoned: bool = False  # a copy of it was sent whose answer nobody read: it may be carried out late
    sent_at: float = 0.0
    ms: float = 0.0
    failures: list[list] = field(default_factory=list)  # time, status or exception, Retry-After
    final: str = ""  # why it ended without an acknowledgement


class Journal:
    """Append-only lines: an operation before it is sent, and again, synced, when it is known how it ended."""

    def __init__(self, path: Path, synced: bool = True):
        self.synced = synced
        self.file = open(path, "a")  # noqa: SIM115  open as long as its writer works

    def intend(self, operation: Operation) -> None:
        """Before sending: from here on the write may happen."""
        self.file.write(json.dumps(asdict(operation)) + "\n")
        self.file.flush()

    def conclude(self, operation: Operation) -> None:
        """After the answer: on the disk before the writer goes on."""
        self.intend(operation)
        if self.synced:
            os.fsync(self.file.fileno())


def read(folder: Path) -> list[Operation]:
    """All operations of all writers, in the order of each writer, each in its last state."""
    found: dict[str, Operation] = {}
    for path in sorted(folder.glob("writer-*.jsonl")):
        for line in path.read_text().splitlines():
            try:
                operation = Operation(**json.loads(line))
            except json.JSONDecodeError:  # the last line of a writer that was killed too
                continue
            found[operation.id] = operation
    return list(found.values())
