"""Doing what was asked for, once it may be done: one transaction, with the model locked."""

from apps.core.actor import Actor
from apps.registry import acts
from apps.registry.access import access_model
from apps.registry.lines import Line
from apps.registry.services.history import note
from apps.registry.services.moves import Occasion, drop_alias, move_version, point_alias
from apps.registry.services.registered import move_name, remove_model
from apps.registry.services.versions import remove_version
from apps.registry.subjects import Subject


def execute_act(actor: Actor, subject: Subject, archive_existing: bool, occasion: Occasion) -> None:
    """Carry the act out. Raises Conflict (it stands elsewhere by now), AlreadyExists (a name)."""
    access_model(actor, subject.model.name, "model.read")
    if subject.act == acts.TRANSITION:
        assert subject.version is not None
        move_version(actor, subject.version, subject.target, archive_existing, occasion)
    elif subject.act == acts.SET_ALIAS:
        assert subject.version is not None
        point_alias(actor, subject.version, subject.target, occasion)
    elif subject.act == acts.DELETE_ALIAS:
        drop_alias(actor, subject.model, subject.target, occasion)
    elif subject.act == acts.DELETE_VERSION:
        assert subject.version is not None
        remove_version(actor, subject.version)
        _note(actor, "model_version.delete", subject, "deleted", occasion, subject.version.stage)
    elif subject.act == acts.DELETE_MODEL:
        remove_model(actor, subject.model)
        _note(actor, "model.delete", subject, "deleted", occasion)
    else:
        move_name(actor, subject.model, subject.target)
        _note(actor, "model.rename", subject, "renamed", occasion)


def _note(actor: Actor, act: str, subject: Subject, kind: str, occasion: Occasion, stage: str = "") -> None:
    line = Line(
        kind, subject.number, occasion.request_id, stage,
        comment=occasion.comment, system_comment=occasion.system_comment, policies=occasion.policies,
    )  # fmt: skip
    if subject.act == acts.RENAME_MODEL:
        line.details["to"] = subject.target
    note(actor, act, subject.model, line)
