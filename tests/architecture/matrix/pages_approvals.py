"""Addresses of the approval pages: requests, inbox, policies, evidence."""

from functools import partial

from tests.architecture.matrix.levels import Row
from tests.architecture.matrix.pages import form, shown

REQUEST, POLICY = {"request_id": "$request"}, {"policy_id": "$policy"}
MODEL = {"name": "churn-model"}
VERSION = {**MODEL, "version": "2"}
VOTE = {"decision": "approve", "fingerprint": "another"}

named = partial(shown, by_name=True)

ROWS: list[Row] = [
    shown("approvals/", "page"),
    shown("approvals/<int:request_id>/", "page-read", path=REQUEST),
    # no vote of anybody here is taken back, no fingerprint fits, and no policy stands before the request
    form("approvals/<int:request_id>/vote/", "page-read", VOTE, success=409, path=REQUEST),
    form("approvals/<int:request_id>/withdraw/", "page-read", success=404, path=REQUEST),
    form("approvals/<int:request_id>/cancel/", "page-manage", path=REQUEST),
    form("approvals/<int:request_id>/override/", "page-read", {"reason": "r", "password": "p"}, success=400, path=REQUEST),
    shown("approvals/policies/", "page"),
    shown("approvals/policies/new/", "page"),
    form("approvals/policies/new/", "page", {"add": "rule"}, success=200),
    form("approvals/policies/protect/", "page-admin 403"),
    shown("approvals/policies/<int:policy_id>/", "page-read", path=POLICY),
    form("approvals/policies/<int:policy_id>/", "page-manage", {"expires_days": "14"}, path=POLICY),
    form("approvals/policies/<int:policy_id>/retire/", "page-manage", path=POLICY),
    # no change is proposed
    form("approvals/policies/<int:policy_id>/decide/", "page-manage", {"agree": "yes"}, success=404, path=POLICY),
    form("models/<str:name>/protect/", "page-manage", path=MODEL, by_name=True),
    named("models/<str:name>/versions/<str:version>/evidence/", "page-read", path=VERSION),
]
