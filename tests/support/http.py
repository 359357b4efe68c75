"""A client for a running server, with the same manners as the one for Django's test client (tests/support/api.py)."""

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

MLFLOW = "/api/2.0/mlflow/"


class Answer:
    """Status, headers and body of one answer."""

    def __init__(self, status: int, headers: Any, body: bytes):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        """The body read as JSON; {} for an empty one."""
        return json.loads(self.body or b"{}")

    @property
    def error_code(self) -> str:
        """`error_code` of a refusal."""
        return self.json.get("error_code", "")

    @property
    def ok(self) -> Any:
        """The JSON of an answer that has to be a 200."""
        assert self.status == 200, f"{self.status} {self.body[:500]!r}"
        return self.json

    def __repr__(self) -> str:
        return f"<{self.status} {self.body[:200]!r}>"


def address(path: str, query: dict[str, Any]) -> str:
    """`runs/create` is below the MLflow API, `/x` is as it stands; query values may be lists."""
    full = path if path.startswith("/") else MLFLOW + path
    return f"{full}?{urlencode(query, doseq=True)}" if query else full


class Api:
    """The verbs; how a request travels is the subclass's."""

    def request(self, method: str, path: str, /, body: Any = None, headers: dict[str, str] | None = None, **query: Any) -> Answer:
        """`body` is sent as it is when bytes, as JSON otherwise; `query` values may be lists."""
        sent = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return self.send(method, address(path, query), body, sent)

    def send(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Carry one request."""
        raise NotImplementedError

    def get(self, path: str, /, **query: Any) -> Answer:
        """GET with a query."""
        return self.request("GET", path, **query)

    def post(self, path: str, /, body: Any = None, **query: Any) -> Answer:
        """POST JSON."""
        return self.request("POST", path, {} if body is None else body, **query)

    def patch(self, path: str, body: Any = None) -> Answer:
        """PATCH JSON."""
        return self.request("PATCH", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Answer:
        """PUT bytes or JSON."""
        return self.request("PUT", path, body)

    def delete(self, path: str, /, body: Any = None, **query: Any) -> Answer:
        """DELETE, with a JSON body as the MLflow client sends it or with a query."""
        return self.request("DELETE", path, body, **query)


class HttpApi(Api):
    """Keep-alive connections to one server, as one person. Nothing is retried."""

    def __init__(self, base: str, token: str = "", timeout: float = 30, **headers: str):
        parts = urlsplit(base)
        self.pool = urllib3.HTTPConnectionPool(parts.hostname or "", parts.port, maxsize=64, timeout=timeout, retries=False)
        self.headers = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}

    def send(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Over a socket."""
        answer = self.pool.urlopen(method, target, body=body, headers=self.headers | headers, redirect=False)
        return Answer(answer.status, answer.headers, answer.data)
