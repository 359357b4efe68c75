"""What ties a process to the one that started it. Standard library only: it runs between fork and exec, and in the supervisor."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# Loaded once, before any fork: the dynamic linker's lock may be held by another thread when we fork.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
READY_FD = "MLPLATFORM_READY_FD"


def die_with_parent(sign: int = signal.SIGKILL) -> None:
    """Send this process `sign` when its parent ends. Linux forgets it at fork, so each generation has to say it itself."""
    parent = os.getppid()
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:  # it died before we had said so
            os.kill(os.getpid(), sign)
    else:
        threading.Thread(target=_watch, args=(parent, sign), daemon=True).start()


def _watch(parent: int, sign: int) -> None:
    """Elsewhere: look twice a second whether another process has become the parent."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), sign)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent ends (Linux), so that none of them is lost from sight."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def say_ready() -> None:
    """Tell the supervisor, if one started us, that this process does its work now."""
    descriptor = os.environ.pop(READY_FD, "")
    if descriptor:
        with contextlib.suppress(OSError):
            os.write(int(descriptor), b"1")
            os.close(int(descriptor))
