"""Webhooks of both kinds with the log of their deliveries."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native.base import NativeView, listed, read, shown
from apps.notices.queries import webhooks as mlflow_queries
from apps.notices.services.webhooks import WebhookChange
from apps.registry.queries import hooks as queries
from apps.registry.queries import webhooks as registry_queries
from apps.registry.queries.hooks import MLFLOW, REGISTRY, is_mlflow
from apps.registry.services import hooks as services

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=[MLFLOW, REGISTRY])


class WebhookOut(serializers.Serializer):
    """A webhook of either kind, without its secrets; times in ms."""

    id = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField()
    has_secret = serializers.BooleanField()
    created_at = serializers.IntegerField()
    updated_at = serializers.IntegerField()


class WebhookIn(serializers.Serializer):
    """A new webhook. `name` is for MLflow's kind; `model`, `authorization` and the status TEST_MODE for the registry's."""

    url = serializers.CharField(max_length=2000)
    events = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    name = serializers.CharField(required=False, default="", allow_blank=True)
    model = serializers.CharField(required=False, default="", allow_blank=True, help_text="none: every model of the workspace")
    description = serializers.CharField(required=False, default="", allow_blank=True)
    status = serializers.CharField(required=False, default="ACTIVE")
    secret = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False)
    authorization = serializers.CharField(required=False, default="", allow_blank=True)
    verify_tls = serializers.BooleanField(required=False, default=True)


class WebhookPatch(serializers.Serializer):
    """What changes; what is left out stays, an empty secret is removed."""

    url = serializers.CharField(required=False, max_length=2000)
    events = serializers.ListField(required=False, child=serializers.CharField(), allow_empty=False)
    name = serializers.CharField(required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    status = serializers.CharField(required=False)
    secret = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    authorization = serializers.CharField(required=False, allow_blank=True)
    verify_tls = serializers.BooleanField(required=False)


class TestIn(serializers.Serializer):
    """Which of the webhook's events to send an example of; without one the first."""

    event = serializers.CharField(required=False, default="", allow_blank=True)


class TestOut(serializers.Serializer):
    """What the receiver answered; without a status nothing came back, and `error` says why."""

    success = serializers.BooleanField()
    status = serializers.IntegerField(allow_null=True)
    body = serializers.CharField()
    error = serializers.CharField()


class DeliveryOut(serializers.Serializer):
    """One telling of one event; times in ms."""

    id = serializers.CharField()
    event = serializers.CharField()
    body = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    next_at = serializers.IntegerField(allow_null=True)
    status = serializers.IntegerField(allow_null=True)
    answer = serializers.CharField()
    error = serializers.CharField()
    milliseconds = serializers.IntegerField(allow_null=True)
    created_at = serializers.IntegerField()
    finished_at = serializers.IntegerField(allow_null=True)


class RedeliveryOut(serializers.Serializer):
    """The new delivery."""

    id = serializers.CharField()


class WebhookList(NativeView):
    """Webhooks of a kind: MLflow's, or the registry's."""

    @extend_schema(
        operation_id="webhooks_list",
        parameters=[KIND, OpenApiParameter("model", str, description="registry: only those of this model")],
        responses=listed(WebhookOut),
    )
    def get(self, request: Request, kind: str) -> Response:
        """MLflow's, the registry's own, or those of one model; the newest first."""
        actor, model = self.actor(request), request.query_params.get("model", "")
        if is_mlflow(actor, kind):
            found, _ = mlflow_queries.list_webhooks(actor, MLFLOW, max_results=1000)
        else:
            found, _ = registry_queries.list_registry_webhooks(actor, model_name=model, max_results=1000)
        return shown(WebhookOut, found, many=True)

    @extend_schema(operation_id="webhooks_create", parameters=[KIND], request=WebhookIn, responses={201: WebhookOut})
    def post(self, request: Request, kind: str) -> Response:
        """A new one."""
        said: dict[str, Any] = read(WebhookIn, request.data)
        said["model_name"] = said.pop("model")
        return shown(WebhookOut, services.create_hook(self.actor(request), kind, said), status=201)


class WebhookDetail(NativeView):
    """One webhook."""

    @extend_schema(operation_id="webhooks_get", parameters=[KIND], responses=WebhookOut)
    def get(self, request: Request, kind: str, webhook_id: str) -> Response:
        """Without its secrets."""
        return shown(WebhookOut, queries.get_hook(self.actor(request), kind, webhook_id).webhook)

    @extend_schema(operation_id="webhooks_update", parameters=[KIND], request=WebhookPatch, responses=WebhookOut)
    def patch(self, request: Request, kind: str, webhook_id: str) -> Response:
        """Change what is given; `{"status": "DISABLED"}` pauses it."""
        change = WebhookChange(**read(WebhookPatch, request.data))
        return shown(WebhookOut, services.change_hook(self.actor(request), kind, webhook_id, change))

    @extend_schema(operation_id="webhooks_delete", parameters=[KIND], responses={204: None})
    def delete(self, request: Request, kind: str, webhook_id: str) -> Response:
        """Remove it with its log."""
        services.delete_hook(self.actor(request), kind, webhook_id)
        return Response(status=204)


class WebhookTest(NativeView):
    """Whether a webhook's receiver answers."""

    @extend_schema(operation_id="webhooks_test", parameters=[KIND], request=TestIn, responses=TestOut)
    def post(self, request: Request, kind: str, webhook_id: str) -> Response:
        """Send an example now, whatever the state."""
        event = read(TestIn, request.data)["event"]
        return shown(TestOut, services.try_hook(self.actor(request), kind, webhook_id, event))


class DeliveryList(NativeView):
    """The log of a webhook."""

    @extend_schema(operation_id="webhooks_deliveries", parameters=[KIND], responses=listed(DeliveryOut))
    def get(self, request: Request, kind: str, webhook_id: str) -> Response:
        """The newest deliveries."""
        return shown(DeliveryOut, queries.list_log(self.actor(request), kind, webhook_id), many=True)


class Redelivery(NativeView):
    """One delivery, again."""

    @extend_schema(operation_id="webhooks_redeliver", parameters=[KIND], request=None, responses={201: RedeliveryOut})
    def post(self, request: Request, kind: str, webhook_id: str, delivery_id: str) -> Response:
        """Send the same body again."""
        return shown(RedeliveryOut, {"id": services.redeliver(self.actor(request), kind, webhook_id, delivery_id)}, status=201)
