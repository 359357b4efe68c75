"""Who was given what on a model, with the right to stages beside the level."""

from apps.access.queries.workspaces import GrantRecord, grant_records
from apps.core.actor import Actor
from apps.registry.models import ModelGrant

GrantsOfModel = list[tuple[GrantRecord, int]]


def grants_of(model_id: int) -> GrantsOfModel:
    """The grants on a model, people first, by name; whoever calls has asked for the right to share it, perhaps before it was
    given away.
    """
    rows = ModelGrant.objects.filter(model_id=model_id)
    rights = {_key(user_id, team_id): right for user_id, team_id, right in rows.values_list("user_id", "team_id", "stages")}
    found = grant_records(Actor.system("registry.grants"), rows)
    return [(grant, rights[grant.kind, grant.grantee_id]) for grant in found]


def _key(user_id: int | None, team_id: int | None) -> tuple[str, int]:
    return ("user", user_id) if user_id is not None else ("team", team_id or 0)
