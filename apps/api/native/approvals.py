"""Policies and transition requests with votes, checks and comments."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native import approval_shapes as shapes
from apps.api.native.base import NativeView, listed, read, shown
from apps.core.actor import Actor
from apps.registry.approval_records import PolicyRecord
from apps.registry.queries import activities, comparisons, inbox, policies, requests
from apps.registry.queries import comments as comment_queries
from apps.registry.services import checks, comments, overrides, votes
from apps.registry.services import policies as policy_services
from apps.registry.services import requests as services
from apps.registry.services.checks import NewCheck
from apps.registry.services.policies import NewPolicy
from apps.registry.services.votes import Ballot


def policy_json(actor: Actor, records: list[PolicyRecord]) -> list[dict[str, Any]]:
    """Policies with the names of people and teams in their terms."""
    names = policies.names_in(actor, [record.terms for record in records])
    return [
        {
            "id": record.id, "scope": record.scope, "workspace": record.workspace, "subject": record.subject,
            "target_kind": record.target_kind, "target": record.target, "version": record.number, "state": record.state,
            "retires": record.retires, "terms": policies.terms_json(actor, record.terms, names), "comment": record.comment,
            "author": record.author, "created_at": record.created_at, "decided_by": record.decided_by,
            "retired_at": record.retired_at,
        }
        for record in records
    ]  # fmt: skip


class PolicyList(NativeView):
    """What moves into protected stages and aliases need."""

    @extend_schema(
        operation_id="policies_list",
        parameters=[OpenApiParameter("model", str, description="only those that apply to this registered model")],
        responses=listed(shapes.PolicyOut),
    )
    def get(self, request: Request) -> Response:
        """The policies in force, and changes of them that wait for a second person."""
        actor, model = self.actor(request), request.query_params.get("model", "")
        found = policies.policies_of_model(actor, model) if model else policies.list_policies(actor)
        return shown(shapes.PolicyOut, policy_json(actor, found), many=True)

    @extend_schema(operation_id="policies_create", request=shapes.PolicyIn, responses={201: shapes.PolicyOut})
    def post(self, request: Request) -> Response:
        """Make one: whoever may MANAGE the model, or the workspace; for the whole server administrators."""
        actor, data = self.actor(request), read(shapes.PolicyIn, request.data)
        policy_id = policy_services.create_policy(actor, NewPolicy(**data))
        return shown(shapes.PolicyOut, policy_json(actor, policies.get_policy(actor, policy_id))[0], status=201)


class PolicyDetail(NativeView):
    """One policy with all its versions."""

    @extend_schema(operation_id="policies_get", responses=listed(shapes.PolicyOut))
    def get(self, request: Request, policy_id: int) -> Response:
        """Its versions, the newest first."""
        actor = self.actor(request)
        return shown(shapes.PolicyOut, policy_json(actor, policies.get_policy(actor, policy_id)), many=True)

    @extend_schema(operation_id="policies_change", request=shapes.PolicyChange, responses=shapes.PolicyDone)
    def patch(self, request: Request, policy_id: int) -> Response:
        """Give it new terms; where it asks for a second person they wait for one."""
        data = read(shapes.PolicyChange, request.data)
        done = policy_services.change_policy(self.actor(request), policy_id, data["terms"], data["comment"])
        return shown(shapes.PolicyDone, {"in_force": done})

    @extend_schema(operation_id="policies_retire", request=shapes.CommentOnly, responses=shapes.PolicyDone)
    def delete(self, request: Request, policy_id: int) -> Response:
        """Take it out of force; pending requests keep it."""
        data = read(shapes.CommentOnly, request.data or request.query_params)
        return shown(
            shapes.PolicyDone, {"in_force": policy_services.retire_policy(self.actor(request), policy_id, data["comment"])}
        )


class PolicyDecision(NativeView):
    """The second person's word."""

    @extend_schema(operation_id="policies_decide", request=shapes.PolicyDecisionIn, responses={204: None})
    def post(self, request: Request, policy_id: int) -> Response:
        """Agree to, or refuse, the proposed change."""
        data = read(shapes.PolicyDecisionIn, request.data)
        policy_services.decide_change(self.actor(request), policy_id, data["agree"], data["comment"])
        return Response(status=204)


class RequestList(NativeView):
    """Transition requests."""

    @extend_schema(operation_id="transition_requests_list", parameters=[shapes.RequestQuery], responses=listed(shapes.RequestOut))
    def get(self, request: Request) -> Response:
        """Pending ones unless asked otherwise, the newest first; `waiting` for those that wait for the caller's approval."""
        actor, data = self.actor(request), read(shapes.RequestQuery, request.query_params)
        if data["waiting"]:
            return shown(shapes.RequestOut, inbox.waiting_for_me(actor), many=True)
        found = requests.list_requests(
            actor, name=data["model"], version=data.get("version"), state="" if data["state"] == "all" else data["state"],
            mine=data["mine"], before=data["before"],
        )  # fmt: skip
        return shown(shapes.RequestOut, found, many=True)

    @extend_schema(operation_id="transition_requests_create", request=shapes.RequestIn, responses={201: shapes.RequestDetailOut})
    def post(self, request: Request) -> Response:
        """Ask for an act that policies protect; whoever may read the model may ask."""
        actor, data = self.actor(request), read(shapes.RequestIn, request.data)
        request_id = services.open_request(
            actor, data["model"], str(data.get("version", "")), data["act"], data["target"], data["comment"]
        )
        return shown(shapes.RequestDetailOut, detail_json(actor, request_id), status=201)


def detail_json(actor: Actor, request_id: int) -> dict[str, Any]:
    """A request with everything that decides it."""
    detail = requests.request_detail(actor, request_id)
    return {
        "request": detail.request,
        "policies": policy_json(actor, detail.policies),
        "rules": detail.rules,
        "gates": [
            {
                "name": one.gate.label, "kind": one.gate.kind, "on_fail": one.gate.on_fail, "state": one.state,
                "measured": one.measured, "inputs": one.inputs,
            }
            for one in detail.findings
        ],
        "votes": detail.votes,
        "checks": detail.checks,
        "missing": detail.missing,
        "cannot_approve": detail.cannot,
        "fingerprint": detail.fingerprint,
        "archive_existing": detail.archive_existing,
        "may_vote": detail.may_vote,
        "why_not": detail.why_not,
        "may_cancel": detail.may_cancel,
        "may_override": detail.may_override,
    }  # fmt: skip


class RequestDetail(NativeView):
    """One request with everything that decides it."""

    @extend_schema(operation_id="transition_requests_get", responses=shapes.RequestDetailOut)
    def get(self, request: Request, request_id: int) -> Response:
        """The request, its policies, gates, votes and checks, and what the caller may do with it."""
        return shown(shapes.RequestDetailOut, detail_json(self.actor(request), request_id))

    @extend_schema(operation_id="transition_requests_cancel", request=shapes.CommentOnly, responses={204: None})
    def delete(self, request: Request, request_id: int) -> Response:
        """Take it back: the requester, and whoever may MANAGE the model."""
        data = read(shapes.CommentOnly, request.data or request.query_params)
        services.cancel_request(self.actor(request), request_id, data["comment"])
        return Response(status=204)


class RequestVotes(NativeView):
    """Votes on a request."""

    @extend_schema(operation_id="transition_requests_votes_list", responses=listed(shapes.VoteOut))
    def get(self, request: Request, request_id: int) -> Response:
        """Every vote, also those that do not count any more."""
        return shown(shapes.VoteOut, requests.request_detail(self.actor(request), request_id).votes, many=True)

    @extend_schema(operation_id="transition_requests_vote", request=shapes.VoteIn, responses=shapes.RequestDetailOut)
    def post(self, request: Request, request_id: int) -> Response:
        """Approve, reject or ask for changes. With the `fingerprint` that was looked at, a changed version is a conflict."""
        actor, data = self.actor(request), read(shapes.VoteIn, request.data)
        votes.cast_vote(actor, request_id, Ballot(**data))
        return shown(shapes.RequestDetailOut, detail_json(actor, request_id))

    @extend_schema(operation_id="transition_requests_withdraw", responses={204: None})
    def delete(self, request: Request, request_id: int) -> Response:
        """Take one's own vote back."""
        votes.withdraw_vote(self.actor(request), request_id)
        return Response(status=204)


class RequestOverride(NativeView):
    """Doing it all the same."""

    @extend_schema(operation_id="transition_requests_override", request=shapes.OverrideIn, responses=shapes.RequestDetailOut)
    def post(self, request: Request, request_id: int) -> Response:
        """Execute without what is missing: a right of its own, with a reason and the password. Everybody is told."""
        actor, data = self.actor(request), read(shapes.OverrideIn, request.data)
        overrides.override_request(actor, request_id, data["reason"], data["password"])
        return shown(shapes.RequestDetailOut, detail_json(actor, request_id))


class RequestChecks(NativeView):
    """External checks of a request."""

    @extend_schema(operation_id="transition_requests_checks_list", responses=listed(shapes.CheckOut))
    def get(self, request: Request, request_id: int) -> Response:
        """As they were posted last."""
        return shown(shapes.CheckOut, requests.request_detail(self.actor(request), request_id).checks, many=True)

    @extend_schema(operation_id="transition_requests_checks_post", request=shapes.CheckIn, responses={204: None})
    def post(self, request: Request, request_id: int) -> Response:
        """Post the state of a check for the version as it is now."""
        checks.post_check(self.actor(request), request_id, NewCheck(**read(shapes.CheckIn, request.data)))
        return Response(status=204)


class RequestComments(NativeView):
    """What people say to a request."""

    @extend_schema(operation_id="transition_requests_comments_list", responses=listed(shapes.CommentOut))
    def get(self, request: Request, request_id: int) -> Response:
        """The thread, the oldest first."""
        return shown(shapes.CommentOut, comment_queries.request_comments(self.actor(request), request_id), many=True)

    @extend_schema(operation_id="transition_requests_comments_post", request=shapes.CommentIn, responses={201: shapes.CommentOut})
    def post(self, request: Request, request_id: int) -> Response:
        """Say something; `@name` tells that person."""
        data = read(shapes.CommentIn, request.data)
        return shown(shapes.CommentOut, comments.comment_on_request(self.actor(request), request_id, data["comment"]), status=201)


class RequestActivity(NativeView):
    """What happened to a request."""

    @extend_schema(operation_id="transition_requests_activity", responses=listed(shapes.ActivityOut))
    def get(self, request: Request, request_id: int) -> Response:
        """Its lines, the oldest first."""
        return shown(shapes.ActivityOut, activities.request_activity(self.actor(request), request_id), many=True)


class RequestComparison(NativeView):
    """What would change."""

    @extend_schema(operation_id="transition_requests_changes", responses=shapes.ComparisonOut)
    def get(self, request: Request, request_id: int) -> Response:
        """The version beside the one that stands in the target now."""
        found = comparisons.compare_request(self.actor(request), request_id)
        return shown(shapes.ComparisonOut, shapes.comparison(found))
