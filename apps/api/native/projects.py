"""Projects, their secrets, and the archives that they are made of."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import files
from apps.api.native import project_shapes as shapes
from apps.api.native.base import NativeView, listed, read, shown
from apps.projects.queries import projects as queries
from apps.projects.records import NewProject
from apps.projects.services import archives, secrets
from apps.projects.services import projects as services


class ProjectList(NativeView):
    """What can be run on workers."""

    @extend_schema(operation_id="projects_list", responses=listed(shapes.ProjectOut))
    def get(self, request: Request) -> Response:
        """Those of the workspace that the caller may see, by name."""
        return shown(shapes.ProjectOut, queries.list_projects(self.actor(request)), many=True)

    @extend_schema(operation_id="projects_create", request=shapes.ProjectIn, responses={201: shapes.ProjectOut})
    def post(self, request: Request) -> Response:
        """Make one; a worker looks what it offers. Whoever makes it may MANAGE it."""
        actor, data = self.actor(request), read(shapes.ProjectIn, request.data)
        project_id = services.create_project(actor, NewProject(**data))
        return shown(shapes.ProjectOut, queries.get_project(actor, project_id), status=201)


class ProjectDetail(NativeView):
    """One project."""

    @extend_schema(operation_id="projects_get", responses=shapes.ProjectOut)
    def get(self, request: Request, project_id: int) -> Response:
        """The project with its entry points and their parameters."""
        return shown(shapes.ProjectOut, queries.get_project(self.actor(request), project_id))

    @extend_schema(operation_id="projects_update", request=shapes.ProjectChange, responses=shapes.ProjectOut)
    def patch(self, request: Request, project_id: int) -> Response:
        """Change it; with another source a worker looks again. Needs MANAGE."""
        actor, data = self.actor(request), read(shapes.ProjectChange, request.data)
        services.update_project(actor, project_id, data)
        return shown(shapes.ProjectOut, queries.get_project(actor, project_id))

    @extend_schema(operation_id="projects_delete", responses={204: None})
    def delete(self, request: Request, project_id: int) -> Response:
        """Remove it with its secrets and grants; its runs stay. Needs MANAGE, and that nothing of it waits or runs."""
        services.delete_project(self.actor(request), project_id)
        return Response(status=204)


class ProjectRefresh(NativeView):
    """What a project offers now."""

    @extend_schema(operation_id="projects_refresh", request=None, responses=shapes.ProjectOut)
    def post(self, request: Request, project_id: int) -> Response:
        """Let a worker look again; until it has, `inspection` is WAITING. Needs USE."""
        actor = self.actor(request)
        services.refresh_project(actor, project_id)
        return shown(shapes.ProjectOut, queries.get_project(actor, project_id))


class SecretList(NativeView):
    """Values that executions of a project get as variables."""

    @extend_schema(operation_id="projects_secrets_list", responses=listed(shapes.SecretOut))
    def get(self, request: Request, project_id: int) -> Response:
        """Their names, never their values. Needs USE."""
        return shown(shapes.SecretOut, queries.list_secrets(self.actor(request), project_id), many=True)


class SecretDetail(NativeView):
    """One secret."""

    @extend_schema(operation_id="projects_secrets_put", request=shapes.SecretIn, responses={204: None})
    def put(self, request: Request, project_id: int, name: str) -> Response:
        """Set or replace it. `GIT_TOKEN` and `GIT_SSH_KEY` open the source and reach no execution. Needs MANAGE."""
        secrets.put_secret(self.actor(request), project_id, name, read(shapes.SecretIn, request.data)["value"])
        return Response(status=204)

    @extend_schema(operation_id="projects_secrets_delete", responses={204: None})
    def delete(self, request: Request, project_id: int, name: str) -> Response:
        """Remove it. Needs MANAGE."""
        secrets.delete_secret(self.actor(request), project_id, name)
        return Response(status=204)


class Untouched(BaseParser):
    """A body of any type, left as the stream that it is."""

    media_type = "*/*"


class ArchiveList(NativeView):
    """Code that comes as a file."""

    parser_classes = [Untouched]

    @extend_schema(
        operation_id="archives_create",
        parameters=[
            OpenApiParameter(
                "name", str, required=True, description="what the file is called: .zip, .tar, .tar.gz, .tgz, .tar.bz2"
            )
        ],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: shapes.ArchiveOut},
    )
    def post(self, request: Request) -> Response:
        """Upload a zip or tar of a project, the bytes as the body, at most 1 GiB."""
        stream, length = files.body(request._request)
        kept = archives.upload(self.actor(request), request.query_params.get("name", ""), stream, length)
        return shown(shapes.ArchiveOut, kept, status=201)
