"""Comments on versions and requests that one may read."""

from apps.core.actor import Actor
from apps.notices.queries import comments
from apps.notices.records import CommentRecord
from apps.registry.access import access_request, access_version

VERSION, REQUEST = "model_version", "request"


def version_comments(actor: Actor, name: str, version: str) -> list[CommentRecord]:
    """Those on a version, the oldest first. Raises Missing."""
    found = access_version(actor, name, version, "model_version.read")
    return comments.list_comments(actor, VERSION, str(found.id))


def request_comments(actor: Actor, request_id: int) -> list[CommentRecord]:
    """Those on a request, the oldest first. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    return comments.list_comments(actor, REQUEST, str(found.id))
