"""Registered models beyond MLflow's protocol: history, roll back, evidence, trash."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native import approval_shapes as shapes
from apps.api.native.base import NativeView, listed, read, shown
from apps.registry.queries import activities, comments, comparisons, documents, trash
from apps.registry.services import comments as comment_services
from apps.registry.services import registered, rollbacks, versions


class StandingQuery(serializers.Serializer):
    """Which stage, and when (ms since the epoch)."""

    stage = serializers.CharField(required=False, default="Production")
    at = serializers.IntegerField(min_value=0)


class StandingOut(serializers.Serializer):
    """The numbers of the versions that stood there."""

    versions = serializers.ListField(child=serializers.IntegerField())


class RollBackIn(serializers.Serializer):
    """Where to go back."""

    stage = serializers.CharField(required=False, default="Production")
    comment = serializers.CharField(required=False, default="", allow_blank=True)


class RollBackOut(serializers.Serializer):
    """The request that was opened, or null if the version is there again."""

    request_id = serializers.IntegerField(allow_null=True)


class TrashOut(serializers.Serializer):
    """A model, or a version of one, in the trash; times in ms."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField(source="number", allow_null=True)
    deleted_at = serializers.IntegerField()


class ModelActivity(NativeView):
    """The history of a model."""

    @extend_schema(
        operation_id="models_activity",
        parameters=[
            OpenApiParameter("version", int),
            OpenApiParameter("before", int, description="the id where the last page ended"),
        ],
        responses=listed(shapes.ActivityOut),
    )
    def get(self, request: Request, name: str) -> Response:
        """Its lines, or those of one version, the newest first."""
        query = request.query_params
        before = int(query["before"]) if query.get("before", "").isdecimal() else 0
        found = activities.list_activity(self.actor(request), name, version=query.get("version", ""), before=before)
        return shown(shapes.ActivityOut, found, many=True)


class ModelStanding(NativeView):
    """What stood in a stage on a date."""

    @extend_schema(operation_id="models_standing", parameters=[StandingQuery], responses=StandingOut)
    def get(self, request: Request, name: str) -> Response:
        """The versions that stood there at that moment."""
        data = read(StandingQuery, request.query_params)
        return shown(StandingOut, {"versions": activities.standing_at(self.actor(request), name, data["stage"], data["at"])})


class ModelRollBack(NativeView):
    """Back to what stood there before."""

    @extend_schema(operation_id="models_roll_back", request=RollBackIn, responses=RollBackOut)
    def post(self, request: Request, name: str) -> Response:
        """At once where policies allow it beforehand, else by a request."""
        data = read(RollBackIn, request.data)
        return shown(RollBackOut, {"request_id": rollbacks.roll_back(self.actor(request), name, data["stage"], data["comment"])})


class VersionEvidence(NativeView):
    """Everything that speaks for a version, in one document."""

    @extend_schema(operation_id="models_evidence", responses={200: dict})
    def get(self, request: Request, name: str, version: str) -> Response:
        """Lineage, metrics, gates, votes, hashes; `manage.py verify_audit --file` checks it offline."""
        answer = Response(documents.evidence_document(self.actor(request), name, version))
        answer["Content-Disposition"] = f'attachment; filename="evidence-{version}.json"'
        return answer


class VersionComments(NativeView):
    """What people say to a version."""

    @extend_schema(operation_id="models_comments_list", responses=listed(shapes.CommentOut))
    def get(self, request: Request, name: str, version: str) -> Response:
        """The thread, the oldest first."""
        return shown(shapes.CommentOut, comments.version_comments(self.actor(request), name, version), many=True)

    @extend_schema(operation_id="models_comments_post", request=shapes.CommentIn, responses={201: shapes.CommentOut})
    def post(self, request: Request, name: str, version: str) -> Response:
        """Say something; `@name` tells that person."""
        data = read(shapes.CommentIn, request.data)
        comment = comment_services.comment_on_version(self.actor(request), name, version, data["comment"])
        return shown(shapes.CommentOut, comment, status=201)


class VersionComparison(NativeView):
    """Two versions of a model side by side."""

    @extend_schema(operation_id="models_compare", responses=shapes.ComparisonOut)
    def get(self, request: Request, name: str, version: str, other: str) -> Response:
        """From `version` to `other`."""
        found = comparisons.compare_versions(self.actor(request), name, version, other)
        return shown(shapes.ComparisonOut, shapes.comparison(found))


class Trash(NativeView):
    """Models and versions in the trash."""

    @extend_schema(operation_id="models_trash", responses=listed(TrashOut))
    def get(self, request: Request) -> Response:
        """Those that the caller may restore, the newest first."""
        return shown(TrashOut, trash.list_trash(self.actor(request)), many=True)


class TrashedModel(NativeView):
    """One model in the trash."""

    @extend_schema(operation_id="models_restore", request=None, responses={204: None})
    def post(self, request: Request, model_id: int) -> Response:
        """Take it out, its versions in stage None."""
        registered.restore_model(self.actor(request), model_id)
        return Response(status=204)


class TrashedVersion(NativeView):
    """One version in the trash, of a model that is not."""

    @extend_schema(operation_id="models_restore_version", request=None, responses={204: None})
    def post(self, request: Request, name: str, version: str) -> Response:
        """Take it out, in stage None and without aliases."""
        versions.restore_version(self.actor(request), name, version)
        return Response(status=204)
