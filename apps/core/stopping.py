"""Whether this process was asked to end. An answer that goes on for long waits here instead of sleeping, and leaves at once."""

import threading

ASKED = threading.Event()


def pause(seconds: float) -> bool:
    """Wait; whether the process was asked to end, which cuts the waiting short."""
    return ASKED.wait(seconds)
