"""Addresses of projects, executions and workers in our own API."""

from mlplatform import wheel
from tests.architecture.matrix.levels import Row

V = "api/v1/"
PROJECT, EXECUTION, ENDED = {"project_id": "$project"}, {"execution_id": "$execution"}, {"execution_id": "$ended_execution"}
SECRET = {**PROJECT, "name": "PASSWORD"}

ROWS: list[Row] = [
    Row("GET", V + "projects/", "known"),
    Row("POST", V + "projects/", "known", {"name": "new", "uri": "https://example.com/p.git"}, success=201),
    Row("GET", V + "projects/<int:project_id>/", "read", path=PROJECT),
    Row("PATCH", V + "projects/<int:project_id>/", "manage", {"description": "d"}, path=PROJECT),
    # something of it still waits
    Row("DELETE", V + "projects/<int:project_id>/", "manage", path=PROJECT, success=409),
    Row("POST", V + "projects/<int:project_id>/refresh/", "edit", path=PROJECT),
    Row("GET", V + "projects/<int:project_id>/secrets/", "edit", path=PROJECT),
    Row("PUT", V + "projects/<int:project_id>/secrets/<str:name>/", "manage", {"value": "hunter23"}, path=SECRET, success=204),
    Row("DELETE", V + "projects/<int:project_id>/secrets/<str:name>/", "manage", path=SECRET, success=204),
    Row("POST", V + "archives/", "known", b"PK", query={"name": "p.zip"}, success=201),
    Row("GET", V + "executions/", "known"),
    Row("POST", V + "executions/", "edit", {"project_id": "$project"}, success=201),
    Row("GET", V + "executions/queue/", "known"),
    Row("POST", V + "executions/rerun/", "edit", {"run_id": "$execution_run"}, success=201),
    Row("GET", V + "executions/<int:execution_id>/", "read", path=EXECUTION),
    Row("PATCH", V + "executions/<int:execution_id>/", "edit", {"priority": 5}, path=EXECUTION),
    Row("GET", V + "executions/<int:execution_id>/log/", "read", path=ENDED),
    Row("POST", V + "executions/<int:execution_id>/cancel/", "edit", path=EXECUTION),
    Row("POST", V + "executions/<int:execution_id>/retry/", "edit", {"params": {"alpha": 1}}, path=ENDED, success=201),
    Row("GET", V + "grants/<slug:noun>/<str:key>/", "manage", path={"noun": "projects", "key": "$project"}),
    Row("GET", f"clients/{wheel.FILE_NAME}", "open"),
    Row("GET", V + "workers/", "known"),
    Row("GET", V + "environments/", "known"),
    Row("GET", V + "environments/<str:key>/", "known", path={"key": "$environment"}),
]
