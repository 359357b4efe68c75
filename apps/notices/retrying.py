"""When what could not be sent is tried again. Pure."""

import random

PAUSES = (10, 60, 300, 1800, 7200)  # seconds before the second attempt and so on
SHORT = 120  # seconds: longer pauses are not left to the broker, the sweep finds them
LEASE_MS = 120_000  # a worker that died gives back what it had taken after this


def pause_after(attempts: int, wanted: float = 0) -> float | None:
    """Seconds until the next attempt, or None if that was the last one. `wanted` is what the receiver asked for (Retry-After);
    no more than the longest pause of ours is granted.
    """
    if attempts > len(PAUSES):
        return None
    own = PAUSES[attempts - 1] * random.uniform(0.8, 1.2)  # so that those who failed together do not come back together
    return max(own, min(wanted, PAUSES[-1]))
