"""Moving a version to a stage, as plain clients ask for it."""

from apps.core.actor import Actor
from apps.core.transactions import atomic
from apps.registry import acts, stages
from apps.registry.access import access_version
from apps.registry.records import VersionRecord
from apps.registry.refusals import audits_refusals
from apps.registry.services.direct import do_at_once
from apps.registry.sql import rows
from apps.registry.subjects import Subject


@audits_refusals
@atomic
def transition_version(
    actor: Actor, name: str, version: str, stage: str, archive_existing: bool, comment: str = ""
) -> VersionRecord:
    """Move a version to a stage; with `archive_existing` the others there go to Archived. Where policies apply they decide that.

    Raises Invalid (stage; archiving for one that is not active), Missing, Denied: by level, or by a policy, naming what is
    missing.
    """
    found = access_version(actor, name, version, "model_version.transition", lock=True)
    target = stages.parse(stage)
    if archive_existing:
        stages.check_archiving(target)
    do_at_once(actor, Subject(found.model, found, acts.TRANSITION, target), archive_existing, comment)
    return rows.version_by_pk(found.id)
