"""What workers do for the registry."""

from celery import shared_task

from apps.core.actor import Actor
from apps.registry.services import emptying, gates, holds, requests


@shared_task(name="registry.run_gates", ignore_result=True)
def run_gates(request_id: int) -> None:
    """After a request was opened, its version changed, or its votes sufficed."""
    gates.run_gates(Actor.system("registry.run_gates"), request_id)


@shared_task(name="registry.recheck_version", ignore_result=True)
def recheck_version(version_id: int) -> None:
    """After something of a version changed that gates may read."""
    requests.refresh_of_version(Actor.system("registry.recheck"), version_id)


@shared_task(name="registry.sweep", ignore_result=True)
def sweep() -> None:
    """By the schedule: what changed outside of the registry, and what ran out of time."""
    requests.refresh_pending(Actor.system("registry.sweep"))
    gates.run_waiting(Actor.system("registry.sweep"))


@shared_task(name="registry.refresh_holds", ignore_result=True)
def refresh_holds(version_ids: list[int]) -> None:
    """After a policy that protects many versions was made or changed."""
    holds.refresh_holds(Actor.system("registry.refresh_holds"), version_ids)


@shared_task(name="registry.recheck_policy", ignore_result=True)
def recheck_policy(policy_id: int) -> None:
    """After a policy changed: requests that it concerns are looked at again."""
    gates.run_gates_of_policy(Actor.system("registry.recheck"), policy_id)


@shared_task(name="registry.repair_holds", ignore_result=True)
def repair_holds() -> None:
    """By the schedule, hourly: evidence that should be held and is not."""
    holds.repair_holds(Actor.system("registry.repair_holds"))


@shared_task(name="registry.empty_trash", ignore_result=True)
def empty_trash(user_id: int | None, workspace: str, kinds: list[str], before: int, text: str) -> None:
    """After somebody emptied more of the trash than a request can remove."""
    emptying.go_on_emptying(Actor.system("registry.empty_trash"), user_id, workspace, kinds, before, text)


@shared_task(name="registry.keep_trash_rule", ignore_result=True)
def keep_trash_rule() -> None:
    """By the schedule, hourly: what has been in the trash for as long as administrators said."""
    emptying.keep_trash_rule(Actor.system("registry.keep_trash_rule"))
