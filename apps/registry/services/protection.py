"""What policies say against renaming and removing."""

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.registry import links
from apps.registry.access import ModelAccess
from apps.registry.governance import governing, holders, of_targets, targets_of
from apps.registry.refusals import PolicyRefused


def require_free_name(actor: Actor, model: ModelAccess, new_name: str | None) -> None:
    """The model may leave its name, and take `new_name` unless that is None: no version stands where policies of either name
    protect.

    Raises PolicyRefused, naming the version.
    """
    require_known(actor)
    policies = governing(model.workspace_id, model.name)
    if new_name is not None:
        policies += governing(model.workspace_id, new_name)
    if not policies:
        return
    for number, stage, aliases in holders(model.id):
        against = of_targets(policies, targets_of(stage, aliases))
        if against:
            page = links.version_page(model.workspace, model.name, number)
            raise PolicyRefused(
                f"version {number} of {model.name} stands in {against[0].target}, which a policy protects "
                f"({against[0].words}). Ask for its archiving at {page} first.",
                model, number, against,
            )  # fmt: skip
