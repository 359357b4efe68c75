"""Starting services, waiting for them, finding and killing whole families of processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support import session

LEASH = Path(__file__).with_name("leash.py")


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens at now, below the range the kernel hands out for outgoing connections."""
    with session.locked("ports"):
        counter = session.FOLDER / "next-port"
        port = int(counter.read_text()) if counter.exists() else 12000 + os.getpid() % 8000
        while True:
            port += 1
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                counter.write_text(str(port))
                return port


def start_leashed(
    command: Sequence[str | Path],
    log: Path,
    stop: int = signal.SIGTERM,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> int:
    """Start a service that ends with the test session; its output goes to `log`. Returns the pid of its leash."""
    with open(log, "ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-S", str(LEASH), str(session.OWNER), str(int(stop)), *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
    session.remember(process.pid)
    return process.pid


class NeverReady(Exception):
    """What is waited for cannot come any more."""


def wait_for(ready: Callable[[], object], seconds: float, what: str, log: Path | None = None) -> None:
    """Poll until `ready` is true; exceptions count as not yet, but NeverReady as never.

    After `seconds`: AssertionError with the end of the log.
    """
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        try:
            if ready():
                return
        except NeverReady as error:
            last = error
            break
        except Exception as error:
            last = error
        time.sleep(0.02)
    tail = log.read_text(errors="replace")[-3000:] if log and log.exists() else ""
    raise AssertionError(f"{what} not ready after {seconds} s ({last!r})\n{tail}")


def listening(port: int) -> bool:
    """Whether somebody accepts connections at 127.0.0.1:port."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def stop_process(pid: int, sign: int = signal.SIGTERM, seconds: float = 10) -> None:
    """Signal one of our processes and wait for its end; SIGKILL when it takes too long. A process that has gone is fine."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether the process runs; one of our own children that has ended is reaped here."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def marked(variable: str, value: str) -> list[int]:
    """Pids of all processes that were started with `variable=value` in their environment, whoever their parent is now."""
    wanted = f"{variable}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return [pid for pid in found if alive(pid)]


def children(pid: int) -> list[int]:
    """Direct children of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            found += map(int, (task / "children").read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """The process's children, their children, and so on."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in children(pid):
            found += [child, *descendants(child)]
    return found


def kill_all(pids: Callable[[], list[int]], seconds: float = 5) -> None:
    """Stop them all first, so that nobody sees another one fall, then SIGKILL; again until none is left."""
    deadline = time.monotonic() + seconds
    while found := pids():
        assert time.monotonic() < deadline, f"still alive after {seconds} s: {found}"
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
        time.sleep(0.01)
        for pid in found:
            alive(pid)


SPIN = """
import time
wall, computed = time.perf_counter(), time.process_time()
while time.process_time() - computed < 0.3:
    pass
print((time.perf_counter() - wall) / 0.3)
"""


def patience() -> float:
    """By how much others slow this machine down at the moment: 1.0 when nobody else computes.

    Limits in seconds are multiplied by it, so that they are exact on a machine of one's own and no lottery on a shared one.
    """
    spinners = [
        subprocess.Popen([sys.executable, "-S", "-c", SPIN], stdout=subprocess.PIPE, text=True)
        for _ in range(os.cpu_count() or 1)
    ]
    return max(1.0, *(float(spinner.communicate()[0]) for spinner in spinners))
