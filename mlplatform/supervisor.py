"""One foreground process over several others: ordered start and stop, prefixed output, restarts, nothing left behind.

Standard library only, so that it stays small beside what it watches. On Linux a child dies with us (PR_SET_PDEATHSIG), and
the orphans of a child become ours (subreaper); elsewhere our Python children watch for our end themselves.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from mlplatform import lifeline

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KIND_SECONDS = 3.0  # a part may take this long to stop by itself; the promise is five for everything
START_SECONDS = 60.0  # the first start migrates and collects
SLOWEST_RESTART_SECONDS = 30.0
STEADY_SECONDS = 60.0  # who ran this long starts again without waiting


@dataclass
class Part:
    """One process. Lower stages start first and stop last; parts of one stage do both together.

    `probe` tells when it is ready; without one it says so itself (`lifeline.say_ready`). `wait` false: nobody
    waits for it, and it is started again also if it fails before it was ever ready. `repair` is called when another one does;
    if it returns true, that one is started once more.
    """

    name: str
    command: list[str]
    stage: int
    environment: dict[str, str] = field(default_factory=dict)
    probe: Callable[[], bool] | None = None
    on_ready: Callable[[], None] | None = None
    repair: Callable[[], bool] | None = None
    wait: bool = True
    kind_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGKILL

    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    was_ready: bool = False
    started: float = 0.0
    failures: int = 0
    due: float | None = None  # when to start it again
    rest: bytes = b""  # output without its line's end yet


class Failed(Exception):
    """A part ended before it was ready, or was not ready in time."""


class Supervisor:
    """`run()` starts the parts, watches them until a signal, and returns the exit code after all have ended."""

    def __init__(self, parts: list[Part], say: Callable[[str], None] = print) -> None:
        self.parts = sorted(parts, key=lambda part: part.stage)
        self.width = max(len(part.name) for part in parts)
        self.say = say
        self.selector = selectors.DefaultSelector()
        self.signals = 0
        self.orphans = False  # whether a part has ended since we last looked for what it left
        self.signal_reader, self.signal_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> int:
        """0 after a signal, 1 after a failed start."""
        lifeline.adopt_orphans()
        signal.set_wakeup_fd(self.signal_writer, warn_on_full_buffer=False)
        self.selector.register(self.signal_reader, selectors.EVENT_READ, self._drain_signals)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake us
        for stop in STOP_SIGNALS:
            signal.signal(stop, self._count_signal)
        code = 0
        try:
            self._start()
            while not self.signals:
                self._turn(0.5)
        except Failed as failure:
            self.say(str(failure))
            code = 1
        self._stop()
        return code

    # --- starting

    def _start(self) -> None:
        for stage in sorted({part.stage for part in self.parts}):
            group = [part for part in self.parts if part.stage == stage]
            for part in group:
                self._spawn(part)
            deadline = time.monotonic() + START_SECONDS
            while not all(part.ready or not part.wait for part in group) and not self.signals:
                self._turn(0.02)
                if time.monotonic() > deadline:
                    raise Failed(
                        f"{', '.join(part.name for part in group if not part.ready)} not ready after {START_SECONDS:.0f} s"
                    )
            if self.signals:
                return

    def _spawn(self, part: Part) -> None:
        reader, writer = os.pipe()
        ready_reader, ready_writer = os.pipe()
        environment = {**os.environ, **part.environment, "PYTHONUNBUFFERED": "1"}
        passed: tuple[int, ...] = ()
        if part.probe is None:
            environment[lifeline.READY_FD] = str(ready_writer)
            passed = (ready_writer,)
        part.process = subprocess.Popen(
            part.command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=writer,
            pass_fds=passed,
            start_new_session=True,  # Ctrl-C reaches us alone, and we decide the order
            preexec_fn=lambda: lifeline.die_with_parent(part.orphan_signal) if sys.platform == "linux" else None,
        )
        os.close(writer)
        os.close(ready_writer)
        part.started, part.ready, part.due, part.rest = time.monotonic(), False, None, b""
        self._listen(reader, lambda data: self._print(part, data))
        self._listen(ready_reader, lambda data: self._note_ready(part) if data else None)

    def _listen(self, descriptor: int, take: Callable[[bytes], None]) -> None:
        os.set_blocking(descriptor, False)
        self.selector.register(descriptor, selectors.EVENT_READ, lambda: self._read(descriptor, take))

    def _note_ready(self, part: Part) -> None:
        if not part.ready:
            part.ready = True
            if part.on_ready is not None and not part.was_ready:
                part.on_ready()
            part.was_ready = True

    # --- watching

    def _turn(self, seconds: float) -> None:
        """Wait for news at most so long, then see to everything that is due."""
        for key, _ in self.selector.select(seconds):
            key.data()
        for part in self.parts:
            if part.process and not part.ready and part.probe and part.probe():
                self._note_ready(part)
        self._reap()
        if self.orphans:
            self.orphans = self._kill_orphans()
        now = time.monotonic()
        for part in self.parts:
            if part.due is not None and now >= part.due and not self.signals:
                self._spawn(part)

    def _reap(self) -> None:
        """Take note of every child that has ended: parts, and orphans of parts that we adopted."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for part in self.parts:
                if part.process and part.process.pid == pid:
                    part.process.returncode = os.waitstatus_to_exitcode(status)
                    self._ended(part, part.process.returncode)

    def _ended(self, part: Part, code: int) -> None:
        assert part.process is not None
        _kill_group(part.process.pid)  # its session is ours alone: whatever is left in it belonged to the part
        part.process, part.ready, self.orphans = None, False, True
        self._drain_output()
        if self.signals:
            return
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        if part.wait and not part.was_ready:
            if part.repair is None or part.failures or not part.repair():
                raise Failed(f"{part.name} ended {how} before it was ready")
            part.failures += 1
            self._spawn(part)
            return
        steady = time.monotonic() - part.started > STEADY_SECONDS
        part.failures = 0 if steady else part.failures + 1
        wait = 0.0 if part.failures == 0 else min(0.25 * 2**part.failures, SLOWEST_RESTART_SECONDS)
        self.say(f"{part.name} ended {how}; starting it again in {wait:.1f} s")
        part.due = time.monotonic() + wait

    # --- stopping

    def _stop(self) -> None:
        self.signals = max(self.signals, 1)
        began, first = time.monotonic(), self.parts[0].stage
        self._stop_together([part for part in self.parts if part.stage > first], began + KIND_SECONDS)
        self._stop_together([part for part in self.parts if part.stage == first], began + KIND_SECONDS + 0.7)
        while self._kill_orphans() and time.monotonic() < began + KIND_SECONDS + 1.2:
            self._turn(0.02)
        self._drain_output()

    def _stop_together(self, group: list[Part], deadline: float) -> None:
        for part in group:
            part.due = None
            if part.process:
                with contextlib.suppress(ProcessLookupError):
                    part.process.send_signal(part.kind_signal)
        while any(part.process for part in group):
            if time.monotonic() > deadline or self.signals > 1:  # a second Ctrl-C: now
                for part in group:
                    if part.process:
                        _kill_group(part.process.pid)
            self._turn(0.05)

    def _kill_orphans(self) -> bool:
        """Kill what left its part's session and outlived it, which makes it our child (Linux). Whether there was any."""
        parts = {part.process.pid for part in self.parts if part.process}
        orphans = set(_children()) - parts
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(orphans)

    # --- signals and output

    def _count_signal(self, *_: object) -> None:
        self.signals += 1

    def _drain_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.signal_reader, 4096)

    def _read(self, descriptor: int, take: Callable[[bytes], None]) -> None:
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        take(data)
        if not data:
            self.selector.unregister(descriptor)
            os.close(descriptor)

    def _drain_output(self) -> None:
        """Print what is waiting in the pipes, so that the last words of a part stand before our own."""
        while ready := self.selector.select(0):
            for key, _ in ready:
                key.data()

    def _print(self, part: Part, data: bytes) -> None:
        lines = (part.rest + data).split(b"\n")
        part.rest = lines.pop()
        if not data and part.rest:
            lines, part.rest = [part.rest], b""
        for line in lines:
            _write(f"{part.name.ljust(self.width)} | {line.decode(errors='replace')}\n", sys.stdout)


def _write(text: str, stream: IO[str]) -> None:
    with contextlib.suppress(OSError, ValueError):  # a terminal that has gone is no reason to fall
        stream.write(text)
        stream.flush()


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _children() -> list[int]:
    """Our direct children now; nothing where there is no /proc."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == os.getpid() and fields[0] not in "ZX":
                found.append(int(stat.parent.name))
    return found
