"""Webhooks with the log of their deliveries."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native.base import NativeView, listed, shown
from apps.core.actor import Actor
from apps.core.errors import Invalid
from apps.notices.queries import webhooks as mlflow_queries
from apps.notices.records import DeliveryRecord
from apps.notices.services import deliveries as mlflow_services
from apps.registry.queries import webhooks as registry_queries
from apps.registry.services import webhooks as registry_services

MLFLOW, REGISTRY = "mlflow", "registry"
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
        """All of them, the newest first. They are made by MLflow's and Databricks' own calls."""
        actor, model = self.actor(request), request.query_params.get("model", "")
        if _is_mlflow(kind):
            found, _ = mlflow_queries.list_webhooks(actor, MLFLOW, max_results=1000)
        else:
            found, _ = registry_queries.list_registry_webhooks(actor, model_name=model, max_results=1000)
        return shown(WebhookOut, found, many=True)


class DeliveryList(NativeView):
    """The log of a webhook."""

    @extend_schema(operation_id="webhooks_deliveries", parameters=[KIND], responses=listed(DeliveryOut))
    def get(self, request: Request, kind: str, webhook_id: str) -> Response:
        """The newest deliveries."""
        return shown(DeliveryOut, _log(self.actor(request), kind, webhook_id), many=True)


class Redelivery(NativeView):
    """One delivery, again."""

    @extend_schema(operation_id="webhooks_redeliver", parameters=[KIND], request=None, responses={201: RedeliveryOut})
    def post(self, request: Request, kind: str, webhook_id: str, delivery_id: str) -> Response:
        """Send the same body again."""
        actor = self.actor(request)
        if _is_mlflow(kind):
            fresh = mlflow_services.redeliver(actor, webhook_id, delivery_id, MLFLOW)
        else:
            fresh = registry_services.redeliver_registry_webhook(actor, webhook_id, delivery_id)
        return shown(RedeliveryOut, {"id": fresh}, status=201)


def _log(actor: Actor, kind: str, webhook_id: str) -> list[DeliveryRecord]:
    if _is_mlflow(kind):
        return mlflow_queries.list_deliveries(actor, webhook_id, MLFLOW)
    return registry_queries.list_registry_deliveries(actor, webhook_id)


def _is_mlflow(kind: str) -> bool:
    if kind not in (MLFLOW, REGISTRY):
        raise Invalid(f"There are no webhooks of kind '{kind}': use {MLFLOW} or {REGISTRY}")
    return kind == MLFLOW
