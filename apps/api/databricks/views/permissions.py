"""Who may do what with models and experiments, in the Databricks dialect (protocol, section 20.4)."""

from typing import Any

from apps.access.queries.workspaces import GrantRecord
from apps.accounts.queries import users
from apps.api.databricks import codec
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.experiments.queries import experiments
from apps.experiments.services import grants as experiment_grants
from apps.registry.queries import registered
from apps.registry.services import grants as model_grants

PREFIXES = ("api/2.0/", "ajax-api/2.0/")
OF_MODELS = (codec.CAN_READ, codec.CAN_EDIT, codec.CAN_STAGING, codec.CAN_PRODUCTION, codec.CAN_MANAGE)
OF_EXPERIMENTS = (codec.CAN_READ, codec.CAN_EDIT, codec.CAN_MANAGE)
MODEL = "permissions/registered-models/<int:model_id>"
EXPERIMENT = "permissions/experiments/<int:experiment_id>"


@endpoint("GET", MODEL, prefixes=PREFIXES, section="20.4")
def get_model_permissions(request: WireRequest) -> dict[str, Any]:
    return _of_model(request, registered.list_grants_by_id(request.actor, int(request.kwargs["model_id"])))


@endpoint("PUT", MODEL, prefixes=PREFIXES, section="20.4")
def set_model_permissions(request: WireRequest) -> dict[str, Any]:
    return _change_model(request, replace=True)


@endpoint("PATCH", MODEL, prefixes=PREFIXES, section="20.4")
def update_model_permissions(request: WireRequest) -> dict[str, Any]:
    return _change_model(request, replace=False)


@endpoint("GET", f"{MODEL}/permissionLevels", prefixes=PREFIXES, section="20.4")
def model_permission_levels(request: WireRequest) -> dict[str, Any]:
    registered.get_name(request.actor, int(request.kwargs["model_id"]))
    return codec.levels_json(OF_MODELS)


@endpoint("GET", EXPERIMENT, prefixes=PREFIXES, section="20.4")
def get_experiment_permissions(request: WireRequest) -> dict[str, Any]:
    return _of_experiment(request, experiments.list_experiment_grants(request.actor, request.kwargs["experiment_id"]))


@endpoint("PUT", EXPERIMENT, prefixes=PREFIXES, section="20.4")
def set_experiment_permissions(request: WireRequest) -> dict[str, Any]:
    return _change_experiment(request, replace=True)


@endpoint("PATCH", EXPERIMENT, prefixes=PREFIXES, section="20.4")
def update_experiment_permissions(request: WireRequest) -> dict[str, Any]:
    return _change_experiment(request, replace=False)


@endpoint("GET", f"{EXPERIMENT}/permissionLevels", prefixes=PREFIXES, section="20.4")
def experiment_permission_levels(request: WireRequest) -> dict[str, Any]:
    experiments.get_experiment(request.actor, request.kwargs["experiment_id"])
    return codec.levels_json(OF_EXPERIMENTS)


def _change_model(request: WireRequest, *, replace: bool) -> dict[str, Any]:
    """Answered with what stands then, also to whoever gave their own right away."""
    wanted = codec.parse_grants(request.fields, OF_MODELS)
    return _of_model(
        request, model_grants.set_model_grants(request.actor, int(request.kwargs["model_id"]), wanted, replace=replace)
    )


def _change_experiment(request: WireRequest, *, replace: bool) -> dict[str, Any]:
    wanted = [(grantee, level) for grantee, level, _ in codec.parse_grants(request.fields, OF_EXPERIMENTS)]
    experiment_id = request.kwargs["experiment_id"]
    return _of_experiment(request, experiment_grants.set_experiment_grants(request.actor, experiment_id, wanted, replace=replace))


def _of_model(request: WireRequest, found: list[tuple[GrantRecord, int]]) -> dict[str, Any]:
    services = _services(request, [grant for grant, _ in found])
    return codec.grants_json("registered-model", str(request.kwargs["model_id"]), found, services)


def _of_experiment(request: WireRequest, found: list[GrantRecord]) -> dict[str, Any]:
    stageless = [(grant, codec.NO_STAGES) for grant in found]
    return codec.grants_json("experiment", str(request.kwargs["experiment_id"]), stageless, _services(request, found))


def _services(request: WireRequest, grants: list[GrantRecord]) -> set[str]:
    """The names among the grantees that belong to service accounts."""
    people = users.people(request.actor, {grant.grantee_id for grant in grants if grant.kind == "user"})
    return {person.username for person in people.values() if person.kind == "service"}
