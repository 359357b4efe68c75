"""Comments on versions and requests that one may read, and who could be named in them."""

from collections.abc import Callable, Collection

from apps.access.queries.readers import list_readers
from apps.access.queries.workspaces import require_known
from apps.accounts.queries.users import Person, find_people
from apps.core.actor import Actor
from apps.notices.queries import comments
from apps.notices.records import CommentRecord
from apps.registry.access import MODEL, ModelAccess, access_request, access_version

VERSION, REQUEST = "model_version", "request"
LOOKED_AT = 100


def version_comments(actor: Actor, name: str, version: str) -> list[CommentRecord]:
    """Those on a version, the oldest first. Raises Missing."""
    found = access_version(actor, name, version, "model_version.read")
    return comments.list_comments(actor, VERSION, str(found.id))


def request_comments(actor: Actor, request_id: int) -> list[CommentRecord]:
    """Those on a request, the oldest first. Raises Missing."""
    found = access_request(actor, request_id, "request.read")
    return comments.list_comments(actor, REQUEST, str(found.id))


def version_people(actor: Actor, name: str, version: str, text: str) -> list[Person]:
    """People with `text` in their name who may read the version. Raises Missing."""
    return _people(actor, access_version(actor, name, version, "model_version.read").model, text)


def request_people(actor: Actor, request_id: int, text: str) -> list[Person]:
    """People with `text` in their name who may read the request. Raises Missing."""
    return _people(actor, access_request(actor, request_id, "request.read").model, text)


def readers_of(actor: Actor, model: ModelAccess) -> Callable[[Collection[int]], set[int]]:
    """Leaves of some accounts those that may read the model."""
    require_known(actor)
    return lambda user_ids: list_readers(actor, MODEL, model.id, user_ids)


def _people(actor: Actor, model: ModelAccess, text: str) -> list[Person]:
    found = [person for person in find_people(actor, text, LOOKED_AT) if person.kind == "person"]
    readers = list_readers(actor, MODEL, model.id, [person.id for person in found])
    return [person for person in found if person.id in readers]
