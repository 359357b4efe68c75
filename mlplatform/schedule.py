"""What beat sends, and how often. Each entry names a task of a room; people's own schedules are rows that a tick reads."""

from typing import Any

ENTRIES: dict[str, dict[str, Any]] = {}


def every(seconds: float, task: str, *arguments: Any) -> None:
    """Send the task `task` each `seconds`; a message that nobody took within that time is dropped, the next one does its work."""
    ENTRIES[task] = {"task": task, "schedule": seconds, "args": arguments, "options": {"expires": seconds}}


every(10, "audit.seal")
every(10, "projects.sweep")
every(3600, "accounts.sweep")
every(86400, "projects.clean_archives")
every(3600, "artifacts.clean")
every(86400, "artifacts.clean_orphans")
every(60, "artifacts.fold_uses")
every(86400, "artifacts.recount_uses")
every(30, "registry.sweep")
every(3600, "registry.repair_holds")
every(3600, "registry.keep_trash_rule")
every(30, "notices.sweep")
every(3600, "notices.forget")
