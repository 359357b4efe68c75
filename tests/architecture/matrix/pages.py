"""Addresses of the pages."""

from tests.architecture.matrix.levels import Row

TOKEN, USER, TEAM = {"token_id": "$token"}, {"user_id": "$user"}, {"team_id": "$team"}
MEMBER = {**TEAM, **USER}
EXPERIMENT, RUN = {"experiment_id": "$experiment"}, {"run_id": "$run"}
WORKSPACE = {"name": "elsewhere"}


def shown(route: str, level: str, **more) -> Row:
    """A page."""
    return Row("GET", route, level, **more)


def form(route: str, level: str, body: dict | None = None, success: int = 302, **more) -> Row:
    """A form that leads back to a page."""
    return Row("POST", route, level, body or {}, success=success, **more)


SIGN_IN = [
    shown("login/", "page-guest"),
    form("login/", "open", {"username": "reader", "password": "correct horse battery staple"}),
    form("logout/", "open"),
    shown("password/reset/", "open"),
    form("password/reset/", "open", {"email": "somebody@example.com"}),
]

SETTINGS = [
    shown("settings/", "page", success=302),
    shown("settings/profile/", "page"),
    form("settings/profile/", "page", {"display_name": "N", "email": "n@example.com"}),
    shown("settings/password/", "page"),
    form(
        "settings/password/",
        "page",
        {"current": "wrong", "new": "a long enough password", "again": "a long enough password"},
        success=400,
    ),
    form("settings/preferences/", "page", {"name": "theme", "value": "dark"}, success=204),
    shown("settings/tokens/", "page"),
    form("settings/tokens/", "page", {"label": "l", "scope": "all", "days": "30"}, success=200),
    form("settings/tokens/<int:token_id>/rename/", "page-manager's", {"label": "l"}, path=TOKEN),
    form("settings/tokens/<int:token_id>/revoke/", "page-manager's", path=TOKEN),
    shown("settings/sessions/", "page"),
    form("settings/sessions/end-others/", "page"),
    form("settings/sessions/<str:session>/end/", "page-manager's", path={"session": "$session"}),
    shown("settings/teams/", "page"),
    shown("settings/teams/<int:team_id>/", "page-team member", path=TEAM),
    form("settings/teams/<int:team_id>/members/<int:user_id>/role/", "page-team lead", {"role": "lead"}, path=MEMBER),
    form("settings/teams/<int:team_id>/members/<int:user_id>/remove/", "page-team lead", path=MEMBER),
]

ADMINISTRATION = [
    shown("admin/", "page-admin", success=302),
    shown("admin/users/", "page-admin"),
    shown("admin/users/invite/", "page-admin"),
    form("admin/users/invite/", "page-admin", {"username": "guest", "email": "guest@example.com"}),
    shown("admin/users/new/", "page-admin"),
    form("admin/users/new/", "page-admin", {"username": "n", "new": "a long enough password", "again": "a long enough password"}),
    shown("admin/users/new-service/", "page-admin"),
    form("admin/users/new-service/", "page-admin", {"username": "robot"}),
    shown("admin/users/<int:user_id>/", "page-admin", path=USER),
    shown("admin/users/<int:user_id>/password/", "page-admin", path=USER),
    form(
        "admin/users/<int:user_id>/password/",
        "page-admin",
        {"new": "a long enough password", "again": "a long enough password"},
        path=USER,
    ),
    form("admin/users/<int:user_id>/invite-again/", "page-admin", path=USER),
    form("admin/users/<int:user_id>/<str:act>/", "page-admin", path={**USER, "act": "deactivate"}),
    shown("admin/teams/", "page-admin"),
    form("admin/teams/", "page-admin", {"name": "new team"}),
    form("admin/teams/<int:team_id>/update/", "page-admin", {"name": "renamed"}, path=TEAM),
    form("admin/teams/<int:team_id>/delete/", "page-admin", path=TEAM),
    shown("admin/workspaces/", "page-admin"),
    form("admin/workspaces/", "page-admin", {"name": "new-one"}),
    shown("admin/workspaces/<slug:name>/", "page-admin", path=WORKSPACE),
    form("admin/workspaces/<slug:name>/describe/", "page-admin", {"description": "d"}, path=WORKSPACE),
    form("admin/workspaces/<slug:name>/unshare/", "page-admin", {"grantee": "user:outsider"}, path=WORKSPACE),
    form("admin/workspaces/<slug:name>/delete/", "page-admin", path=WORKSPACE, success=409),
    shown("admin/doctor/", "page-admin"),
    form("admin/doctor/", "page-admin", success=200),
    shown("admin/audit/", "page-admin"),
    shown("admin/audit/export.<str:kind>", "page-admin", path={"kind": "csv"}),
]

TRACKING = [
    shown("", "page"),
    shown("search/suggest/", "page", query={"q": "churn"}),
    shown("experiments/", "page"),
    shown("experiments/<int:experiment_id>/", "page-read", path=EXPERIMENT),
    shown("experiments/<int:experiment_id>/rows/", "page-read", path=EXPERIMENT, query={"columns": "metrics.loss", "tree": "1"}),
    shown("experiments/<int:experiment_id>/keys/", "page-read", path=EXPERIMENT),
    shown("experiments/<int:experiment_id>/complete/", "page-read", path=EXPERIMENT, query={"text": "metrics."}),
    shown("experiments/<int:experiment_id>/export.csv", "page-read", path=EXPERIMENT),
    shown("experiments/<int:experiment_id>/compare/", "page-read", path=EXPERIMENT, query={"runs": "$run,$other_run"}),
    shown("experiments/<int:experiment_id>/runs/targets/", "page-read", path=EXPERIMENT),
    form(
        "experiments/<int:experiment_id>/runs/act/",
        "page-manage",
        {"act": "delete", "runs": "$run"},
        path=EXPERIMENT,
        success=200,
    ),
    form(
        "experiments/<int:experiment_id>/runs/act/",
        "page-edit",
        {"act": "tag", "runs": "$run", "key": "k", "value": "v"},
        path=EXPERIMENT,
        success=200,
    ),
    form("experiments/<int:experiment_id>/rename/", "page-edit", {"name": "renamed"}, path=EXPERIMENT),
    form("experiments/<int:experiment_id>/note/", "page-edit", {"note": "words"}, path=EXPERIMENT),
    form("experiments/<int:experiment_id>/delete/", "page-manage", path=EXPERIMENT),
    form("experiments/<int:experiment_id>/restore/", "page-manage", path={"experiment_id": "$deleted_experiment"}),
    shown("experiments/<int:experiment_id>/share/", "page-manage", path=EXPERIMENT),
    form(
        "experiments/<int:experiment_id>/share/",
        "page-manage",
        {"kind": "user", "name": "stranger", "level": "READ"},
        path=EXPERIMENT,
    ),
    shown("runs/curves/", "page", query={"runs": "$run", "key": "loss"}),
    shown("runs/<str:run_id>/", "page-read", path=RUN),
    shown("runs/<str:run_id>/charts/", "page-read", path=RUN),
    shown("runs/<str:run_id>/system/", "page-read", path=RUN),
    shown("runs/<str:run_id>/artifacts/", "page-read", path=RUN, query={"path": "$artifact"}),
    shown("runs/<str:run_id>/artifacts/raw/", "page-read", path=RUN, query={"path": "$artifact"}),
    shown("runs/<str:run_id>/artifacts/download/", "page-read", path=RUN, query={"path": "$artifact"}),
    shown("runs/<str:run_id>/artifacts/zip/", "page-read", path=RUN),
    form("runs/<str:run_id>/rename/", "page-edit", {"name": "renamed"}, path=RUN),
    form("runs/<str:run_id>/note/", "page-edit", {"note": "words"}, path=RUN),
    form("runs/<str:run_id>/tags/", "page-edit", {"key": "k", "value": "v"}, path=RUN),
    form("runs/<str:run_id>/delete/", "page-manage", path=RUN),
    form("runs/<str:run_id>/restore/", "page-manage", path={"run_id": "$deleted_run"}),
]

ROWS = [*SIGN_IN, *SETTINGS, *ADMINISTRATION, *TRACKING]
