"""Addresses of our own API, /api/v1/."""

from tests.architecture.matrix.levels import Row

V = "api/v1/"
TOKEN, USER, TEAM = {"token_id": "$token"}, {"user_id": "$user"}, {"team_id": "$team"}
MEMBER = {**TEAM, **USER}
WORKSPACE = {"name": "elsewhere"}
EXPERIMENT_GRANTS = {"noun": "experiments", "key": "$experiment"}

ROWS = [
    Row("GET", V + "schema/", "known"),
    Row("GET", V + "docs/", "known"),
    Row("GET", V + "tokens/", "known"),
    Row("POST", V + "tokens/", "known", {"label": "mine"}, success=201),
    Row("DELETE", V + "tokens/<int:token_id>/", "manager's", path=TOKEN, success=204),
    Row("GET", V + "users/", "admin"),
    Row("POST", V + "users/", "admin", {"username": "newcomer"}, success=201),
    Row("GET", V + "users/me/", "known"),
    Row("GET", V + "users/<int:user_id>/", "admin", path=USER),
    Row("PATCH", V + "users/<int:user_id>/", "admin", {"display_name": "N"}, path=USER),
    Row("DELETE", V + "users/<int:user_id>/", "admin", path=USER, success=204),
    Row("GET", V + "teams/", "known"),
    Row("POST", V + "teams/", "admin", {"name": "new team"}, success=201),
    Row("GET", V + "teams/<int:team_id>/", "team member", path=TEAM),
    Row("PUT", V + "teams/<int:team_id>/", "admin", {"name": "renamed", "description": ""}, path=TEAM),
    Row("DELETE", V + "teams/<int:team_id>/", "admin", path=TEAM, success=204),
    Row("PUT", V + "teams/<int:team_id>/members/<int:user_id>/", "team lead", {"role": "lead"}, path=MEMBER),
    Row("DELETE", V + "teams/<int:team_id>/members/<int:user_id>/", "team lead", path=MEMBER, success=204),
    Row("GET", V + "workspaces/", "known"),
    Row("POST", V + "workspaces/", "admin", {"name": "new-one"}, success=201),
    Row("GET", V + "workspaces/<slug:name>/", "elsewhere", path=WORKSPACE),
    Row("PATCH", V + "workspaces/<slug:name>/", "elsewhere", {"description": "d"}, path=WORKSPACE),
    Row("DELETE", V + "workspaces/<slug:name>/", "admin", path=WORKSPACE, success=409),
    Row("GET", V + "grants/<slug:noun>/<str:key>/", "manage", path=EXPERIMENT_GRANTS),
    Row(
        "PUT",
        V + "grants/<slug:noun>/<str:key>/",
        "manage",
        {"user": "stranger", "level": "READ"},
        path=EXPERIMENT_GRANTS,
        success=204,
    ),
    Row(
        "DELETE",
        V + "grants/<slug:noun>/<str:key>/",
        "manage",
        {"user": "reader"},
        path=EXPERIMENT_GRANTS,
        success=204,
        by_name=True,
    ),
    Row("POST", V + "doctor", "edit", {"run_id": "$run"}),
    Row("GET", V + "audit/", "admin"),
]
