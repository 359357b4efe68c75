"""Addresses of signing in, of one's settings and of the administration."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import admin_audit, admin_doctor, admin_users, admin_workspaces, settings, sign_in, teams, tokens

urlpatterns: list[URLPattern] = [
    page("login/", sign_in.login, "login"),
    page("logout/", sign_in.logout, "logout"),
    page("password/reset/", sign_in.password_reset, "password_reset"),
    page("password/reset/<str:token>/", sign_in.password_link, "password_link"),
    page("invitation/<str:token>/", sign_in.invitation, "invitation"),
    page("settings/", settings.index, "settings"),
    page("settings/profile/", settings.profile, "profile"),
    page("settings/password/", settings.password, "password"),
    page("settings/preferences/", settings.preferences, "preferences"),
    page("settings/tokens/", tokens.token_list, "tokens"),
    page("settings/tokens/<int:token_id>/rename/", tokens.token_rename, "token_rename"),
    page("settings/tokens/<int:token_id>/revoke/", tokens.token_revoke, "token_revoke"),
    page("settings/sessions/", settings.session_list, "sessions"),
    page("settings/sessions/end-others/", settings.session_end_others, "session_end_others"),
    page("settings/sessions/<str:session>/end/", settings.session_end, "session_end"),
    page("settings/teams/", teams.my_teams, "teams"),
    page("settings/teams/<int:team_id>/", teams.team, "team"),
    page("settings/teams/<int:team_id>/members/<int:user_id>/role/", teams.member_role, "team_member_role"),
    page("settings/teams/<int:team_id>/members/<int:user_id>/remove/", teams.member_remove, "team_member_remove"),
    page("admin/", admin_users.index, "admin"),
    page("admin/users/", admin_users.user_list, "admin_users"),
    page("admin/users/invite/", admin_users.invite, "admin_user_invite"),
    page("admin/users/new/", admin_users.create, "admin_user_new"),
    page("admin/users/new-service/", admin_users.create_service, "admin_user_new_service"),
    page("admin/users/<int:user_id>/", admin_users.user, "admin_user"),
    page("admin/users/<int:user_id>/password/", admin_users.user_password, "admin_user_password"),
    page("admin/users/<int:user_id>/invite-again/", admin_users.user_invite_again, "admin_user_invite_again"),
    page("admin/users/<int:user_id>/<str:act>/", admin_users.user_act, "admin_user_act"),
    page("admin/teams/", teams.team_list, "admin_teams"),
    page("admin/teams/<int:team_id>/update/", teams.team_update, "admin_team_update"),
    page("admin/teams/<int:team_id>/delete/", teams.team_delete, "admin_team_delete"),
    page("admin/workspaces/", admin_workspaces.workspace_list, "admin_workspaces"),
    page("admin/workspaces/<slug:name>/", admin_workspaces.workspace, "admin_workspace"),
    page("admin/workspaces/<slug:name>/describe/", admin_workspaces.workspace_describe, "admin_workspace_describe"),
    page("admin/workspaces/<slug:name>/unshare/", admin_workspaces.workspace_unshare, "admin_workspace_unshare"),
    page("admin/workspaces/<slug:name>/delete/", admin_workspaces.workspace_delete, "admin_workspace_delete"),
    page("admin/doctor/", admin_doctor.doctor, "admin_doctor"),
    page("admin/audit/", admin_audit.audit, "admin_audit"),
    page("admin/audit/export.<str:kind>", admin_audit.audit_export, "admin_audit_export"),
]
