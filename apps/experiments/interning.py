"""Metric and param keys as integers, cached in the process.

A key that another process inserted is found by its select; a key that is gone (its table restored from a backup) shows as a
foreign-key error of
the series or param row at commit: `with_fresh_keys` then empties the cache and tries once more.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, connection

from apps.core.transactions import after_commit

P = ParamSpec("P")
R = TypeVar("R")

METRICS, PARAMS = "experiments_metrickey", "experiments_paramkey"
MOST = 200_000  # keys remembered of a table, each way

_CACHES: dict[str, dict[str, int]] = {METRICS: {}, PARAMS: {}}
_NAMES: dict[str, dict[int, str]] = {METRICS: {}, PARAMS: {}}


def metric_key_ids(names: Iterable[str]) -> dict[str, int]:
    """The ids of metric keys, made where they are new."""
    return _ids(METRICS, set(names))


def param_key_ids(names: Iterable[str]) -> dict[str, int]:
    """The ids of param keys, made where they are new."""
    return _ids(PARAMS, set(names))


def known_metric_key(name: str) -> int | None:
    """The id of a metric key that this process remembers, without asking the database."""
    return _CACHES[METRICS].get(name)


def metric_key_names(ids: Iterable[int]) -> dict[int, str]:
    """The names of metric keys by their ids: lists of runs name each key hundreds of times, which joins and sorts in the database
    cost more than all else."""
    return _names(METRICS, set(ids))


def param_key_names(ids: Iterable[int]) -> dict[int, str]:
    """The names of param keys by their ids."""
    return _names(PARAMS, set(ids))


def find_metric_key(name: str) -> int | None:
    """The id of a metric key that exists, else None."""
    return _find(METRICS, name)


def find_param_key(name: str) -> int | None:
    """The id of a param key that exists, else None."""
    return _find(PARAMS, name)


def _find(table: str, name: str) -> int | None:
    known = _CACHES[table].get(name)
    if known is not None:
        return known
    found = _select(table, [name])
    after_commit(lambda: _keep(_CACHES[table], found))
    return found.get(name)


def forget() -> None:
    """Empty the caches: after a foreign-key error, and between tests."""
    for ids, names in zip(_CACHES.values(), _NAMES.values(), strict=True):
        ids.clear()
        names.clear()


def with_fresh_keys(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service again, once, with empty caches if a key it wrote with was not there any more."""

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return service(*args, **kwargs)
        except IntegrityError:
            if connection.in_atomic_block:
                raise
            forget()
            return service(*args, **kwargs)

    return run


def _ids(table: str, names: set[str]) -> dict[str, int]:
    cache = _CACHES[table]
    try:
        return {name: cache[name] for name in names}
    except KeyError:
        pass
    found = {name: cache[name] for name in names if name in cache}
    missing = sorted(names - found.keys())
    fresh = _select(table, missing)
    new = [name for name in missing if name not in fresh]
    if new:
        # In the order of the names, so that two writers of the same new keys wait for each other and never in a circle.
        with connection.cursor() as cursor:
            marks = ",".join(["(%s)"] * len(new))
            cursor.execute(f"INSERT INTO {table} (name) VALUES {marks} ON CONFLICT (name) DO NOTHING", new)
        fresh |= _select(table, new)
    after_commit(lambda: _keep(cache, fresh))  # a rollback must not leave an id that is not there
    return found | fresh


def _names(table: str, ids: set[int]) -> dict[int, str]:
    cache = _NAMES[table]
    found = {key_id: cache[key_id] for key_id in ids & cache.keys()}
    if missing := sorted(ids - found.keys()):
        with connection.cursor() as cursor:
            # Numbers of our own tables may stand in the text: no limit on the number of parameters.
            cursor.execute(f"SELECT id, name FROM {table} WHERE id IN ({','.join([str(int(key_id)) for key_id in missing])})")
            fresh = dict(cursor.fetchall())
        after_commit(lambda: _keep(cache, fresh))
        found |= fresh
    return found


def _keep(cache: dict[Any, Any], fresh: dict[Any, Any]) -> None:
    if len(cache) > MOST:
        cache.clear()
    cache.update(fresh)


def _select(table: str, names: list[str]) -> dict[str, int]:
    if not names:
        return {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SELECT name, id FROM {table} WHERE name = ANY(%s)", [names])
        else:
            cursor.execute(f"SELECT name, id FROM {table} WHERE name IN ({','.join(['%s'] * len(names))})", names)
        return dict(cursor.fetchall())
