"""A cache that is away is an empty cache: nobody gets an error because of it."""

import functools
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

AWAY = (RedisConnectionError, RedisTimeoutError, OSError)


def _or_else(method: Callable[..., Any], answer: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def forgiving(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except AWAY:
            return answer(*args, **kwargs)

    return forgiving


def _not_found(_cache: RedisCache, key: Any, *_args: Any, **_kwargs: Any) -> Any:
    raise ValueError(f"Key {key!r} not found")


def _default(_cache: RedisCache, _key: Any, default: Any = None, version: int | None = None) -> Any:
    return default


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache; while the server cannot be reached, reads miss and writes are forgotten."""

    get = _or_else(RedisCache.get, _default)
    get_many = _or_else(RedisCache.get_many, lambda *_: {})
    has_key = _or_else(RedisCache.has_key, lambda *_, **__: False)
    add = _or_else(RedisCache.add, lambda *_, **__: False)
    set = _or_else(RedisCache.set, lambda *_, **__: None)
    set_many = _or_else(RedisCache.set_many, lambda _cache, data, *_, **__: list(data))
    touch = _or_else(RedisCache.touch, lambda *_, **__: False)
    incr = _or_else(RedisCache.incr, _not_found)
    delete = _or_else(RedisCache.delete, lambda *_, **__: False)
    delete_many = _or_else(RedisCache.delete_many, lambda *_, **__: None)
    clear = _or_else(RedisCache.clear, lambda *_: False)
