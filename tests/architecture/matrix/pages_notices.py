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

ROWS: list[Row] = [*COMMENTS]
