"""Workspaces, and grants on them, on experiments, models and projects."""

from collections.abc import Callable
from typing import Any, NamedTuple

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.levels import Level, parse
from apps.access.queries import workspaces as queries
from apps.access.services import workspaces as services
from apps.api.native.base import NativeView, listed, read, shown
from apps.core.errors import Invalid, Missing
from apps.experiments.queries import experiments
from apps.experiments.services import grants
from apps.projects.queries import projects
from apps.projects.services import projects as project_services
from apps.registry.queries import registered
from apps.registry.services import grants as model_grants


class WorkspaceOut(serializers.Serializer):
    """A workspace and the caller's level in it."""

    name = serializers.CharField()
    description = serializers.CharField()
    level = serializers.CharField(source="level.name")


class WorkspaceIn(serializers.Serializer):
    """A workspace to make."""

    name = serializers.CharField(max_length=63)
    description = serializers.CharField(required=False, default="", allow_blank=True)


class WorkspaceChange(serializers.Serializer):
    """What can be changed of a workspace."""

    description = serializers.CharField(allow_blank=True)


class GrantOut(serializers.Serializer):
    """Who has which level."""

    user = serializers.SerializerMethodField()
    team = serializers.SerializerMethodField()
    level = serializers.CharField(source="level.name")

    def get_user(self, grant: queries.GrantRecord) -> str | None:
        """The person's user name, or null for a team's grant."""
        return grant.grantee if grant.kind == "user" else None

    def get_team(self, grant: queries.GrantRecord) -> str | None:
        """The team's name, or null for a person's grant."""
        return grant.grantee if grant.kind == "team" else None


class GranteeIn(serializers.Serializer):
    """A person or a team, one of them."""

    user = serializers.CharField(required=False, default="", allow_blank=True)
    team = serializers.CharField(required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of both."""
        if bool(attrs["user"]) == bool(attrs["team"]):
            raise serializers.ValidationError("give either user or team")
        return attrs


class GrantIn(GranteeIn):
    """A level for a person or a team."""

    level = serializers.ChoiceField(choices=[level.name for level in Level])


class WorkspaceList(NativeView):
    """Workspaces."""

    @extend_schema(operation_id="workspaces_list", responses=listed(WorkspaceOut))
    def get(self, request: Request) -> Response:
        """Those that the caller may see."""
        return shown(WorkspaceOut, queries.list_workspaces(self.actor(request)), many=True)

    @extend_schema(operation_id="workspaces_create", request=WorkspaceIn, responses={201: WorkspaceOut})
    def post(self, request: Request) -> Response:
        """Make one; for administrators."""
        data = read(WorkspaceIn, request.data)
        return shown(WorkspaceOut, services.create_workspace(self.actor(request), data["name"], data["description"]), status=201)


class WorkspaceDetail(NativeView):
    """One workspace."""

    @extend_schema(operation_id="workspaces_get", responses=WorkspaceOut)
    def get(self, request: Request, name: str) -> Response:
        """The workspace."""
        return shown(WorkspaceOut, queries.access_workspace(self.actor(request), name, "workspace.read"))

    @extend_schema(operation_id="workspaces_update", request=WorkspaceChange, responses=WorkspaceOut)
    def patch(self, request: Request, name: str) -> Response:
        """Describe it."""
        data = read(WorkspaceChange, request.data)
        return shown(WorkspaceOut, services.update_workspace(self.actor(request), name, data["description"]))

    @extend_schema(operation_id="workspaces_delete", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Remove it while it is empty; for administrators."""
        services.delete_workspace(self.actor(request), name)
        return Response(status=204)


class Grants(NativeView):
    """Grants on a workspace (`/grants/workspaces/<name>/`), an experiment (`/grants/experiments/<id>/`), a registered model
    (`/grants/models/<name>/`) or a project (`/grants/projects/<id>/`)."""

    @extend_schema(operation_id="grants_list", responses=listed(GrantOut))
    def get(self, request: Request, noun: str, key: str) -> Response:
        """Who has which level; needs MANAGE."""
        actor = self.actor(request)
        return shown(GrantOut, _grants_of(noun).show(actor, key), many=True)

    @extend_schema(operation_id="grants_put", request=GrantIn, responses={204: None})
    def put(self, request: Request, noun: str, key: str) -> Response:
        """Give a level; needs MANAGE."""
        actor, data = self.actor(request), read(GrantIn, request.data)
        level, grantee = parse(data["level"]), {"user": data["user"], "team": data["team"]}
        _grants_of(noun).put(actor, key, level, **grantee)
        return Response(status=204)

    @extend_schema(operation_id="grants_delete", request=GranteeIn, responses={204: None})
    def delete(self, request: Request, noun: str, key: str) -> Response:
        """Take a level away; needs MANAGE. The grantee stands in the body or in the query."""
        actor, data = self.actor(request), read(GranteeIn, request.data or request.query_params)
        _grants_of(noun).remove(actor, key, **data)
        return Response(status=204)


class Granted(NamedTuple):
    """How grants on one kind of thing are listed, given and taken."""

    show: Callable[..., list[queries.GrantRecord]]
    put: Callable[..., None]
    remove: Callable[..., None]


GRANTED = {
    "workspaces": Granted(queries.list_workspace_grants, services.share_workspace, services.unshare_workspace),
    "experiments": Granted(experiments.list_experiment_grants, grants.put_experiment_grant, grants.delete_experiment_grant),
    "projects": Granted(
        lambda actor, key: projects.list_project_grants(actor, _project(key)),
        lambda actor, key, level, **grantee: project_services.put_grant(actor, _project(key), level, **grantee),
        lambda actor, key, **grantee: project_services.delete_grant(actor, _project(key), **grantee),
    ),
    "models": Granted(registered.list_model_grants, model_grants.put_model_grant, model_grants.delete_model_grant),
}


def _project(key: str) -> int:
    if not (key.isascii() and key.isdigit()):
        raise Missing(f"No project with id={key[:50]} exists")
    return int(key)


def _grants_of(noun: str) -> Granted:
    if noun not in GRANTED:
        raise Invalid(f"Nothing is granted on '{noun}': use one of {', '.join(GRANTED)}")
    return GRANTED[noun]
