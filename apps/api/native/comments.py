"""Comments on runs, and single comments on whatever they are about."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native import approval_shapes as shapes
from apps.api.native.base import NativeView, listed, read, shown
from apps.core.actor import Actor
from apps.experiments.queries import comments as run_queries
from apps.experiments.services import comments as run_services
from apps.notices.queries.comments import get_comment
from apps.registry.services import comments as registry_services


class RunComments(NativeView):
    """What people say to a run."""

    @extend_schema(operation_id="runs_comments_list", responses=listed(shapes.CommentOut))
    def get(self, request: Request, run_id: str) -> Response:
        """Comments, the oldest first; deleted ones without their text."""
        return shown(shapes.CommentOut, run_queries.run_comments(self.actor(request), run_id), many=True)

    @extend_schema(operation_id="runs_comments_post", request=shapes.CommentIn, responses={201: shapes.CommentOut})
    def post(self, request: Request, run_id: str) -> Response:
        """Say something; whoever may read the run may."""
        data = read(shapes.CommentIn, request.data)
        return shown(shapes.CommentOut, run_services.comment_on_run(self.actor(request), run_id, data["comment"]), status=201)


class CommentDetail(NativeView):
    """One comment on a run, a version or a request."""

    @extend_schema(operation_id="comments_update", request=shapes.CommentIn, responses=shapes.CommentOut)
    def patch(self, request: Request, comment_id: int) -> Response:
        """Change one's own."""
        actor, data = self.actor(request), read(shapes.CommentIn, request.data)
        return shown(shapes.CommentOut, _services(actor, comment_id).edit_comment(actor, comment_id, data["comment"]))

    @extend_schema(operation_id="comments_delete", responses={204: None})
    def delete(self, request: Request, comment_id: int) -> Response:
        """Take back one's own; administrators any."""
        actor = self.actor(request)
        _services(actor, comment_id).delete_comment(actor, comment_id)
        return Response(status=204)


def _services(actor: Actor, comment_id: int) -> Any:
    """The room whose thing the comment is about; that room asks whether the actor may see it."""
    return run_services if get_comment(actor, comment_id).noun == run_queries.RUN else registry_services
