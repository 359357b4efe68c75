"""Registering a version under a name that may be new, as a person does it in one step."""

from apps.access.queries.workspaces import require_writer
from apps.core.actor import Actor
from apps.core.errors import Missing
from apps.core.transactions import atomic
from apps.registry.access import access_model
from apps.registry.records import VersionRecord
from apps.registry.services.registered import create_model
from apps.registry.services.versions import NewVersion, create_version


@atomic
def register_version(actor: Actor, new: NewVersion) -> VersionRecord:
    """The version; a model of a name that nobody has is made for it. Raises Invalid, Missing (source), Denied, AlreadyExists."""
    require_writer(actor)
    try:
        access_model(actor, new.name, "model.read")
    except Missing:
        create_model(actor, new.name)
    return create_version(actor, new)
