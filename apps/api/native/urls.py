"""Addresses of our own API, with its schema and its pages."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from apps.api.native import audit, people, schema, tokens, workspaces
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
    path("audit/", audit.Audit.as_view(), name="v1-audit"),
]
