"""Calls of the platform's own API, signed in as the official client is: its variables, its TLS settings, its retries."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from mlflow.exceptions import ExecutionException
from mlflow.utils.credentials import get_default_host_creds
from mlflow.utils.rest_utils import http_request

SECONDS = 60
UPLOAD_SECONDS = 900


class Refused(ExecutionException):
    """The server's own words about why not; `status` is the HTTP status."""

    def __init__(self, message: str, status: int):
        super().__init__(message)
        self.status = status


class Server:
    """The platform behind a tracking URI."""

    def __init__(self, tracking_uri: str):
        if not tracking_uri.startswith(("http://", "https://")):
            raise ExecutionException(
                f"The backend mlplatform runs projects on a server, and the tracking URI is {tracking_uri!r}. "
                "Set MLFLOW_TRACKING_URI to the address of the platform."
            )
        self.base = tracking_uri.rstrip("/")

    def submit(self, submission: dict[str, Any]) -> dict[str, Any]:
        """Queue an execution. Never sent twice: an answer that got lost must not start a second one."""
        return self._call("POST", "executions/", json=submission, max_retries=0)

    def execution(self, execution_id: int) -> dict[str, Any]:
        """The execution as it is now."""
        return self._call("GET", f"executions/{execution_id}/")

    def log(self, execution_id: int, start: int) -> dict[str, Any]:
        """A piece of its log from the offset `start`."""
        return self._call("GET", f"executions/{execution_id}/log/?start={start}")

    def cancel(self, execution_id: int) -> None:
        """End it; one that has ended stays as it is."""
        try:
            self._call("POST", f"executions/{execution_id}/cancel/", json={})
        except Refused as refusal:
            if refusal.status != 409:
                raise

    def upload(self, name: str, path: str) -> dict[str, Any]:
        """Keep the archive at `path` under a name."""
        with open(path, "rb") as file:
            return self._call("POST", f"archives/?name={quote(name)}", data=file, max_retries=0, timeout=UPLOAD_SECONDS)

    def page(self, execution_id: int) -> str:
        """Where a person looks at it."""
        workspace = os.environ.get("MLFLOW_WORKSPACE", "")
        place = f"/w/{quote(workspace)}" if workspace and workspace != "default" else ""
        return f"{self.base}{place}/executions/{execution_id}/"

    def _call(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        workspace = os.environ.get("MLFLOW_WORKSPACE", "")
        headers = {"X-MLFLOW-WORKSPACE": workspace} if workspace else {}
        more.setdefault("timeout", SECONDS)
        answer = http_request(
            get_default_host_creds(self.base), f"/api/v1/{path}", method, extra_headers=headers, raise_on_status=False, **more
        )
        try:
            told = answer.json() if answer.content else {}
        except ValueError:
            told = {}
        if answer.status_code >= 300 or not isinstance(told, dict):
            raise Refused(_words(told, answer.status_code, f"{self.base}/api/v1/{path}"), answer.status_code)
        return told


def _words(told: Any, status: int, address: str) -> str:
    if not isinstance(told, dict) or "message" not in told:
        return f"{address} answered {status}: is the tracking URI that of an MLPlatform server?"
    if told.get("error_code") == "ENDPOINT_NOT_FOUND":
        return f"{address} is not there: this server has no projects"
    return str(told["message"])
