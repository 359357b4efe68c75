"""Creating, describing, deleting and restoring versions."""

from dataclasses import dataclass, field

from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid, Missing
from apps.core.transactions import atomic
from apps.experiments.access import access_logged_model, access_run
from apps.experiments.models import LoggedModel
from apps.experiments.queries.evidence import find_run
from apps.experiments.records import Tag
from apps.experiments.rules import check_length, check_text
from apps.experiments.services.logged_models import note_registration
from apps.registry import rules, stages
from apps.registry.access import ModelAccess, VersionAccess, access_model, access_version
from apps.registry.evidence import READER
from apps.registry.governance import governing, of_targets, targets_of
from apps.registry.lines import Line
from apps.registry.models import Alias, ModelVersion, RegisteredModel
from apps.registry.models.registered import ACTIVE, DELETED
from apps.registry.models.versions import READY
from apps.registry.records import VersionRecord
from apps.registry.refusals import PolicyRefused, audits_refusals, where_to_ask
from apps.registry.services.announcing import tell_version_created
from apps.registry.services.closing import cancel_pending
from apps.registry.services.history import audit, note
from apps.registry.services.holds import refresh_holds
from apps.registry.sources import ModelSource, Place, VersionSource, place_of, read_source
from apps.registry.sql import rows
from apps.registry.sql.writers import VersionRow, insert_version, note_change

PROMPT_TEXT = "mlflow.prompt.text"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What a client says of a version it registers."""

    name: str
    source: str
    run_id: str = ""
    model_id: str = ""  # of a logged model
    run_link: str = ""
    description: str = ""
    tags: list[Tag] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the artifacts lie, and which run and logged model the version comes from."""

    location: str
    run_id: str
    model_id: str


@atomic
def create_version(actor: Actor, new: NewVersion) -> VersionRecord:
    """A new version, ready at once, in stage None whatever its tags say. Raises Invalid, Missing (model, source), Denied."""
    model = access_model(actor, new.name, "model_version.create")
    tags = _checked(new)
    is_prompt = rules.is_prompt(tags)
    origin = _origin(actor, new, is_prompt)
    if actor.limits.get("run", origin.run_id) != origin.run_id:
        raise Denied("this token may only register what comes from its own run")
    now = now_ms()
    row = VersionRow(
        new.source, origin.location, origin.run_id, origin.model_id, new.run_link, new.description, is_prompt, actor.user_id
    )
    made = insert_version(model.id, now, row, tags)
    if made is None:
        raise Missing(rules.missing_model(model.name))
    pk, number = made
    audit(
        actor,
        "model_version.create",
        model,
        number,
        {"source": new.source, "run": origin.run_id, "logged_model": origin.model_id},
    )
    if origin.model_id and not is_prompt:
        _note_registration(actor, origin.model_id, model, number)
    template = tags.pop(PROMPT_TEXT, "") if is_prompt else None
    told = {"source": new.source, "run_id": origin.run_id, "tags": tags, "description": new.description}
    tell_version_created(actor, model, number, told, template)
    return VersionRecord(
        pk, model.id, model.name, number, stages.NONE, now, new.source, origin.location, origin.run_id, origin.model_id,
        new.run_link, READY, "", new.description, actor.name, actor.user_id, now, now,
        sorted([Tag(key, value) for key, value in dict(new.tags).items()]),
    )  # fmt: skip


def _checked(new: NewVersion) -> dict[str, str]:
    for index, (key, value) in enumerate(new.tags):
        rules.check_tag(key, value, f"tags[{index}].")
    rules.check_description(new.description)
    for name, value, limit in (
        ("run_id", new.run_id, rules.MAX_RUN_ID),
        ("model_id", new.model_id, rules.MAX_RUN_ID),
        ("run_link", new.run_link, rules.MAX_SOURCE),
    ):
        check_length(value, limit, name)
        check_text(value, name)
    return dict(new.tags)


def _origin(actor: Actor, new: NewVersion, is_prompt: bool) -> _Origin:
    """Resolve the source. A run or logged model that is there has to be readable: gates will show what it measured."""
    source = read_source(new.source, is_prompt=is_prompt)
    if isinstance(source, VersionSource):
        return _copied(actor, new, source)
    model_id = source.model_id if isinstance(source, ModelSource) else new.model_id
    location, run_id = new.source, new.run_id
    if isinstance(source, ModelSource) and new.model_id not in ("", source.model_id):
        raise _mismatch(new.source, "model_id")
    if model_id:
        model = access_logged_model(actor, model_id, "logged_model.read")
        if isinstance(source, ModelSource):
            location = f"mlflow-artifacts:/{model.experiment_id}/models/{model.model_id}/artifacts"
        run_id = run_id or LoggedModel.objects.values_list("source_run_id", flat=True).get(pk=model.id)
    origin = _Origin(location, run_id, model_id)
    _check_place(new.source, place_of(location), origin)
    if run_id:
        _require_readable(actor, run_id)
    return origin


def _copied(actor: Actor, new: NewVersion, source: VersionSource) -> _Origin:
    """A copy has the artifacts, the run and the logged model of its original, and nothing of its stage."""
    original = access_version(actor, source.name, str(source.number), "model_version.read")
    record = rows.version_by_pk(original.id)
    for name, given, known in (("run_id", new.run_id, record.run_id), ("model_id", new.model_id, record.logged_model_id)):
        if given and known and given != known:
            raise _mismatch(new.source, name)
    return _Origin(record.storage_location, new.run_id or record.run_id, new.model_id or record.logged_model_id)


def _check_place(source: str, place: Place | None, origin: _Origin) -> None:
    """Bytes of one run with the metrics of another would be evidence of nothing. Raises Invalid."""
    if place and place.kind == "run" and origin.run_id not in ("", place.id):
        raise _mismatch(source, "run_id")
    if place and place.kind == "logged_model" and origin.model_id not in ("", place.id):
        raise _mismatch(source, "model_id")


def _mismatch(source: str, field_name: str) -> Invalid:
    return Invalid(
        f"Invalid model version source: '{source}'. The {field_name} request parameter must identify the resource that "
        "contains the source."
    )


def _require_readable(actor: Actor, run_id: str) -> None:
    """A text that names no run is fine, as the protocol has it; a run that is hidden is not. Raises Missing."""
    try:
        access_run(actor, run_id, "run.read")
    except Missing:
        if find_run(READER, run_id) is not None:
            raise


def _note_registration(actor: Actor, model_id: str, model: ModelAccess, number: int) -> None:
    """Who copies a version need not see the logged model behind it."""
    try:
        note_registration(actor, model_id, model.name, number)
    except Missing:
        note_registration(READER, model_id, model.name, number)


@atomic
def update_version(actor: Actor, name: str, version: str, description: str) -> VersionRecord:
    """Change the description; "" clears it. Raises Invalid, Missing, Denied."""
    found = access_version(actor, name, version, "model_version.update")
    rules.check_description(description)
    now = now_ms()
    ModelVersion.objects.filter(pk=found.id).update(description=description, updated_at=now)
    note_change(found.id, "description", actor.user_id, now)
    note(actor, "model_version.update", found.model, Line("described", found.number))
    return rows.version_by_pk(found.id)


@audits_refusals
@atomic
def delete_version(actor: Actor, name: str, version: str) -> None:
    """Move a version to the trash; its aliases go. Denied while it stands in a protected stage or alias.

    Raises Missing besides.
    """
    found = access_version(actor, name, version, "model_version.delete", lock=True)
    aliases = list(Alias.objects.filter(version_id=found.id).values_list("name", flat=True))
    against = of_targets(governing(found.model.workspace_id, found.model.name), targets_of(found.stage, aliases))
    if against:
        raise PolicyRefused(
            f"{found.label} stands in {against[0].target}, which a policy protects ({against[0].words}). "
            + where_to_ask(found.model, found.number, "delete_version", ""),
            found.model, found.number, against,
        )  # fmt: skip
    remove_version(actor, found)
    note(actor, "model_version.delete", found.model, Line("deleted", found.number, from_stage=found.stage))


def remove_version(actor: Actor, version: VersionAccess) -> None:
    """The deletion itself, of a version that is locked."""
    access_model(actor, version.model.name, "model.read")
    now = now_ms()
    Alias.objects.filter(version_id=version.id).delete()
    ModelVersion.objects.filter(pk=version.id, lifecycle=ACTIVE).update(
        lifecycle=DELETED, deleted_at=now, stage=stages.NONE, stage_since=now, updated_at=now
    )
    RegisteredModel.objects.filter(pk=version.model.id).update(updated_at=now)
    refresh_holds(actor, [version.id])
    cancel_pending(actor, version.model, version.id, "the version was deleted")


@atomic
def restore_version(actor: Actor, name: str, version: str) -> VersionRecord:
    """Take a version out of the trash, in stage None and without aliases. Raises Missing, Denied."""
    found = access_version(actor, name, version, "model_version.restore", lock=True, lifecycle=DELETED)
    now = now_ms()
    ModelVersion.objects.filter(pk=found.id, lifecycle=DELETED).update(lifecycle=ACTIVE, deleted_at=None, updated_at=now)
    note(actor, "model_version.restore", found.model, Line("restored", found.number, to_stage=stages.NONE))
    return rows.version_by_pk(found.id)
