"""Addresses of the project pages: projects, executions, workers."""

from tests.architecture.matrix.levels import Row
from tests.architecture.matrix.pages import form, shown

PROJECT, EXECUTION, ENDED = {"project_id": "$project"}, {"execution_id": "$execution"}, {"execution_id": "$ended_execution"}
RUN = {"run_id": "$execution_run"}
ONE, OF_PROJECT = "executions/<int:execution_id>/", "projects/<int:project_id>/"

ROWS: list[Row] = [
    shown("projects/", "page", query={"q": "iris"}),
    shown("projects/new/", "page"),
    form("projects/new/", "page", {"name": "new", "uri": "https://example.com/p.git"}),
    shown(OF_PROJECT, "page-read", path=PROJECT),
    form(OF_PROJECT, "page-edit", {"chosen": "+", "entry_point": "train.py"}, path=PROJECT),
    form(OF_PROJECT + "refresh/", "page-edit", path=PROJECT),
    shown(OF_PROJECT + "settings/", "page-manage", path=PROJECT),
    form(OF_PROJECT + "settings/", "page-manage", {"part": "facts", "name": "renamed"}, path=PROJECT),
    form(OF_PROJECT + "settings/", "page-manage", {"part": "secret", "secret": "KEY", "value": "hunter23"}, path=PROJECT),
    form(
        OF_PROJECT + "settings/",
        "page-manage",
        {"part": "grant", "kind": "user", "name": "stranger", "level": "USE"},
        path=PROJECT,
    ),
    # something of it still waits
    form(OF_PROJECT + "delete/", "page-manage", path=PROJECT, success=409),
    shown("executions/", "page", query={"project": "$project"}),
    shown(ONE, "page-read", path=EXECUTION),
    shown(ONE + "again/", "page-read", path=ENDED),
    form(ONE + "again/", "page-edit", {"entry_point": "main"}, path=ENDED),
    form(ONE + "repeat/", "page-edit", path=ENDED),
    form(ONE + "cancel/", "page-edit", path=EXECUTION),
    form(ONE + "priority/", "page-edit", {"priority": "5"}, path=EXECUTION),
    shown(ONE + "log/", "page-read", path=ENDED),
    shown(ONE + "log/search/", "page-read", path=ENDED, query={"q": "x"}),
    shown(ONE + "log/lines/", "page-read", path=ENDED, query={"start": "0", "end": "9"}),
    shown(ONE + "log/file/", "page-read", path=ENDED),
    shown(ONE + "log/environment/", "page-read", path=ENDED),
    shown("runs/<str:run_id>/execution/", "page-read", path=RUN, success=302),
    form("runs/<str:run_id>/again/", "page-edit", path=RUN),
    shown("workers/", "page"),
]
