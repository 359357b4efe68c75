"""What is done to the whole trash, or to chosen things in it: back, or gone for good."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.access.queries.workspaces import access_workspace, require_admin, require_writer
from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.audit.services.rows import record
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied, DomainError, Invalid
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.experiments.models import TrashRule
from apps.experiments.services import experiments, logged_models, runs
from apps.experiments.services import trash as experiments_trash
from apps.experiments.trash_items import KINDS, Wanted, token_after
from apps.registry.queries.trash import removable
from apps.registry.services import registered, trash, versions

BATCH = 200
SECONDS = 5  # of a request; workers go on
WORKER_SECONDS = 120
DAY = 86_400_000  # ms
MOST_DAYS = 3650


@dataclass(slots=True)
class Emptied:
    """What went, by kind; `kept` is held, and why; `is_going_on` if a worker removes the rest."""

    counts: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    is_going_on: bool = False


def restore(actor: Actor, ref: str) -> None:
    """Take a thing out of the trash (`TrashItem.ref`). Raises Invalid, AlreadyExists, Missing, Denied."""
    require_writer(actor)
    kind, number, key = _parts(ref)
    services: dict[str, Callable[[], Any]] = {
        "experiment": lambda: experiments.restore_experiment(actor, key),
        "run": lambda: runs.restore_run(actor, key),
        "logged_model": lambda: logged_models.restore_logged_model(actor, key),
        "model": lambda: registered.restore_model(actor, _number(key)),
        "version": lambda: versions.restore_version(actor, key, number),
    }
    services[kind]()


def remove(actor: Actor, ref: str, *, seconds: float = float("inf")) -> bool:
    """Remove a thing of the trash for good; False if `seconds` were not enough for all in it.

    Raises Invalid (it is not in the trash), Missing, Denied (also for a hold, which is named).
    """
    require_writer(actor)
    _refuse_limited(actor)
    kind, number, key = _parts(ref)
    if kind == "experiment":
        return experiments_trash.purge_experiment(actor, key, seconds=seconds)
    services: dict[str, Callable[[], Any]] = {
        "run": lambda: experiments_trash.purge_run(actor, key),
        "logged_model": lambda: experiments_trash.purge_logged_model(actor, key),
        "model": lambda: trash.purge_model(actor, _number(key)),
        "version": lambda: trash.purge_version(actor, key, number),
    }
    services[kind]()
    return True


def empty_trash(actor: Actor, wanted: Wanted, *, seconds: float = SECONDS) -> Emptied:
    """Remove for good all that is wanted and that the actor may remove, in their workspace.

    What lies there when it begins goes, and nothing that comes later. After `seconds` a worker goes on as the same person. May be
    killed and begun again at any point. Raises Invalid, Missing, Denied.
    """
    access_workspace(actor, actor.workspace, "workspace.read")
    require_writer(actor)
    _refuse_limited(actor)
    before = min(wanted.before or clock.now_ms() + 1, clock.now_ms() + 1)
    deadline = clock.monotonic() + seconds
    emptied, after = Emptied(), ""
    while items := removable(actor, Wanted(wanted.kinds, before, wanted.text, after), BATCH):
        for item in items:
            if clock.monotonic() > deadline:
                emptied.is_going_on = True
                enqueue("registry.empty_trash", actor.user_id, actor.workspace, list(wanted.kinds), before, wanted.text)
                return emptied
            if item.kept:
                emptied.kept.append(f"{item.name}: {item.kept}")
            else:
                _remove_one(actor, item.kind, item.ref, emptied, deadline)
        after = token_after(items[-1])
    return emptied


def _remove_one(actor: Actor, kind: str, ref: str, emptied: Emptied, deadline: float) -> None:
    try:
        if remove(actor, ref, seconds=max(0.0, deadline - clock.monotonic())):
            emptied.counts[kind] = emptied.counts.get(kind, 0) + 1
    except Denied as error:
        emptied.kept.append(error.message.removeprefix("Permission denied: "))
    except DomainError:  # somebody restored or removed it meanwhile
        return


def go_on_emptying(actor: Actor, user_id: int | None, workspace: str, kinds: list[str], before: int, text: str) -> None:
    """Go on where a request stopped, as the person who asked: with what they may now."""
    require_admin(actor, "trash.purge")
    row = User.objects.filter(pk=user_id or 0, is_active=True).first()
    if row is not None:
        person = actor_for_user(row, "system", workspace=workspace)
        empty_trash(person, Wanted(tuple(kinds), before, text), seconds=WORKER_SECONDS)


@atomic
def set_trash_rule(actor: Actor, days: int | None) -> None:
    """Let what has been in the trash for so many days go by itself; None: nothing goes by itself. Raises Invalid, Denied."""
    require_admin(actor, "trash.rule")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid(f"Write a number of days from 1 to {MOST_DAYS}")
    TrashRule.objects.update_or_create(pk=1, defaults={"days": days, "set_by": actor.name[:300], "set_at": clock.now_ms()})
    record(actor, "trash.rule", noun="trash", name="rule", details={"days": days})


def keep_trash_rule(actor: Actor) -> bool:
    """Remove what the rule says, if there is one: whether something was looked at. Held things stay."""
    require_admin(actor, "trash.purge")
    rule = TrashRule.objects.exclude(days=None).first()
    if rule is None or rule.days is None:
        return False
    before = clock.now_ms() - rule.days * DAY
    rows = experiments_trash.purge_trash(actor, before, seconds=WORKER_SECONDS)
    models = trash.purge_registry(actor, before)
    removed = {"runs": rows.runs, "logged_models": rows.logged_models, "experiments": rows.experiments, "held": rows.held}
    removed |= {"models": models.models, "versions": models.versions}
    TrashRule.objects.filter(pk=1).update(ran_at=clock.now_ms(), removed=removed)
    return True


def _parts(ref: str) -> tuple[str, str, str]:
    """(kind, number of a version, key) of a `TrashItem.ref`. Raises Invalid."""
    kind, _, rest = ref.partition(":")
    number, key = "", rest
    if kind == "version":
        number, _, key = rest.partition(":")
    if kind not in KINDS or not key:
        raise Invalid(f"'{ref}' is nothing in the trash")
    return kind, number, key


def _number(key: str) -> int:
    if not key.isascii() or not key.isdecimal() or len(key) > 18:
        raise Invalid(f"'{key}' is no number of a model")
    return int(key)


def _refuse_limited(actor: Actor) -> None:
    """A token that lies on a training machine removes nothing for good."""
    if actor.limits:
        raise Denied("this token may not remove anything for good: sign in, or use a token without limits")
