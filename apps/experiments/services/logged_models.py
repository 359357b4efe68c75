"""Logged models: creating, finishing, tagging, deleting."""

import json
from dataclasses import dataclass, field

from apps.audit.services.rows import record
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid, Missing
from apps.core.ids import new_model_id
from apps.core.transactions import atomic
from apps.experiments import rules
from apps.experiments.access import ModelAccess, access_experiment, access_logged_model
from apps.experiments.holding import legal_reason
from apps.experiments.models import LoggedModel, LoggedModelParam, LoggedModelTag
from apps.experiments.models.experiments import ACTIVE, DELETED
from apps.experiments.names import random_name
from apps.experiments.records import Tag

BAD_NAME = set("/:.%\"'")
VERSIONS_TAG = "mlflow.modelVersions"


@dataclass(slots=True)
class NewModel:
    """What a client says of a model it is about to log."""

    experiment_id: str
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[Tag] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)


@atomic
def create_logged_model(actor: Actor, new: NewModel) -> str:
    """A model in state PENDING; a name is made up if none is given. Returns its id. Raises Invalid, Missing, Denied."""
    experiment = access_experiment(actor, new.experiment_id, "logged_model.create", lock=True)
    if not experiment.is_active:
        raise Invalid(f"The experiment {experiment.id} must be in the 'active' state. Current state is {experiment.lifecycle}.")
    _check_name(new.name)
    _check_pairs(new.params, new.tags)
    rules.check_length(new.model_type, 500, "model_type")
    rules.check_length(new.source_run_id, 32, "source_run_id")
    rules.check_text(new.model_type + new.source_run_id, "model_type")
    now = now_ms()
    model = LoggedModel.objects.create(
        model_id=new_model_id(),
        experiment_id=experiment.id,
        name=new.name or random_name(),
        model_type=new.model_type,
        source_run_id=new.source_run_id,
        created_at=now,
        updated_at=now,
        owner_id=actor.user_id,
    )
    LoggedModelParam.objects.bulk_create(
        [LoggedModelParam(model=model, key=key, value=value) for key, value in dict(new.params).items()]
    )
    LoggedModelTag.objects.bulk_create(
        [LoggedModelTag(model=model, key=key, value=value) for key, value in dict(new.tags).items()]
    )
    return model.model_id


def _check_name(name: str) -> None:
    if name and (not name.strip() or set(name) & BAD_NAME):
        raise Invalid(
            f"Invalid model name {rules.shown(name)} for parameter 'name' supplied: it must not be blank nor contain any of / : "
            f". % \" '"
        )
    rules.check_length(name, 500, "name")
    rules.check_text(name, "name")


def _check_pairs(params: list[Tag], tags: list[Tag]) -> None:
    for path, pairs, limit in (("params", params, rules.MAX_PARAM_VALUE), ("tags", tags, rules.MAX_TAG_VALUE)):
        for index, (key, value) in enumerate(pairs):
            rules.check_length(key, rules.MAX_KEY, f"{path}[{index}].key")
            rules.check_length(value, limit, f"{path}[{index}].value")
            rules.check_text(key + value, f"{path}[{index}]")


@atomic
def finalize_logged_model(actor: Actor, model_id: str, status: int) -> None:
    """Say how the upload ended. Raises Missing, Denied."""
    model = access_logged_model(actor, model_id, "logged_model.update", lock=True)
    LoggedModel.objects.filter(pk=model.id).update(status=status, updated_at=now_ms())


@atomic
def delete_logged_model(actor: Actor, model_id: str) -> None:
    """Move the model to the trash. Raises Missing, Denied (a hold)."""
    model = access_logged_model(actor, model_id, "logged_model.delete", lock=True)
    _refuse_held(model)
    if model.legal:
        source = LoggedModel.objects.values_list("source_run_id", flat=True).get(pk=model.id)
        reason = legal_reason(model.experiment_id, run_id=source)
        raise Denied(f"logged model {model.model_id} is under {reason} and cannot be deleted")
    LoggedModel.objects.filter(pk=model.id, lifecycle=ACTIVE).update(lifecycle=DELETED, deleted_at=now_ms(), updated_at=now_ms())
    record(actor, "logged_model.delete", noun="logged_model", noun_id=model.model_id)


@atomic
def restore_logged_model(actor: Actor, model_id: str) -> None:
    """Take a logged model out of the trash; an active one stays as it is. Raises Missing, Denied."""
    model = access_logged_model(actor, model_id, "logged_model.restore", deleted=True, lock=True)
    back = LoggedModel.objects.filter(pk=model.id, lifecycle=DELETED)
    if back.update(lifecycle=ACTIVE, deleted_at=None, updated_at=now_ms()):
        record(actor, "logged_model.restore", noun="logged_model", noun_id=model.model_id)


@atomic
def set_logged_model_tags(actor: Actor, model_id: str, tags: list[Tag]) -> None:
    """Set tags. Raises Invalid, Missing, Denied (a hold, but for the list of registrations that clients keep)."""
    model = access_logged_model(actor, model_id, "logged_model.update", lock=True)
    _check_pairs([], tags)
    if any(key != VERSIONS_TAG for key, _ in tags):
        _refuse_held(model)
    rows = [LoggedModelTag(model_id=model.id, key=key, value=value) for key, value in sorted(dict(tags).items())]
    LoggedModelTag.objects.bulk_create(rows, update_conflicts=True, unique_fields=["model", "key"], update_fields=["value"])
    LoggedModel.objects.filter(pk=model.id).update(updated_at=now_ms())


@atomic
def delete_logged_model_tag(actor: Actor, model_id: str, key: str) -> None:
    """Remove a tag. Raises Missing if it is not there, Denied."""
    model = access_logged_model(actor, model_id, "logged_model.update", lock=True)
    _refuse_held(model)
    deleted, _ = LoggedModelTag.objects.filter(model_id=model.id, key=key).delete()
    if not deleted:
        raise Missing(f"No tag with key {key!r} found for model with ID {model_id!r}.")


@atomic
def log_logged_model_params(actor: Actor, model_id: str, params: list[Tag]) -> None:
    """Add params; one that is there with another value is Invalid. Raises Missing, Denied."""
    model = access_logged_model(actor, model_id, "logged_model.update", lock=True)
    _check_pairs(params, [])
    known = dict(LoggedModelParam.objects.filter(model_id=model.id).values_list("key", "value"))
    fresh = {key: value for key, value in dict(params).items() if key not in known}
    for key, value in params:
        if key in known and known[key] != value:
            raise Invalid(
                f"Changing param values is not allowed. Param with key='{key}' was already logged with value='{known[key]}'."
            )
    if fresh:
        _refuse_held(model)
        LoggedModelParam.objects.bulk_create(
            [LoggedModelParam(model_id=model.id, key=key, value=value) for key, value in fresh.items()]
        )
        LoggedModel.objects.filter(pk=model.id).update(updated_at=now_ms())


@atomic
def note_registration(actor: Actor, model_id: str, name: str, version: int) -> None:
    """Append {name, version} to the tag that lists a model's registrations, as the client does too. Raises Missing, Denied."""
    model = access_logged_model(actor, model_id, "logged_model.read")
    row = LoggedModelTag.objects.filter(model_id=model.id, key=VERSIONS_TAG).first()
    listed = json.loads(row.value) if row and row.value.startswith("[") else []
    if not any(entry.get("name") == name and str(entry.get("version")) == str(version) for entry in listed):
        listed.append({"name": name, "version": version})
        LoggedModelTag.objects.update_or_create(model_id=model.id, key=VERSIONS_TAG, defaults={"value": json.dumps(listed)})


def _refuse_held(model: ModelAccess) -> None:
    if model.holds:
        reason = LoggedModel.objects.filter(pk=model.id).values_list("hold_rows__reason", flat=True).first()
        raise Denied(f"logged model {model.model_id} is evidence of {reason} and may not change")
