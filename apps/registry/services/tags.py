"""Tags of versions. One that a gate reads does not change while its version stands where the gate guards."""

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.jobs import enqueue
from apps.core.transactions import atomic
from apps.registry import rules
from apps.registry.access import VersionAccess, access_version
from apps.registry.governance import governing, of_targets, targets_of
from apps.registry.models import Alias, ModelVersion, VersionTag
from apps.registry.refusals import PolicyRefused, audits_refusals
from apps.registry.services.announcing import tell_tag
from apps.registry.services.history import audit
from apps.registry.sql.writers import note_change, upsert_tags


@audits_refusals
@atomic
def set_version_tag(actor: Actor, name: str, version: str, key: str, value: str) -> None:
    """Set a tag; the same value again is always fine. Raises Invalid, Missing, Denied."""
    found = access_version(actor, name, version, "model_version.tag", lock=True)
    rules.check_tag(key, value)
    if VersionTag.objects.filter(version_id=found.id, key=key, value=value).exists():
        return
    _require_unread(found, key)
    upsert_tags("registry_versiontag", "version_id", found.id, {key: value})
    _changed(actor, found, key, {key: value})
    audit(actor, "model_version.tag", found.model, found.number, {"key": key})
    tell_tag(actor, found.model, found.number, key, value)


@audits_refusals
@atomic
def delete_version_tag(actor: Actor, name: str, version: str, key: str) -> None:
    """Remove a tag; one that is not there is fine. Raises Invalid, Missing, Denied."""
    found = access_version(actor, name, version, "model_version.untag", lock=True)
    rules.check_tag(key, "")
    rows = VersionTag.objects.filter(version_id=found.id, key=key)
    if not rows.exists():
        return
    _require_unread(found, key)
    rows.delete()
    _changed(actor, found, key, {})
    audit(actor, "model_version.untag", found.model, found.number, {"key": key})
    tell_tag(actor, found.model, found.number, key, None)


def _require_unread(version: VersionAccess, key: str) -> None:
    aliases = Alias.objects.filter(version_id=version.id).values_list("name", flat=True)
    against = [
        policy
        for policy in of_targets(governing(version.model.workspace_id, version.model.name), targets_of(version.stage, aliases))
        if any(key in gate.tags for gate in policy.terms.gates)
    ]
    if against:
        raise PolicyRefused(
            f"tag '{key}' of {version.label} is read by a gate of policy {against[0].label}, and the version stands "
            f"where that guards ({against[0].words})",
            version.model, version.number, against,
        )  # fmt: skip


def _changed(actor: Actor, version: VersionAccess, key: str, tags: dict[str, str]) -> None:
    note_change(version.id, f"tag:{key}", actor.user_id, now_ms())
    if key == rules.IS_PROMPT:
        ModelVersion.objects.filter(pk=version.id).update(is_prompt=rules.is_prompt(tags))
    enqueue("registry.recheck_version", version.id)
