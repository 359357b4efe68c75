"""Running a job to its end, whatever the end is: its output in the log, its limits kept, and nothing of it left afterwards."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGKILL, SIGTERM, SIGUSR1, Signals
from typing import Literal

from apps.core.clock import monotonic
from apps.runtime import processes
from apps.runtime.cgroups import Group
from apps.runtime.folders import hand_over, size_of
from apps.runtime.isolation import Isolation, Job
from apps.runtime.limits import Limits, Usage, duration_text, size_text
from apps.runtime.logs import LogWriter

Kind = Literal["finished", "failed", "limit", "stopped", "unstartable"]
# Given the usage so far; a text asks the job to end and becomes the reason.
Tick = Callable[[Usage], str | None]

LAUNCHER = Path(__file__).with_name("launcher.py")
GRACE_SECONDS = 10.0
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended. `code` is a shell's: 128 and the number for a signal. `reason` is a sentence, "" if it finished."""

    kind: Kind
    code: int
    reason: str
    usage: Usage

    @property
    def is_success(self) -> bool:
        """Whether the command ended by itself with code 0."""
        return self.kind == "finished"


class Supervised:
    """A job and the processes around it. To be used by one thread from start to end: its death ends the job too."""

    def __init__(self, job: Job, isolation: Isolation, log: LogWriter, grace: float = GRACE_SECONDS):
        self.job, self.isolation, self.log, self.grace = job, isolation, log, grace
        self.usage = Usage()
        self._group: Group | None = None
        self._shepherd: subprocess.Popen[bytes] | None = None
        self._facts: dict[str, float | str] = {}
        self._status_text = b""
        self._stopping: tuple[Kind, str] | None = None
        self._stop_at = 0.0
        self._begin = self._looked = self._weighed = monotonic()
        self._weighing_cost = 0.0

    def start(self) -> None:
        """Start the job. Raises OSError where not even the launcher can be started."""
        hand_over(self.job.folders, self.isolation.uid(self.job.slot))
        if self.isolation.groups.memory or self.isolation.groups.processes:
            self._group = Group(self.isolation.groups, self.job.name, self.job.limits)
        plan = os.memfd_create("plan")
        os.write(plan, json.dumps(self.isolation.plan(self.job, self._group)).encode())
        os.lseek(plan, 0, os.SEEK_SET)
        self._status, status = os.pipe()
        self._output, output = os.pipe()
        try:
            self._begin = self._looked = self._weighed = monotonic()
            self._shepherd = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(plan), str(status)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={processes.MARK: self.job.name},
                pass_fds=(plan, status),
                start_new_session=True,
            )
        finally:
            for descriptor in (plan, status, output):
                os.close(descriptor)
        os.set_blocking(self._output, False)
        os.set_blocking(self._status, False)

    @property
    def is_running(self) -> bool:
        """Whether the launcher still waits for the job."""
        return self._shepherd is not None and self._shepherd.poll() is None

    def step(self, seconds: float = 0.2) -> None:
        """Move output to the log for at most `seconds`, look at the limits, and carry on with an ending that was asked for."""
        ready, _, _ = select.select([self._output, self._status], [], [], seconds)
        if self._output in ready:
            self._drain_output()
        if self._status in ready and not self._drain_status():
            time.sleep(0.02)  # both ends are closed; the launcher is about to go
        self.log.settle()
        now = monotonic()
        if now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._look()
        if self._stopping and now > self._stop_at:
            self._send(SIGTERM if now < self._stop_at + 5 else SIGKILL)

    def stop(self, reason: str, kind: Kind = "stopped") -> None:
        """Ask the job to end; what is still there after the grace is killed. The first reason stays."""
        if self._stopping is None:
            self._stopping = kind, reason
            self._stop_at = monotonic() + self.grace
            self._send(SIGUSR1)

    def kill(self, reason: str, kind: Kind = "stopped") -> None:
        """End the job at once."""
        self.stop(reason, kind)
        self._stop_at = 0
        self._send(SIGTERM)

    def finish(self) -> Ending:
        """Leave nothing behind and say how it ended. Always to be called, also after an exception."""
        if self._shepherd is not None:
            self._end_shepherd(self._shepherd)
            self._drain_status()
            self._drain_output()
            os.close(self._output)
            os.close(self._status)
        ran_out = self._group.out_of_memory() if self._group else False
        if self._group:
            self._group.kill()
            self._group.remove()
        if self.isolation.level in {"process", "none"}:
            processes.kill_marked(self.job.name)
        return self._ending(ran_out)

    def _end_shepherd(self, shepherd: subprocess.Popen[bytes]) -> None:
        if shepherd.poll() is not None:
            return
        for number in (SIGTERM, SIGKILL):
            self._send(number)
            with suppress(subprocess.TimeoutExpired):
                shepherd.wait(3)
                return
        shepherd.wait()

    def _ending(self, ran_out: bool) -> Ending:
        usage = replace(
            self.usage,
            seconds=monotonic() - self._begin,
            cpu_seconds=max(self.usage.cpu_seconds, float(self._facts.get("cpu_seconds", 0))),
            memory_peak=max(self.usage.memory_peak, int(self._facts.get("peak_process_bytes", 0))),
        )
        code = int(self._facts.get("ended", 128 + SIGKILL))
        limits = self.job.limits
        if self._stopping:
            return Ending(self._stopping[0], code, self._stopping[1], usage)
        if ran_out and code:
            return Ending("limit", code, f"Memory limit of {size_text(limits.memory or 0)} exceeded", usage)
        if "failed" in self._facts:
            return Ending("unstartable", code, f"The job could not be started: {self._facts['failed']}", usage)
        if "ended" not in self._facts:
            return Ending("failed", code, "The process that watches the job was killed", usage)
        return Ending("failed" if code else "finished", code, code_text(code), usage)

    def _look(self) -> None:
        """Measure, and stop what goes over its limits."""
        assert self._shepherd is not None
        found = processes.measure(processes.descendants(self._shepherd.pid))
        memory = self._group.memory_now() if self._group else None
        memory = found.memory if memory is None else max(memory, 0)
        self.usage = Usage(
            seconds=monotonic() - self._begin,
            cpu_seconds=max(found.cpu_seconds, self.usage.cpu_seconds),
            memory=memory,
            memory_peak=max(memory, self.usage.memory_peak),
            processes=found.count,
            disk=self._weigh(),
        )
        reason = self._broken_limit()
        if reason:
            self.kill(reason, "limit") if "Time" not in reason else self.stop(reason, "limit")

    def _weigh(self) -> int:
        """Bytes in the folders of the job; many files are weighed less often, so that it costs 5 % of a processor at most."""
        begin = monotonic()
        if self.job.limits.disk is None or begin - self._weighed < max(2.0, 20 * self._weighing_cost):
            return self.usage.disk
        folders = self.job.folders
        disk = size_of(folders.work, folders.tmp, folders.home)
        self._weighed = monotonic()
        self._weighing_cost = self._weighed - begin
        return disk

    def _broken_limit(self) -> str:
        limits, usage = self.job.limits, self.usage
        if limits.seconds is not None and usage.seconds > limits.seconds:
            return f"Time limit of {duration_text(limits.seconds)} reached"
        # The kernel kills one process for memory, and the rest of the job would wait for it for ever.
        if limits.memory is not None and (usage.memory > limits.memory or (self._group and self._group.out_of_memory())):
            return f"Memory limit of {size_text(limits.memory)} exceeded"
        if limits.disk is not None and usage.disk > limits.disk:
            return f"Disk limit of {size_text(limits.disk)} exceeded"
        # Ours are among those counted: the first process of the namespace, or two of bubblewrap.
        if limits.processes is not None and usage.processes > limits.processes + 3:
            return f"Limit of {limits.processes} processes exceeded"
        return ""

    def _send(self, number: Signals) -> None:
        if self._shepherd is not None and self._shepherd.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self._shepherd.pid, number)

    def _drain_output(self, most: int = 4 * 1024 * 1024) -> None:
        while most > 0:
            try:
                data = os.read(self._output, 256 * 1024)
            except BlockingIOError:
                return
            if not data:
                return
            most -= len(data)
            self.log.feed(data)

    def _drain_status(self) -> bool:
        """Whether the other end is still open."""
        while True:
            try:
                data = os.read(self._status, 64 * 1024)
            except BlockingIOError:
                return True
            if not data:
                return False
            *lines, self._status_text = (self._status_text + data).split(b"\n")
            for line in lines:
                self._facts.update(json.loads(line))


def supervise(
    job: Job,
    isolation: Isolation,
    log: LogWriter,
    on_tick: Tick | None = None,
    tick_seconds: float = 1.0,
    grace: float = GRACE_SECONDS,
) -> Ending:
    """Run the job to its end in this thread. `on_tick` is asked every `tick_seconds`; when it raises, the job is killed first."""
    supervised = Supervised(job, isolation, log, grace)
    try:
        supervised.start()
        ticked = monotonic()
        while supervised.is_running:
            supervised.step(min(0.2, tick_seconds))
            if on_tick and monotonic() - ticked >= tick_seconds:
                ticked = monotonic()
                reason = on_tick(supervised.usage)
                if reason:
                    supervised.stop(reason)
    except BaseException:
        supervised.grace = 0
        supervised.finish()
        raise
    return supervised.finish()


def reap(name: str, isolation: Isolation) -> int:
    """End what the job `name` of a worker that died left on this machine; answers how many processes there were."""
    count = processes.kill_marked(name)
    if isolation.groups.memory or isolation.groups.processes:
        group = Group(isolation.groups, name, Limits())
        count += len(group.members())
        group.kill()
        group.remove()
    return count


def code_text(code: int) -> str:
    """What an exit code means, as a sentence; "" for 0."""
    if code == 0:
        return ""
    if code > 128:
        with suppress(ValueError):
            return f"The command was ended by the signal {Signals(code - 128).name}"
    hint = {126: " (it could not be executed)", 127: " (it was not found)"}.get(code, "")
    return f"The command ended with exit code {code}{hint}"
