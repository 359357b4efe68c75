"""What an execution may use: the platform's bounds, a project's, a request's; the smallest holds. Pure.

As JSON: `minutes`, `memory_mb`, `cpus`, `disk_mb`, `processes` (whole numbers) and `network` (true or false).
"""

from collections.abc import Mapping
from typing import Any

from apps.core.errors import Invalid
from apps.runtime.limits import MIB, Limits

NUMBERS = {
    "minutes": (1, 525_600),
    "memory_mb": (64, 100_000_000),
    "cpus": (1, 1024),
    "disk_mb": (16, 100_000_000),
    "processes": (8, 100_000),
}


def check(limits: Mapping[str, Any]) -> dict[str, Any]:
    """The limits without those that are None. Raises Invalid for unknown names and values that cannot be meant."""
    if not isinstance(limits, Mapping):
        raise Invalid("limits has to be an object")
    found: dict[str, Any] = {}
    for name, value in limits.items():
        if name not in NUMBERS and name != "network":
            raise Invalid(f"Unknown limit '{name}'. There are: {', '.join([*NUMBERS, 'network'])}")
        if value is None:
            continue
        if name == "network":
            if not isinstance(value, bool):
                raise Invalid("The limit 'network' is true or false")
        else:
            low, high = NUMBERS[name]
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise Invalid(f"The limit '{name}' is a whole number from {low} to {high}")
        found[name] = value
    return found


def combine(*limits: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest of each; a network that is closed anywhere is closed."""
    found: dict[str, Any] = {}
    for one in limits:
        for name, value in one.items():
            found[name] = (found.get(name, True) and value) if name == "network" else min(value, found.get(name, value))
    return found


def for_job(limits: Mapping[str, Any]) -> Limits:
    """The same as a job of the runtime takes them."""
    return Limits(
        seconds=limits["minutes"] * 60 if "minutes" in limits else None,
        memory=limits["memory_mb"] * MIB if "memory_mb" in limits else None,
        cpus=limits.get("cpus"),
        processes=limits.get("processes", 2048),
        disk=limits["disk_mb"] * MIB if "disk_mb" in limits else None,
        file_size=limits["disk_mb"] * MIB if "disk_mb" in limits else None,
    )
