"""Creating, describing, tagging, renaming, deleting and restoring registered models."""

from django.db import IntegrityError
from django.db.models import Max, Q

from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import AlreadyExists
from apps.core.transactions import atomic, savepoint
from apps.experiments.records import Tag
from apps.registry import rules
from apps.registry.access import ModelAccess, access_deleted_model, access_model, check_limits
from apps.registry.lines import Line
from apps.registry.models import Alias, ModelGrant, ModelTag, ModelVersion, RegisteredModel
from apps.registry.models.registered import ACTIVE, DELETED
from apps.registry.refusals import audits_refusals
from apps.registry.services.announcing import tell_model_created, tell_tag
from apps.registry.services.closing import cancel_pending
from apps.registry.services.history import audit, note
from apps.registry.services.holds import refresh_holds
from apps.registry.services.protection import require_free_name
from apps.registry.sql.writers import upsert_tags
from apps.registry.stages import NONE


@atomic
def create_model(actor: Actor, name: str, *, description: str = "", tags: list[Tag] | None = None) -> None:
    """A new model in the actor's workspace; its maker may MANAGE it. Numbers go on where a model of that name in the trash was.

    In the workspace `default` everybody may make one, elsewhere whoever may EDIT there. Raises Invalid, AlreadyExists, Denied.
    """
    act = "workspace.read" if actor.workspace == "default" else "workspace.add"
    workspace = access_workspace(actor, actor.workspace, act)
    check_limits(actor, "model.create")
    rules.check_model_name(name)
    rules.check_description(description)
    labels = _checked_tags(tags or [])
    now = now_ms()
    trashed = RegisteredModel.objects.filter(workspace_id=workspace.id, name=name, lifecycle=DELETED)
    try:
        with savepoint():
            model = RegisteredModel.objects.create(
                workspace_id=workspace.id, name=name, description=description, created_at=now, updated_at=now,
                owner_id=actor.user_id, is_prompt=rules.is_prompt(labels),
                next_version=trashed.aggregate(most=Max("next_version"))["most"] or 1,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyExists(_taken(workspace.id, name, rules.is_prompt(labels))) from None
    upsert_tags("registry_modeltag", "model_id", model.pk, labels)
    if actor.user_id is not None:
        ModelGrant.objects.create(model=model, user_id=actor.user_id, level=Level.MANAGE)
    made = ModelAccess(model.pk, name, workspace.id, workspace.name, model.is_prompt, Level.MANAGE)
    note(actor, "model.create", made, Line("created"))
    tell_model_created(actor, made, labels, description)


def _taken(workspace_id: int, name: str, new_is_prompt: bool) -> str:
    never = "MLflow does not allow creating a model and a prompt with the same name."
    is_prompt = RegisteredModel.objects.filter(workspace_id=workspace_id, name=name, lifecycle=ACTIVE, is_prompt=True).exists()
    if is_prompt and not new_is_prompt:
        return f"Tried to create a registered model with name {name!r}, but the name is already taken by a prompt. {never}"
    if new_is_prompt and not is_prompt:
        return f"Tried to create a prompt with name {name!r}, but the name is already taken by a registered model. {never}"
    return f"{'Prompt' if is_prompt else 'Registered Model'} (name={name}) already exists."


def _checked_tags(tags: list[Tag]) -> dict[str, str]:
    for index, (key, value) in enumerate(tags):
        rules.check_tag(key, value, f"tags[{index}].")
    return dict(tags)


@atomic
def update_model(actor: Actor, name: str, description: str) -> None:
    """Change the description; "" clears it. Raises Invalid, Missing, Denied."""
    model = access_model(actor, name, "model.update")
    rules.check_description(description)
    RegisteredModel.objects.filter(pk=model.id).update(description=description, updated_at=now_ms())
    note(actor, "model.update", model, Line("described"))


@atomic
def set_model_tag(actor: Actor, name: str, key: str, value: str) -> None:
    """Set a tag. Raises Invalid, Missing, Denied."""
    model = access_model(actor, name, "model.tag")
    rules.check_tag(key, value)
    upsert_tags("registry_modeltag", "model_id", model.id, {key: value})
    if key == rules.IS_PROMPT:
        RegisteredModel.objects.filter(pk=model.id).update(is_prompt=rules.is_prompt({key: value}))
    audit(actor, "model.tag", model, None, {"key": key})
    tell_tag(actor, model, None, key, value)


@atomic
def delete_model_tag(actor: Actor, name: str, key: str) -> None:
    """Remove a tag; one that is not there is fine. Raises Invalid, Missing, Denied."""
    model = access_model(actor, name, "model.tag")
    rules.check_tag(key, "")
    ModelTag.objects.filter(model_id=model.id, key=key).delete()
    if key == rules.IS_PROMPT:
        RegisteredModel.objects.filter(pk=model.id).update(is_prompt=False)
    audit(actor, "model.tag", model, None, {"key": key, "deleted": True})
    tell_tag(actor, model, None, key, None)


@audits_refusals
@atomic
def rename_model(actor: Actor, name: str, new_name: str) -> None:
    """Give it another name; versions, tags, aliases and grants come along.

    Denied while a version stands in a protected stage or alias, of the old name or of the new one: a policy by name would be
    walked round either way. Raises Invalid, AlreadyExists, Missing besides.
    """
    model = access_model(actor, name, "model.rename", lock=True)
    rules.check_model_name(new_name, "new_name")
    require_free_name(actor, model, new_name)
    move_name(actor, model, new_name)
    note(actor, "model.rename", model, Line("renamed", comment=new_name, details={"to": new_name}))


def move_name(actor: Actor, model: ModelAccess, new_name: str) -> None:
    """The renaming itself, of a model that is locked. Raises AlreadyExists."""
    access_model(actor, model.name, "model.read")
    now = now_ms()
    trashed = RegisteredModel.objects.filter(workspace_id=model.workspace_id, name=new_name, lifecycle=DELETED)
    used = trashed.aggregate(most=Max("next_version"))["most"] or 1
    row = RegisteredModel.objects.get(pk=model.id)
    try:
        with savepoint():
            RegisteredModel.objects.filter(pk=model.id).update(
                name=new_name, updated_at=now, next_version=max(used, row.next_version)
            )
    except IntegrityError:
        raise AlreadyExists(f"Registered Model (name={new_name}) already exists.") from None
    ModelVersion.objects.filter(model_id=model.id).update(updated_at=now)
    refresh_holds(actor, _standing(model.id))


def _standing(model_id: int) -> list[int]:
    """The versions that are in a stage or have an alias."""
    rows = ModelVersion.objects.filter(~Q(stage=NONE) | Q(aliases__isnull=False), model_id=model_id)
    return list(rows.values_list("pk", flat=True).distinct())


@audits_refusals
@atomic
def delete_model(actor: Actor, name: str) -> None:
    """Move a model with its versions to the trash; aliases go, and it comes back without stages.

    Denied while a version stands in a protected stage or alias. Raises Missing besides.
    """
    model = access_model(actor, name, "model.delete", lock=True)
    require_free_name(actor, model, None)
    remove_model(actor, model)
    note(actor, "model.delete", model, Line("deleted"))


def remove_model(actor: Actor, model: ModelAccess) -> None:
    """The deletion itself, of a model that is locked."""
    access_model(actor, model.name, "model.read")
    now = now_ms()
    standing = _standing(model.id)
    Alias.objects.filter(model_id=model.id).delete()
    ModelVersion.objects.filter(model_id=model.id).exclude(stage=NONE).update(stage=NONE, stage_since=now)
    RegisteredModel.objects.filter(pk=model.id, lifecycle=ACTIVE).update(lifecycle=DELETED, deleted_at=now, updated_at=now)
    refresh_holds(actor, standing)
    cancel_pending(actor, model, None, "the model was deleted")


@atomic
def restore_model(actor: Actor, model_id: int) -> None:
    """Take a model out of the trash, its versions in stage None.

    Raises AlreadyExists when the name is taken again, Missing, Denied.
    """
    model = access_deleted_model(actor, model_id, "model.restore")
    namesakes = RegisteredModel.objects.filter(workspace_id=model.workspace_id, name=model.name)
    used = namesakes.aggregate(most=Max("next_version"))["most"]
    try:
        with savepoint():
            RegisteredModel.objects.filter(pk=model.id, lifecycle=DELETED).update(
                lifecycle=ACTIVE, deleted_at=None, updated_at=now_ms(), next_version=used
            )
    except IntegrityError:
        raise AlreadyExists(f"Registered Model (name={model.name}) already exists.") from None
    note(actor, "model.restore", model, Line("restored"))
