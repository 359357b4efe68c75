"""Addresses of the approval pages: requests, inbox, policies, evidence."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import approvals, evidence, policies, protecting, requests

urlpatterns: list[URLPattern] = [
    page("approvals/", approvals.approvals, "approvals"),
    page("approvals/policies/", policies.policy_list, "policies"),
    page("approvals/policies/new/", policies.policy_new, "policy_new"),
    page("approvals/policies/protect/", protecting.protect_workspace, "policy_protect_workspace"),
    page("approvals/policies/<int:policy_id>/", policies.policy, "policy"),
    page("approvals/policies/<int:policy_id>/retire/", policies.retire, "policy_retire"),
    page("approvals/policies/<int:policy_id>/decide/", policies.decide, "policy_decide"),
    page("approvals/<int:request_id>/", requests.page, "request"),
    page("approvals/<int:request_id>/vote/", requests.vote, "request_vote"),
    page("approvals/<int:request_id>/withdraw/", requests.withdraw, "request_withdraw"),
    page("approvals/<int:request_id>/cancel/", requests.cancel, "request_cancel"),
    page("approvals/<int:request_id>/override/", requests.override, "request_override"),
    page("models/<str:name>/protect/", protecting.protect, "policy_protect"),
    page("models/<str:name>/versions/<str:version>/evidence/", evidence.evidence, "evidence"),
]
