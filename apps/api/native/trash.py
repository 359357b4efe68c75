"""The trash: what lies in it, back, gone for good, and when it empties itself."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.access.queries.workspaces import require_admin
from apps.api.native.base import NativeView, read, shown
from apps.core.actor import Actor
from apps.experiments.queries import trash as rules
from apps.experiments.trash_items import KINDS, Wanted
from apps.registry.queries import trash as queries
from apps.registry.services import emptying


class TrashQuery(serializers.Serializer):
    """Which part of the trash: without a kind all kinds, without `before` (ms since the epoch) all times."""

    kind = serializers.ChoiceField(choices=KINDS, required=False, default="", allow_blank=True)
    before = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=200)


class TrashPageQuery(TrashQuery):
    """The same, page by page."""

    page_token = serializers.CharField(required=False, default="", allow_blank=True)
    max_results = serializers.IntegerField(required=False, default=50, min_value=1, max_value=500)


class TrashThingOut(serializers.Serializer):
    """A thing in the trash. `ref` names it in the other calls; `kept` says what keeps it from going for good; time in ms."""

    ref = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    key = serializers.CharField()
    version = serializers.IntegerField(source="number", allow_null=True)
    name = serializers.CharField()
    place = serializers.CharField()
    deleted_at = serializers.IntegerField()
    runs = serializers.IntegerField()
    files = serializers.IntegerField()
    size = serializers.IntegerField()
    kept = serializers.CharField()


class TrashListOut(serializers.Serializer):
    """A page of the trash; `page_token` is empty at its end."""

    items = TrashThingOut(many=True)
    page_token = serializers.CharField(source="after")


class TrashRefIn(serializers.Serializer):
    """Which thing, by its `ref` in the list."""

    ref = serializers.CharField(max_length=600)


class EmptyIn(TrashQuery):
    """Which part goes for good; with `dry_run` (the default) nothing does."""

    dry_run = serializers.BooleanField(default=True)


class EmptiedOut(serializers.Serializer):
    """What went, or would go. `size` in bytes; `kept` is held; `is_more`: there is more than was counted, or a worker goes on."""

    counts = serializers.DictField(child=serializers.IntegerField())
    runs = serializers.IntegerField()
    files = serializers.IntegerField()
    size = serializers.IntegerField()
    kept = serializers.IntegerField()
    is_more = serializers.BooleanField()


class TrashRuleIn(serializers.Serializer):
    """After how many days things go by themselves; null: never."""

    days = serializers.IntegerField(allow_null=True, min_value=1, max_value=emptying.MOST_DAYS)


class TrashRuleOut(serializers.Serializer):
    """The rule, who set it and what it did last; times in ms."""

    days = serializers.IntegerField(allow_null=True)
    set_by = serializers.CharField()
    set_at = serializers.IntegerField(allow_null=True)
    ran_at = serializers.IntegerField(allow_null=True)
    removed = serializers.DictField(child=serializers.IntegerField(), allow_null=True)


def _wanted(data: dict[str, Any], after: str = "") -> Wanted:
    return Wanted((data["kind"],) if data["kind"] else KINDS, data["before"], data["text"], after)


class TrashThings(NativeView):
    """Everything in the trash."""

    @extend_schema(operation_id="trash_list", parameters=[TrashPageQuery], responses=TrashListOut)
    def get(self, request: Request) -> Response:
        """What the caller may see of it in the workspace, the newest first."""
        data = read(TrashPageQuery, request.query_params)
        page = queries.list_everything(self.actor(request), _wanted(data, data["page_token"]), data["max_results"])
        return shown(TrashListOut, page)


class TrashRestore(NativeView):
    """Back from the trash."""

    @extend_schema(operation_id="trash_restore", request=TrashRefIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """Take a thing out of the trash; an experiment comes with its runs, a model with its versions in stage None."""
        emptying.restore(self.actor(request), read(TrashRefIn, request.data)["ref"])
        return Response(status=204)


class TrashRemove(NativeView):
    """Gone for good."""

    @extend_schema(operation_id="trash_remove", request=TrashRefIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """Remove rows and bytes of one thing in the trash. 403 for what a hold keeps, with its name."""
        emptying.remove(self.actor(request), read(TrashRefIn, request.data)["ref"])
        return Response(status=204)


class TrashEmpty(NativeView):
    """The whole trash, or a part of it."""

    @extend_schema(operation_id="trash_empty", request=EmptyIn, responses=EmptiedOut)
    def post(self, request: Request) -> Response:
        """Remove for good what the caller may, or say what would go."""
        actor, data = self.actor(request), read(EmptyIn, request.data)
        return shown(EmptiedOut, queries.total(actor, _wanted(data)) if data["dry_run"] else _empty(actor, _wanted(data)))


def _empty(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    going = queries.total(actor, wanted)
    done = emptying.empty_trash(actor, wanted)
    sums = {"runs": going.runs, "files": going.files, "size": going.size}
    return {"counts": done.counts, **sums, "kept": len(done.kept), "is_more": done.is_going_on}


class TrashRuleView(NativeView):
    """When the trash empties itself."""

    @extend_schema(operation_id="trash_rule_get", responses=TrashRuleOut)
    def get(self, request: Request) -> Response:
        """The rule; for administrators."""
        return shown(TrashRuleOut, rules.get_trash_rule(self.actor(request)))

    @extend_schema(operation_id="trash_rule_put", request=TrashRuleIn, responses=TrashRuleOut)
    def put(self, request: Request) -> Response:
        """Set it, or switch it off."""
        actor = self.actor(request)
        require_admin(actor, "trash.rule")
        emptying.set_trash_rule(actor, read(TrashRuleIn, request.data)["days"])
        return shown(TrashRuleOut, rules.get_trash_rule(actor))
