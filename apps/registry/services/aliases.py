"""Setting and removing aliases, as plain clients ask for it."""

from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.registry import acts, rules
from apps.registry.access import access_model, access_version
from apps.registry.governance import binding_stages, governing
from apps.registry.models import Alias
from apps.registry.refusals import PolicyRefused, audits_refusals
from apps.registry.services.direct import do_at_once
from apps.registry.subjects import Subject


@audits_refusals
@atomic
def set_alias(actor: Actor, name: str, alias: str, version: str) -> None:
    """Point an alias to a version; again changes nothing. Setting one that a policy binds to a stage is the move to that stage.

    Raises Invalid, Missing, Denied (by level or by a policy).
    """
    found = access_version(actor, name, version, "alias.set", lock=True)
    rules.check_new_alias(alias)
    if Alias.objects.filter(model_id=found.model.id, name=alias, version_id=found.id).exists():
        return
    bound = binding_stages(governing(found.model.workspace_id, found.model.name), alias)
    if bound and found.stage != bound[0]:
        do_at_once(actor, Subject(found.model, found, acts.TRANSITION, bound[0]), False)
    else:
        do_at_once(actor, Subject(found.model, found, acts.SET_ALIAS, alias), False)


@audits_refusals
@atomic
def delete_alias(actor: Actor, name: str, alias: str) -> None:
    """Remove an alias; one that is not there is fine. One that a policy binds goes only with its stage.

    Raises Invalid, Missing, Denied.
    """
    model = access_model(actor, name, "alias.delete", lock=True)
    rules.check_alias(alias)
    if not Alias.objects.filter(model_id=model.id, name=alias).exists():
        return
    policies = governing(model.workspace_id, model.name)
    if bound := binding_stages(policies, alias):
        raise PolicyRefused(
            f"alias {alias} of {model.name} is bound to {bound[0]} by a policy: "
            "move another version there, or archive its holder",
            model, None, policies,
        )  # fmt: skip
    do_at_once(actor, Subject(model, None, acts.DELETE_ALIAS, alias), False)
