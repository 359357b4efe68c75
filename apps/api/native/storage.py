"""Use, quotas and legal holds."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.queries.workspaces import require_admin
from apps.api.native.base import NativeView, listed, read, shown
from apps.artifacts.queries import uses
from apps.artifacts.services import quotas
from apps.core.errors import Invalid, Missing
from apps.experiments.queries import legal, storage
from apps.experiments.services import legal as legal_services


class AmountOut(serializers.Serializer):
    """Files and bytes that are kept; `quota` is what the bytes may be, null for as much as there is room."""

    files = serializers.IntegerField()
    size = serializers.IntegerField()
    quota = serializers.IntegerField(allow_null=True)


class UseOut(serializers.Serializer):
    """What is kept for one of a kind: a person's or team's number, an experiment's id."""

    subject = serializers.CharField()
    amount = AmountOut()


class QuotaOut(serializers.Serializer):
    """A quota in bytes; an empty subject is everybody of the kind without one of their own."""

    kind = serializers.ChoiceField(choices=quotas.KINDS)
    subject = serializers.CharField()
    size = serializers.IntegerField()
    set_by = serializers.CharField()


class QuotaIn(serializers.Serializer):
    """A quota to set; a `size` of null removes it."""

    kind = serializers.ChoiceField(choices=quotas.KINDS)
    subject = serializers.CharField(required=False, default="", allow_blank=True, max_length=18)
    size = serializers.IntegerField(allow_null=True, min_value=0)


class HoldOut(serializers.Serializer):
    """A legal hold on a run or an experiment; times in ms."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    key = serializers.CharField()
    name = serializers.CharField()
    reason = serializers.CharField()
    set_by = serializers.CharField()
    set_at = serializers.IntegerField()
    lifted_by = serializers.CharField()
    lifted_at = serializers.IntegerField(allow_null=True)


class HoldIn(serializers.Serializer):
    """What to hold (one of the two), and why."""

    run_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=64)
    experiment_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=18)
    reason = serializers.CharField(max_length=500)


class StorageMine(NativeView):
    """What the caller keeps."""

    @extend_schema(operation_id="storage_mine", responses=AmountOut)
    def get(self, request: Request) -> Response:
        """The files that the caller sent, until they are removed for good."""
        return shown(AmountOut, uses.my_amount(self.actor(request)))


class StorageUse(NativeView):
    """Who keeps how much."""

    @extend_schema(operation_id="storage_use", responses=listed(UseOut))
    def get(self, request: Request, kind: str) -> Response:
        """The hundred persons or experiments with most bytes; for administrators."""
        actor = self.actor(request)
        require_admin(actor, "storage.read")
        if kind not in {"person", "experiment"}:
            raise Missing("Use is listed for person and experiment")
        rows = [{"subject": subject, "amount": amount} for subject, amount in uses.largest(actor, kind)]
        return shown(UseOut, rows, many=True)


class StorageExperiment(NativeView):
    """What an experiment keeps."""

    @extend_schema(operation_id="storage_experiment", responses=AmountOut)
    def get(self, request: Request, experiment_id: int) -> Response:
        """Its files, also of runs in the trash, and its quota."""
        return shown(AmountOut, storage.experiment_use(self.actor(request), experiment_id))


class Quotas(NativeView):
    """How much may be kept."""

    @extend_schema(operation_id="quotas_list", responses=listed(QuotaOut))
    def get(self, request: Request) -> Response:
        """All quotas; for administrators."""
        return shown(QuotaOut, uses.list_quotas(self.actor(request)), many=True)

    @extend_schema(operation_id="quotas_put", request=QuotaIn, responses={204: None})
    def put(self, request: Request) -> Response:
        """Set or remove one; what is kept already stays."""
        actor = self.actor(request)
        require_admin(actor, "storage.quota")
        data = read(QuotaIn, request.data)
        quotas.set_quota(actor, data["kind"], data["subject"], data["size"])
        return Response(status=204)


class LegalHolds(NativeView):
    """Legal holds."""

    @extend_schema(operation_id="holds_list", responses=listed(HoldOut))
    def get(self, request: Request) -> Response:
        """All that stand; for administrators."""
        return shown(HoldOut, legal.list_holds(self.actor(request)), many=True)

    @extend_schema(operation_id="holds_set", request=HoldIn, responses={201: HoldOut})
    def post(self, request: Request) -> Response:
        """Keep a run, or an experiment with all in it, from being deleted or overwritten."""
        actor, data = self.actor(request), read(HoldIn, request.data)
        if bool(data["run_id"]) == bool(data["experiment_id"]):
            raise Invalid("Name either run_id or experiment_id")
        if data["run_id"]:
            number = legal_services.hold_run(actor, data["run_id"], data["reason"])
        else:
            number = legal_services.hold_experiment(actor, data["experiment_id"], data["reason"])
        return shown(HoldOut, legal.get_hold(actor, number), status=201)


class LegalHoldDetail(NativeView):
    """One legal hold."""

    @extend_schema(operation_id="holds_lift", responses={204: None})
    def delete(self, request: Request, hold_id: int) -> Response:
        """Lift it; for whoever set it and administrators."""
        legal_services.lift_hold(self.actor(request), hold_id)
        return Response(status=204)
