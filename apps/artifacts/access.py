"""What this room can ask of a caller.

Artifacts hang on roots, and a root belongs to a run or a logged model that this room knows nothing about. Whoever stands
above (experiments, registry) has decided that the actor may act on the root before it passes the root down; here is only
checked that there is an actor, and that the text is a root and nothing else.
"""

import re

from apps.core.actor import Actor
from apps.core.errors import Denied, Invalid, Unauthenticated

_ROOT = re.compile(r"[A-Za-z0-9][\w.-]{0,255}(?:/[A-Za-z0-9][\w.-]{0,255}){1,5}", re.ASCII)
MAX_ROOT = 400


def require_actor(actor: Actor) -> Actor:
    """The actor, if it is somebody. Raises Unauthenticated."""
    if not actor.is_known:
        raise Unauthenticated("Sign in to reach artifacts")
    return actor


def require_root(actor: Actor, root: str) -> str:
    """`root`, if somebody known asks for it and it is well formed (`12/<run id>/artifacts`). Raises Unauthenticated, Invalid."""
    require_actor(actor)
    if len(root) > MAX_ROOT or not _ROOT.fullmatch(root) or ".." in root:
        raise Invalid(f"Invalid path: {root!r} is no artifact root")
    return root


def require_platform(actor: Actor) -> Actor:
    """The actor, if it is the platform itself or an administrator: for upkeep over all roots. Raises Denied."""
    if not actor.is_admin:
        raise Denied("only administrators may do this")
    return actor
