"""Addresses of our own API, with its schema and its pages."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from apps.api.native import approvals, audit, doctor, models, people, schema, tokens, webhooks, workspaces
from apps.api.native.docs import ApiPages

__all__ = ["schema", "urlpatterns"]

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="v1-schema"),
    path("docs/", ApiPages.as_view(), name="v1-docs"),
    path("tokens/", tokens.TokenList.as_view(), name="v1-tokens"),
    path("tokens/<int:token_id>/", tokens.TokenDetail.as_view(), name="v1-token"),
    path("users/", people.UserList.as_view(), name="v1-users"),
    path("users/me/", people.UserMe.as_view(), name="v1-me"),
    path("users/<int:user_id>/", people.UserDetail.as_view(), name="v1-user"),
    path("teams/", people.TeamList.as_view(), name="v1-teams"),
    path("teams/<int:team_id>/", people.TeamDetail.as_view(), name="v1-team"),
    path("teams/<int:team_id>/members/<int:user_id>/", people.TeamMember.as_view(), name="v1-team-member"),
    path("workspaces/", workspaces.WorkspaceList.as_view(), name="v1-workspaces"),
    path("workspaces/<slug:name>/", workspaces.WorkspaceDetail.as_view(), name="v1-workspace"),
    path("grants/<slug:noun>/<str:key>/", workspaces.Grants.as_view(), name="v1-grants"),
    path("policies/", approvals.PolicyList.as_view(), name="v1-policies"),
    path("policies/<int:policy_id>/", approvals.PolicyDetail.as_view(), name="v1-policy"),
    path("policies/<int:policy_id>/decision/", approvals.PolicyDecision.as_view(), name="v1-policy-decision"),
    path("transition-requests/", approvals.RequestList.as_view(), name="v1-requests"),
    path("transition-requests/<int:request_id>/", approvals.RequestDetail.as_view(), name="v1-request"),
    path("transition-requests/<int:request_id>/votes/", approvals.RequestVotes.as_view(), name="v1-request-votes"),
    path("transition-requests/<int:request_id>/override/", approvals.RequestOverride.as_view(), name="v1-request-override"),
    path("transition-requests/<int:request_id>/checks/", approvals.RequestChecks.as_view(), name="v1-request-checks"),
    path("transition-requests/<int:request_id>/comments/", approvals.RequestComments.as_view(), name="v1-request-comments"),
    path("transition-requests/<int:request_id>/activity/", approvals.RequestActivity.as_view(), name="v1-request-activity"),
    path("transition-requests/<int:request_id>/changes/", approvals.RequestComparison.as_view(), name="v1-request-changes"),
    path("comments/<int:comment_id>/", approvals.CommentDetail.as_view(), name="v1-comment"),
    path("models/trash/", models.Trash.as_view(), name="v1-models-trash"),
    path("models/trash/<int:model_id>/restore/", models.TrashedModel.as_view(), name="v1-model-restore"),
    path("models/<str:name>/activity/", models.ModelActivity.as_view(), name="v1-model-activity"),
    path("models/<str:name>/standing/", models.ModelStanding.as_view(), name="v1-model-standing"),
    path("models/<str:name>/roll-back/", models.ModelRollBack.as_view(), name="v1-model-roll-back"),
    path("models/<str:name>/versions/<str:version>/evidence/", models.VersionEvidence.as_view(), name="v1-version-evidence"),
    path("models/<str:name>/versions/<str:version>/comments/", models.VersionComments.as_view(), name="v1-version-comments"),
    path("models/<str:name>/versions/<str:version>/restore/", models.TrashedVersion.as_view(), name="v1-version-restore"),
    path(
        "models/<str:name>/versions/<str:version>/compare/<str:other>/",
        models.VersionComparison.as_view(),
        name="v1-version-compare",
    ),
    path("webhooks/<slug:kind>/", webhooks.WebhookList.as_view(), name="v1-webhooks"),
    path("webhooks/<slug:kind>/<str:webhook_id>/deliveries/", webhooks.DeliveryList.as_view(), name="v1-deliveries"),
    path(
        "webhooks/<slug:kind>/<str:webhook_id>/deliveries/<str:delivery_id>/redeliver/",
        webhooks.Redelivery.as_view(),
        name="v1-redelivery",
    ),
    path("notices/", webhooks.NoticeList.as_view(), name="v1-notices"),
    path("notices/preferences/", webhooks.Preferences.as_view(), name="v1-notice-preferences"),
    path("doctor", doctor.ArtifactDoctor.as_view(), name="v1-doctor"),
    path("audit/", audit.Audit.as_view(), name="v1-audit"),
]
