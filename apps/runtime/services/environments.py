"""Getting an environment on this machine, and letting go of old ones; the rows say what is where."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from apps.access.queries.workspaces import require_admin
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.runtime import configuration
from apps.runtime.building import Builder
from apps.runtime.cache import Lease
from apps.runtime.logs import LogWriter
from apps.runtime.models import EnvironmentBuild
from apps.runtime.specs import EnvironmentSpec
from apps.runtime.supervision import Tick

State = EnvironmentBuild.State
KEPT_LOG = 200_000


def obtain(
    actor: Actor,
    spec: EnvironmentSpec,
    log: LogWriter,
    *,
    slot: int = 0,
    on_tick: Tick | None = None,
    secrets: Sequence[str] = (),
    builder: Builder | None = None,
) -> Lease:
    """The environment for the wish on this machine, from the cache or built now, told to `log`; close the lease after use.

    For workers. Raises Invalid (no such Python), BuildFailed, Interrupted when `on_tick` asks to end, Unavailable where jobs
    cannot be kept apart.
    """
    require_admin(actor, "environment.build")
    builder = builder or configuration.builder(slot)
    key = builder.key(spec)
    begin = clock.monotonic()
    if builder.cache.look(key) is None:
        _note(key, state=State.BUILDING, spec=spec.as_json(), reason="")
    try:
        lease = builder.obtain(spec, log, on_tick, secrets)
    except DomainError as error:
        _note(key, state=State.FAILED, spec=spec.as_json(), reason=error.message, **_log(builder, key))
        raise
    environment = lease.environment
    facts: dict[str, Any] = {
        "state": State.READY,
        "spec": spec.as_json(),
        "python": environment.python,
        "kind": environment.kind,
        "packages": list(environment.packages),
        "size": environment.size,
        "reason": "",
    }
    if lease.was_built:
        facts |= {"seconds": clock.monotonic() - begin, "built_at": clock.now(), **_log(builder, key)}
    _note(key, **facts)
    return lease


def evict(actor: Actor) -> int:
    """Remove this machine's environments that are old or too many by the settings; answers how many went."""
    require_admin(actor, "environment.evict")
    cache = configuration.builder(0).cache
    removed = cache.evict(settings.ENVIRONMENT_DAYS * 86400, settings.ENVIRONMENT_GB * 1024**3)
    rows = EnvironmentBuild.objects.filter(host=configuration.host())
    rows.filter(key__in=removed).update(state=State.REMOVED)
    EnvironmentBuild.objects.filter(
        state__in=[State.REMOVED, State.FAILED], last_used_at__lt=clock.now() - timedelta(days=90)
    ).delete()
    return len(removed)


def _note(key: str, **facts: Any) -> None:
    """The row is for people: a database that is away does not stop a job that needs none."""
    try:
        EnvironmentBuild.objects.update_or_create(
            key=key, host=configuration.host(), defaults={**facts, "last_used_at": clock.now()}
        )
    except DatabaseError:
        return


def _log(builder: Builder, key: str) -> dict[str, str]:
    try:
        with builder.cache.log(key).open("rb") as file:
            file.seek(max(0, builder.cache.log(key).stat().st_size - KEPT_LOG))
            return {"log": file.read().decode("utf-8", "replace").replace("\0", "")}
    except OSError:
        return {}
