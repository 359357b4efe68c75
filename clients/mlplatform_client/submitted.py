"""An execution on the server, as mlflow handles runs that it has started."""

from __future__ import annotations

import sys
import time
from typing import Any

from mlflow.projects.submitted_run import SubmittedRun

from mlplatform_client.server import Refused, Server

STATES = {
    "QUEUED": "SCHEDULED",
    "PREPARING": "SCHEDULED",
    "RUNNING": "RUNNING",
    "FINISHED": "FINISHED",
    "FAILED": "FAILED",
    "KILLED": "KILLED",
}
ENDED = {"FINISHED", "FAILED", "KILLED"}
PAUSE_SECONDS = 1.0
CANCEL_SECONDS = 60
# The client itself has sent a request seven times, for minutes, before one of these counts.
MOST_FAILURES = 5


class PlatformRun(SubmittedRun):
    """A queued execution. `wait` prints its log to the standard error stream as it grows."""

    def __init__(self, server: Server, execution: dict[str, Any]):
        super().__init__()
        self._server, self._execution = server, execution

    @property
    def run_id(self) -> str:
        """Of the run, which is there from the beginning."""
        return self._execution["run_id"]

    @property
    def execution_id(self) -> int:
        """On the server: `/executions/<id>/`."""
        return self._execution["id"]

    def get_status(self) -> str:
        """In mlflow's words: SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""
        return STATES[self._look()["state"]]

    def wait(self) -> bool:
        """Print the log until the execution has ended; whether it finished well."""
        offset, phase, failures = 0, "", 0
        while True:
            try:
                told = self._look()
                phase = self._tell(told, phase)
                offset = self._print(offset)
                failures = 0
            except Refused:
                raise
            except Exception as error:
                failures += 1
                if failures > MOST_FAILURES:
                    raise
                say(f"the server does not answer ({type(error).__name__}); the execution goes on without us")
                continue
            if told["state"] in ENDED:
                return self._end(told)
            time.sleep(PAUSE_SECONDS)

    def cancel(self) -> None:
        """End the execution and wait for its end, a minute at most."""
        self._server.cancel(self.execution_id)
        deadline = time.monotonic() + CANCEL_SECONDS
        while self._look()["state"] not in ENDED and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)

    def _look(self) -> dict[str, Any]:
        self._execution = self._server.execution(self.execution_id)
        return self._execution

    def _tell(self, told: dict[str, Any], before: str) -> str:
        """Say where it stands, once for each step."""
        if told["state"] == "QUEUED":
            now = f"waits in the queue, at place {told['position'] or 1}"
        else:
            now = f"{told['state'].lower()} on {told['worker']}" if told["state"] == "PREPARING" else ""
        if now and now != before:
            say(now)
        return now

    def _print(self, offset: int) -> int:
        """All of the log that is there from the offset on; answers with the next offset."""
        while True:
            part = self._server.log(self.execution_id, offset)
            sys.stderr.write(part["text"])
            sys.stderr.flush()
            if part["next"] >= part["size"] or part["next"] == offset:
                return part["next"]
            offset = part["next"]

    def _end(self, told: dict[str, Any]) -> bool:
        say(f"{told['state']}{': ' + told['reason'] if told['reason'] else ''}  {self._server.page(self.execution_id)}")
        return told["state"] == "FINISHED"


def say(text: str) -> None:
    """A line of ours between those of the log."""
    print(f"=== mlplatform: {text} ===", file=sys.stderr, flush=True)
