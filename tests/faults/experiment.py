"""One experiment: writers, faults with the times at which they struck, and what was found at the end."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults import checker, journal
from tests.faults.journal import Operation
from tests.faults.swarm import Swarm
from tests.faults.writer import Plan
from tests.support import processes
from tests.support.server import LiveServer

GRACE = 1.0  # seconds after a fault in which its last failed tries may still arrive


class Experiment:
    """Drives one server; `findings()` after the writers have gone home is V: it has to be empty."""

    def __init__(self, server: LiveServer, folder: Path):
        self.server, self.folder = server, folder
        self.windows: list[checker.Window] = []
        self.patience = processes.patience()
        self.started = 0
        self.api = server.api()
        self.experiment = self.api.post("experiments/create", {"name": f"faults {uuid.uuid4().hex}"}).ok["experiment_id"]

    def swarm(self, writers: int, seconds: float, seed: int = 1, **habits) -> Swarm:
        """Start writers; as a context manager it waits for them."""
        plan = Plan(
            self.server.base, self.server.token(), str(self.folder / f"swarm-{self.started}"), self.experiment, seconds, **habits
        )
        self.started += 1
        return Swarm(plan, writers, seed)

    @contextmanager
    def fault(self, grace: float = GRACE) -> Iterator[None]:
        """The time in which failed tries are to be expected."""
        began = time.time() - 0.05
        try:
            yield
        finally:
            self.windows.append((began, time.time() + grace))

    def operations(self) -> list[Operation]:
        """Everything that all swarms journalled; ids are made unique by the number of their swarm."""
        found = []
        for number in range(self.started):
            for operation in journal.read(self.folder / f"swarm-{number}"):
                operation.id = f"{number}/{operation.id}"
                found.append(operation)
        return found

    def limit(self, seconds: float) -> float:
        """A limit of time, stretched by what others did to this machine before or do after the experiment."""
        return seconds * max(self.patience, processes.patience())

    def findings(self, least: int = 50) -> list[str]:
        """What is wrong. Fewer than `least` acknowledged writes are wrong too: then nothing was tested."""
        operations = self.operations()
        acknowledged = sum(operation.acknowledged for operation in operations)
        few = [] if acknowledged >= least else [f"only {acknowledged} writes were acknowledged"]
        return few + checker.check(operations, self.api, self.experiment, self.windows)


def report(findings: list[str]) -> str:
    """The first findings, one a line, for an assertion's message."""
    return f"{len(findings)} findings\n" + "\n".join(line[:400] for line in findings[:25])
