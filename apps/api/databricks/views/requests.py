"""Transition requests and comments in the Databricks dialect (protocol, sections 20.2 and 20.3)."""

from typing import Any

from apps.api.databricks import codec
from apps.api.mlflow.codec.registry import parse_version_number
from apps.api.mlflow.wire import WireRequest, endpoint
from apps.core.errors import Invalid
from apps.registry.approval_records import RequestDetail
from apps.registry.queries import activities, requests
from apps.registry.services import comments, votes
from apps.registry.services import requests as services
from apps.registry.services.votes import Ballot
from apps.registry.stages import parse as parse_stage

TRANSITION = "transition"


@endpoint("POST", "transition-requests/create", section="20.2")
def create(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version, stage = _keys(request)
    request_id = services.open_request(request.actor, name, version, TRANSITION, stage, fields.text("comment"))
    detail = requests.request_detail(request.actor, request_id)
    return {"request": codec.transition_request_json(detail.request, _actions(detail))}


@endpoint("GET", "transition-requests/list", section="20.2")
def list_open(request: WireRequest) -> dict[str, Any]:
    name, version = request.fields.text("name", required=True), parse_version_number(request.fields)
    found = activities.open_requests(request.actor, name, version)
    return {"requests": [codec.activity_json(one) for one in found]} if found else {}


@endpoint("POST", "transition-requests/approve", section="20.2")
def approve(request: WireRequest) -> dict[str, Any]:
    archive = request.fields.boolean("archive_existing_versions", required=True)
    return _vote(request, Ballot("approve", request.fields.text("comment"), archive_existing=archive))


@endpoint("POST", "transition-requests/reject", section="20.2")
def reject(request: WireRequest) -> dict[str, Any]:
    return _vote(request, Ballot("reject", request.fields.text("comment")))


@endpoint("DELETE", "transition-requests/delete", section="20.2")
def delete(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version, stage = _keys(request)
    creator = fields.text("creator", required=True)
    request_id = requests.find_request(request.actor, name, version, TRANSITION, parse_stage(stage), creator=creator)
    services.cancel_request(request.actor, request_id, fields.text("comment"))
    return {"activity": codec.activity_json(activities.request_activity(request.actor, request_id)[-1])}


def _vote(request: WireRequest, ballot: Ballot) -> dict[str, Any]:
    name, version, stage = _keys(request)
    request_id = requests.find_request(request.actor, name, version, TRANSITION, parse_stage(stage))
    activity_id = votes.cast_vote(request.actor, request_id, ballot)
    return {"activity": codec.activity_json(activities.get_activity(request.actor, name, activity_id))}


def _keys(request: WireRequest) -> tuple[str, str, str]:
    fields = request.fields
    return fields.text("name", required=True), parse_version_number(fields), fields.text("stage", required=True)


def _actions(detail: RequestDetail) -> list[str]:
    actions = ["APPROVE_TRANSITION_REQUEST", "REJECT_TRANSITION_REQUEST"] if detail.may_vote else []
    return actions + (["CANCEL_TRANSITION_REQUEST"] if detail.may_cancel else [])


@endpoint("POST", "comments/create", section="20.3")
def create_comment(request: WireRequest) -> dict[str, Any]:
    fields = request.fields
    name, version = fields.text("name", required=True), parse_version_number(fields)
    comment = comments.comment_on_version(request.actor, name, version, fields.text("comment", required=True))
    return {"comment": codec.comment_json(comment, request.actor.user_id)}


@endpoint("PATCH", "comments/update", section="20.3")
def update_comment(request: WireRequest) -> dict[str, Any]:
    comment = comments.edit_comment(request.actor, _comment_id(request), request.fields.text("comment", required=True))
    return {"comment": codec.comment_json(comment, request.actor.user_id)}


@endpoint("DELETE", "comments/delete", section="20.3")
def delete_comment(request: WireRequest) -> dict[str, Any]:
    comments.delete_comment(request.actor, _comment_id(request))
    return {}


def _comment_id(request: WireRequest) -> int:
    number = request.fields.integer("id", required=True)
    if number < 1:
        raise Invalid("Invalid value for parameter 'id' supplied: it is the number of a comment")
    return number
