"""The shapes of policies, requests and what belongs to them in our own API: for reading, for answering, for the schema."""

from typing import Any

from rest_framework import serializers

from apps.registry.acts import ALL as ACTS
from apps.registry.queries.comparisons import Comparison


class PolicyIn(serializers.Serializer):
    """A policy to make. `terms`: rules, separation, gates, override and the rest, as docs/approvals.md describes them."""

    scope = serializers.ChoiceField(choices=["server", "workspace", "pattern", "model"])
    subject = serializers.CharField(required=False, default="", allow_blank=True, help_text="the model's name, or a pattern")
    target_kind = serializers.ChoiceField(choices=["stage", "alias"], required=False, default="stage")
    target = serializers.CharField(help_text="Staging, Production, or an alias")
    terms = serializers.JSONField(required=False, default=dict)
    comment = serializers.CharField(required=False, default="", allow_blank=True)

    def validate_terms(self, value: Any) -> dict[str, Any]:
        """An object; what is in it the registry checks."""
        return _object(value)


class PolicyChange(serializers.Serializer):
    """New terms for a policy."""

    terms = serializers.JSONField()
    comment = serializers.CharField(required=False, default="", allow_blank=True)

    def validate_terms(self, value: Any) -> dict[str, Any]:
        """An object; what is in it the registry checks."""
        return _object(value)


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise serializers.ValidationError("an object is needed")
    return value


class PolicyDone(serializers.Serializer):
    """Whether a change is in force already, or waits for a second person."""

    in_force = serializers.BooleanField()


class PolicyDecisionIn(serializers.Serializer):
    """What the second person says."""

    agree = serializers.BooleanField()
    comment = serializers.CharField(required=False, default="", allow_blank=True)


class PolicyOut(serializers.Serializer):
    """A policy in one of its versions; times in ms."""

    id = serializers.IntegerField()
    scope = serializers.CharField()
    workspace = serializers.CharField()
    subject = serializers.CharField()
    target_kind = serializers.CharField()
    target = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.CharField()
    retires = serializers.BooleanField()
    terms = serializers.JSONField()
    comment = serializers.CharField()
    author = serializers.CharField()
    created_at = serializers.IntegerField()
    decided_by = serializers.CharField()
    retired_at = serializers.IntegerField(allow_null=True)


class CommentOnly(serializers.Serializer):
    """A few words along with an act."""

    comment = serializers.CharField(required=False, default="", allow_blank=True)


class RequestQuery(serializers.Serializer):
    """Which requests."""

    model = serializers.CharField(required=False, default="")
    version = serializers.IntegerField(required=False, min_value=1)
    state = serializers.ChoiceField(choices=["pending", "closed", "all"], required=False, default="pending")
    mine = serializers.BooleanField(required=False, default=False)
    waiting = serializers.BooleanField(required=False, default=False, help_text="that wait for my approval, in all workspaces")
    before = serializers.IntegerField(required=False, default=0, min_value=0, help_text="the id where the last page ended")


class RequestIn(serializers.Serializer):
    """A request to open."""

    model = serializers.CharField()
    version = serializers.IntegerField(required=False, min_value=1)
    act = serializers.ChoiceField(choices=list(ACTS), required=False, default="transition")
    target = serializers.CharField(required=False, default="", allow_blank=True, help_text="a stage, an alias, or a new name")
    comment = serializers.CharField(required=False, default="", allow_blank=True)


class RequestOut(serializers.Serializer):
    """A request in a list; times in ms."""

    id = serializers.IntegerField()
    workspace = serializers.CharField()
    model = serializers.CharField()
    version = serializers.IntegerField(source="number", allow_null=True)
    act = serializers.CharField()
    target = serializers.CharField()
    from_stage = serializers.CharField()
    state = serializers.CharField()
    requester = serializers.CharField()
    comment = serializers.CharField()
    archive_existing = serializers.BooleanField()
    fingerprint = serializers.CharField()
    created_at = serializers.IntegerField()
    updated_at = serializers.IntegerField()
    expires_at = serializers.IntegerField(allow_null=True)
    closed_at = serializers.IntegerField(allow_null=True)
    closed_by = serializers.CharField()
    reason = serializers.CharField()


class VoteIn(serializers.Serializer):
    """A vote."""

    decision = serializers.ChoiceField(choices=["approve", "reject", "request_changes"])
    comment = serializers.CharField(required=False, default="", allow_blank=True)
    fingerprint = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="of the version as it was looked at"
    )
    archive_existing = serializers.BooleanField(required=False, default=None, allow_null=True)


class VoteOut(serializers.Serializer):
    """A vote as it stands; times in ms."""

    voter = serializers.CharField()
    decision = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    comment = serializers.CharField()
    at = serializers.IntegerField()
    counts = serializers.BooleanField()


class OverrideIn(serializers.Serializer):
    """Why, and the password again."""

    reason = serializers.CharField(required=False, default="", allow_blank=True)
    password = serializers.CharField(required=False, default="", allow_blank=True, trim_whitespace=False, write_only=True)


class CheckIn(serializers.Serializer):
    """What CI found."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["pending", "success", "failure"])
    url = serializers.CharField(required=False, default="", allow_blank=True)
    description = serializers.CharField(required=False, default="", allow_blank=True)


class CheckOut(serializers.Serializer):
    """A check as it was posted last; times in ms."""

    name = serializers.CharField()
    state = serializers.CharField()
    url = serializers.CharField()
    description = serializers.CharField()
    posted_by = serializers.CharField()
    at = serializers.IntegerField()
    is_current = serializers.BooleanField()


class CommentIn(serializers.Serializer):
    """Markdown; `@name` tells that person."""

    comment = serializers.CharField()


class CommentOut(serializers.Serializer):
    """A comment; times in ms."""

    id = serializers.IntegerField()
    author = serializers.CharField()
    comment = serializers.CharField(source="text")
    created_at = serializers.IntegerField()
    updated_at = serializers.IntegerField()
    is_deleted = serializers.BooleanField()


class RuleOut(serializers.Serializer):
    """How far one rule of one policy is."""

    policy = serializers.CharField()
    name = serializers.CharField()
    needed = serializers.IntegerField()
    extra = serializers.IntegerField()
    voters = serializers.ListField(child=serializers.CharField())
    may_still = serializers.ListField(child=serializers.CharField())


class GateOut(serializers.Serializer):
    """What a gate finds now."""

    name = serializers.CharField()
    kind = serializers.CharField()
    on_fail = serializers.CharField()
    state = serializers.CharField()
    measured = serializers.CharField()
    inputs = serializers.JSONField()


class RequestDetailOut(serializers.Serializer):
    """A request with everything that decides it, and what the caller may do with it."""

    request = RequestOut()
    policies = PolicyOut(many=True)
    rules = RuleOut(many=True)
    gates = GateOut(many=True)
    votes = VoteOut(many=True)
    checks = CheckOut(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    cannot_approve = serializers.DictField(child=serializers.CharField())
    fingerprint = serializers.CharField()
    archive_existing = serializers.BooleanField()
    may_vote = serializers.BooleanField()
    why_not = serializers.CharField()
    may_cancel = serializers.BooleanField()
    may_override = serializers.BooleanField()


class ActivityOut(serializers.Serializer):
    """A line of a model's history; times in ms."""

    id = serializers.IntegerField()
    model = serializers.CharField()
    version = serializers.IntegerField(source="number", allow_null=True)
    request_id = serializers.IntegerField(allow_null=True)
    kind = serializers.CharField()
    from_stage = serializers.CharField()
    to_stage = serializers.CharField()
    alias = serializers.CharField()
    actor = serializers.CharField()
    signed_in_by = serializers.CharField(source="via")
    comment = serializers.CharField()
    system_comment = serializers.CharField()
    policies = serializers.CharField()
    at = serializers.IntegerField()


class DifferenceOut(serializers.Serializer):
    """One line of a comparison; null where a side has no such thing."""

    name = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)
    changed = serializers.BooleanField(source="is_change")
    breaks = serializers.CharField(help_text="of the signature: whom the change breaks; empty if nobody")


class GroupOut(serializers.Serializer):
    """The lines about one thing."""

    name = serializers.CharField()
    lines = DifferenceOut(many=True)


class ComparisonOut(serializers.Serializer):
    """Two versions side by side; `before` is null when nothing stands there, `after` for a request on a whole model."""

    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)
    groups = GroupOut(many=True)


def comparison(found: Comparison | None) -> dict[str, Any]:
    """A comparison in that shape."""
    if found is None:
        return {"before": None, "after": None, "groups": []}
    groups = [{"name": name, "lines": lines} for name, lines in found.groups.items()]
    return {"before": found.before, "after": found.after, "groups": groups}
