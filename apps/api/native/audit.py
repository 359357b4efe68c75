"""The audit, for administrators."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native.base import NativeView, read
from apps.audit.queries import rows as queries
from apps.core.errors import Invalid


class AuditSelection(serializers.Serializer):
    """Which rows; times in ms."""

    actor_name = serializers.CharField(required=False, default="")
    act = serializers.CharField(required=False, default="")
    noun = serializers.CharField(required=False, default="")
    noun_id = serializers.CharField(required=False, default="")
    workspace = serializers.CharField(required=False, default="")
    text = serializers.CharField(required=False, default="")
    since = serializers.IntegerField(required=False, default=None, allow_null=True)
    until = serializers.IntegerField(required=False, default=None, allow_null=True)


class AuditRowOut(serializers.Serializer):
    """Who did what to which thing, when, from where; `hash` and `seq` are null until the row is sealed."""

    id = serializers.IntegerField()
    at = serializers.IntegerField()
    actor_id = serializers.IntegerField(allow_null=True)
    actor_name = serializers.CharField()
    actor_kind = serializers.CharField()
    via = serializers.CharField()
    address = serializers.CharField()
    act = serializers.CharField()
    noun = serializers.CharField()
    noun_id = serializers.CharField()
    name = serializers.CharField()
    workspace = serializers.CharField()
    details = serializers.JSONField()
    seq = serializers.IntegerField(allow_null=True)
    hash = serializers.SerializerMethodField()

    def get_hash(self, row: object) -> str | None:
        """The row's hash in hexadecimal."""
        value = getattr(row, "hash", None)
        return bytes(value).hex() if isinstance(value, bytes | memoryview) else value


class AuditPage(serializers.Serializer):
    """Newest first; `before` is what to send for the next page."""

    items = AuditRowOut(many=True)
    before = serializers.IntegerField(allow_null=True)


class Audit(NativeView):
    """What was done."""

    @extend_schema(
        operation_id="audit_list",
        parameters=[
            AuditSelection,
            OpenApiParameter("before", OpenApiTypes.INT),
            OpenApiParameter("export", OpenApiTypes.STR, enum=["csv", "json"], description="all selected rows as a file"),
        ],
        responses=AuditPage,
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """A page of rows, or all of them as CSV or JSON."""
        actor = request.user
        selection = queries.Selection(**read(AuditSelection, request.query_params))
        kind = request.query_params.get("export", "")
        if kind == "csv":
            return StreamingHttpResponse(queries.export_csv(actor, selection), content_type="text/csv")  # type: ignore[arg-type]
        if kind == "json":
            return StreamingHttpResponse(queries.export_json(actor, selection), content_type="application/json")  # type: ignore[arg-type]
        text = request.query_params.get("before", "")
        if text and not text.isdigit():
            raise Invalid("'before' must be a row's number")
        page = queries.search(actor, selection, before=int(text) if text else None)  # type: ignore[arg-type]
        return Response(AuditPage({"items": page.rows, "before": page.before}).data)
