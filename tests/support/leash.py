"""Run a command that must not outlive its owner: `python leash.py OWNER_PID STOP_SIGNAL COMMAND…`.

The owner may die in any way, also by SIGKILL, and it need not be our parent: a service is started by one test worker and
used by all of them, so it belongs to the session. PR_SET_PDEATHSIG alone knows only the parent thread.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """To be called between fork and exec: SIGKILL when the parent is gone (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def owner_gone(owner: int, child: subprocess.Popen) -> bool:
    """Wait until the owner has gone (True) or the child has ended (False)."""
    if not hasattr(os, "pidfd_open"):
        while child.poll() is None:
            try:
                os.kill(owner, 0)
            except ProcessLookupError:
                return True
            time.sleep(0.5)
        return False
    try:
        watched = os.pidfd_open(owner)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    poll.register(os.pidfd_open(child.pid), select.POLLIN)
    return any(descriptor == watched for descriptor, _ in poll.poll())


def main() -> int:
    """Start, wait for either end, stop kindly, then hard."""
    owner, stop = int(sys.argv[1]), int(sys.argv[2])
    child = subprocess.Popen(sys.argv[3:], preexec_fn=die_with_parent)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: child.send_signal(stop))
    if not owner_gone(owner, child):
        return child.wait()
    child.send_signal(stop)
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return 1


if __name__ == "__main__":
    sys.exit(main())
