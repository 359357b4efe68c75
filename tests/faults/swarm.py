"""Many writers in a few processes of their own: `python -m tests.faults.swarm PLAN.json FIRST LAST SEED`."""

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from pathlib import Path

from tests.faults.writer import Plan, Writer
from tests.support import session

THREADS = 16  # per process: more would measure Python's own lock


class Swarm:
    """Writers that run beside the test until their time is over."""

    def __init__(self, plan: Plan, writers: int, seed: int = 1):
        folder = Path(plan.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.plan, self.processes = plan, []
        (folder / "plan.json").write_text(json.dumps(asdict(plan)))
        for first in range(0, writers, THREADS):
            last = min(first + THREADS, writers)
            command = [sys.executable, "-m", "tests.faults.swarm", str(folder / "plan.json"), str(first), str(last), str(seed)]
            with open(folder / "swarm.log", "a") as log:
                self.processes.append(
                    subprocess.Popen(command, cwd=session.CHECKOUT, stdout=log, stderr=log, env=dict(os.environ))
                )

    def __enter__(self) -> "Swarm":
        return self

    def __exit__(self, *_: object) -> None:
        self.join()

    def join(self, seconds: float = 150) -> None:
        """Wait until the last writer has finished its last request."""
        try:
            for process in self.processes:
                assert process.wait(self.plan.seconds + seconds) == 0, (Path(self.plan.folder) / "swarm.log").read_text()[-3000:]
        finally:
            self.kill()

    def kill(self) -> None:
        """Clients die too."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()


def main() -> None:
    """The body of one process of writers."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    first, last, seed = map(int, sys.argv[2:5])
    writers = [Writer(number, replace(plan), seed) for number in range(first, last)]
    threads = [threading.Thread(target=writer.work) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
