"""Addresses of the notice pages: inbox rows, preferences, webhooks, comments."""

from tests.architecture.matrix.levels import Row

V = "api/v1/"
RUN, COMMENT = {"run_id": "$run"}, {"comment_id": "$comment"}
ON_RUN, ON_REQUEST = {"noun": "run", "key": "$run"}, {"noun": "request", "key": "$request"}
ON_VERSION = {"noun": "version", "key": "churn-model/2"}
HELLO = {"text": "hello"}
PEOPLE, ADD = "comments/people/<slug:noun>/<path:key>/", "comments/on/<slug:noun>/<path:key>/"
COMMENTS = [
    Row("GET", V + "runs/<str:run_id>/comments/", "read", path=RUN),
    Row("POST", V + "runs/<str:run_id>/comments/", "read", {"comment": "hello"}, path=RUN, success=201),
    Row("GET", "runs/<str:run_id>/comments/", "page-read", path=RUN),
    Row("POST", "comments/<int:comment_id>/edit/", "page-author", HELLO, path=COMMENT, success=302),
    Row("POST", "comments/<int:comment_id>/delete/", "page-manage", path=COMMENT, success=302),
    Row("GET", PEOPLE, "page-read", path=ON_RUN),
    Row("GET", PEOPLE, "page-read", path=ON_REQUEST),
    Row("GET", PEOPLE, "page-read", path=ON_VERSION, by_name=True),
    Row("POST", ADD, "page-read", HELLO, path=ON_RUN, success=302),
    Row("POST", ADD, "page-read", HELLO, path=ON_REQUEST, success=302),
    Row("POST", ADD, "page-read", HELLO, path=ON_VERSION, by_name=True, success=302),
]

PRIVATE = {"url": "https://127.0.0.1:1/"}
OWN_NOTICE, CHANNEL = {"notice_id": "$notice"}, {"channel_id": "$channel"}
OURS = {"kind": "registry", "webhook_id": "$webhook"}
MLFLOWS = {"kind": "mlflow", "webhook_id": "$hook"}
HOOK, NEW = "webhooks/<slug:kind>/<str:webhook_id>/", "webhooks/new/<slug:kind>/"
CHATS = V + "chat-channels/"


def hook(method: str, act: str, body: dict | None = None, success: int = 200) -> Row:
    """One of a model's webhook."""
    return Row(method, HOOK + act, "page-manage", body, path=OURS, success=success, by_name=True)


NOTICES = [
    Row("GET", "notices/", "page"),
    Row("POST", "notices/read/", "page", {}, success=302),
    Row("GET", "notices/<int:notice_id>/open/", "page-owner", path=OWN_NOTICE, success=302),
    Row("GET", "settings/notices/", "page"),
    Row("POST", "settings/notices/", "page", {"mention.app": "on"}, success=302),
    Row("POST", "settings/notices/chat/", "page", PRIVATE, success=400),
    Row("GET", V + "notices/chat/", "known"),
    Row("PUT", V + "notices/chat/", "known people", PRIVATE, success=400),
    Row("DELETE", V + "notices/chat/", "owner of a chat", success=204),
    Row("POST", V + "notices/chat/test/", "owner of a chat"),
    Row("GET", CHATS, "admin"),
    Row("POST", CHATS, "admin", {**PRIVATE, "name": "c", "kinds": ["override"]}, success=400),
    Row("DELETE", CHATS + "<int:channel_id>/", "admin", path=CHANNEL, success=204),
    Row("POST", CHATS + "<int:channel_id>/test/", "admin", path=CHANNEL),
]
API_HOOK = V + "webhooks/<slug:kind>/<str:webhook_id>/"
API_HOOKS = [
    Row("POST", V + "webhooks/<slug:kind>/", "admin", {**PRIVATE, "events": ["x"]}, path={"kind": "mlflow"}, success=400),
    Row("GET", API_HOOK, "manage", path=OURS, by_name=True),
    Row("PATCH", API_HOOK, "manage", {"description": "d"}, path=OURS, by_name=True),
    Row("DELETE", API_HOOK, "manage", path=OURS, success=204, by_name=True),
    Row("GET", API_HOOK, "admin", path=MLFLOWS),
    Row("POST", API_HOOK + "test/", "manage", {}, path=OURS, by_name=True),
]
HOOKS = [
    Row("GET", "webhooks/", "page"),
    Row("GET", "webhooks/", "page-manage", query={"model": "churn-model"}, by_name=True),
    Row("GET", "webhooks/channels/", "page-admin 403"),
    Row("POST", "webhooks/channels/", "page-admin 403", {"name": "c"}, success=400),
    Row("POST", "webhooks/channels/<int:channel_id>/test/", "page-admin 403", path=CHANNEL, success=302),
    Row("POST", "webhooks/channels/<int:channel_id>/delete/", "page-admin 403", path=CHANNEL, success=302),
    Row("GET", NEW, "page-admin 403", path={"kind": "mlflow"}),
    Row("POST", NEW, "page-admin 403", PRIVATE, path={"kind": "mlflow"}, success=400),
    Row("GET", HOOK, "page-admin 403", path=MLFLOWS),
    hook("GET", ""),
    hook("GET", "edit/"),
    hook("POST", "edit/", PRIVATE, success=400),
    hook("POST", "state/", {"status": "DISABLED"}, success=302),
    hook("POST", "test/", {"event": "MODEL_VERSION_CREATED"}),
    hook("POST", "delete/", {}, success=302),
    Row(
        "POST",
        HOOK + "deliveries/<str:delivery_id>/",
        "page-manage",
        {},
        path={**OURS, "delivery_id": "$delivery"},
        success=302,
        by_name=True,
    ),
]

ROWS: list[Row] = [*COMMENTS, *NOTICES, *API_HOOKS, *HOOKS]
