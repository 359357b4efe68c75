"""A request of the MLflow wire and the table of its endpoints.

DRF gives authentication and error handling; parsing is ours, because a serializer cost 30 ms for a batch of 1,000 metrics and
the plain
codec costs 0.7.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, path
from django.urls.resolvers import RoutePattern
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.claims import Claim
from apps.api.base import ActorAuthentication, claimed
from apps.api.mlflow.codec.fields import Fields
from apps.core.actor import Actor
from apps.core.errors import DomainError, Invalid


@dataclass(slots=True)
class WireRequest:
    """A call: who, with what fields, and the parts of its path."""

    actor: Actor
    fields: Fields
    django: HttpRequest
    kwargs: dict[str, str]


Handler = Callable[[WireRequest], "dict[str, Any] | HttpResponseBase"]
Shortcut = Callable[[Claim, Fields], bool]
"""A way to do an endpoint's work that proves the claim by itself; False where that is not possible and nothing has happened."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A row of the table. `prefixes` are the roots it is served under; `raw` handlers read the body themselves."""

    method: str
    route: str
    handler: Handler
    prefixes: tuple[str, ...]
    raw: bool = False
    section: str = ""
    shortcut: Shortcut | None = None


ENDPOINTS: list[Endpoint] = []
BOTH = ("api/2.0/mlflow/", "ajax-api/2.0/mlflow/")
BOTH_3 = ("api/3.0/mlflow/", "ajax-api/3.0/mlflow/")
PROXY = ("api/2.0/mlflow-artifacts/", "ajax-api/2.0/mlflow-artifacts/")
ROOT = ("",)


def endpoint(
    method: str,
    route: str,
    *,
    prefixes: tuple[str, ...] = BOTH,
    raw: bool = False,
    section: str = "",
    shortcut: Shortcut | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler. `route` is a Django path below each prefix; `section` names the part of the protocol it comes from."""

    def register(handler: Handler) -> Handler:
        ENDPOINTS.append(Endpoint(method, route, handler, prefixes, raw, section, shortcut))
        return handler

    return register


_AUTHENTICATORS = (ActorAuthentication(),)


class WireView(APIView):
    """One address of the wire: its methods and their handlers."""

    authentication_classes = [ActorAuthentication]
    permission_classes = []
    schema = None
    endpoints: dict[str, Endpoint] = {}
    is_done = False
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    default_response_headers: dict[str, str] = {}

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """A request without parsers and negotiator, which are not asked here."""
        return Request(request, authenticators=_AUTHENTICATORS)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate only: negotiation and throttles of DRF are not of this wire, and cost 0.1 ms each call."""
        self.is_done = self._is_short(request._request)
        if not self.is_done:
            self.perform_authentication(request)

    def _is_short(self, http: HttpRequest) -> bool:
        """Whether the endpoint's shortcut has done it. What is wrong with a request, only those learn who have signed in."""
        entry = self.endpoints.get(http.method or "")
        claim = claimed(http) if entry and entry.shortcut else None
        if not (entry and entry.shortcut and claim):
            return False
        try:
            return entry.shortcut(claim, Fields(read_fields(http)))
        except DomainError:
            return False

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer as it is. A 405 says what would be allowed (RFC 9110, 15.5.6)."""
        if response.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(self.endpoints))
        return response

    def _serve(self, request: Request, **kwargs: str) -> HttpResponseBase:
        if self.is_done:
            return json_response({})
        http = request._request
        method = "GET" if http.method == "HEAD" else http.method
        entry = self.endpoints.get(method or "")
        if entry is None:
            self.http_method_not_allowed(request)
        assert entry is not None
        fields = Fields({}) if entry.raw else Fields(read_fields(http))
        answer = entry.handler(WireRequest(cast(Actor, request.user), fields, http, kwargs))
        return json_response(answer) if isinstance(answer, dict) else answer

    get = head = post = put = patch = delete = _serve


def json_response(data: dict[str, Any], status: int = 200) -> HttpResponse:
    """A JSON object as compact as it goes."""
    return HttpResponse(orjson.dumps(data), content_type="application/json", status=status)


def read_fields(request: HttpRequest) -> dict[str, Any]:
    """The fields of a call: query parameters for GET, a JSON object otherwise; DELETE may have either. Raises Invalid."""
    if request.method in {"GET", "HEAD"} or (
        request.method == "DELETE" and not request.META.get("CONTENT_LENGTH", "").strip("0")
    ):
        return {key: values if len(values) > 1 else values[0] for key, values in request.GET.lists()}
    body = request.body
    content_type = request.META.get("CONTENT_TYPE", "")
    if content_type.split(";")[0].strip().lower() != "application/json" and (body or content_type):
        raise Invalid(f"Bad Request. Content-Type must be application/json, got '{content_type[:100]}'.")
    if not body:
        return {}
    return parse_body(body)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; one that is wrapped in a JSON string (old clients) is unwrapped. Raises Invalid."""
    try:
        data = orjson.loads(body)
        if isinstance(data, str):
            data = orjson.loads(data)
    except orjson.JSONDecodeError:
        data = _lenient(body)
    if not isinstance(data, dict):
        raise Invalid("Bad Request. The body must be a JSON object.")
    return data


def _lenient(body: bytes) -> Any:
    """Bare NaN and Infinity, which Python's own `json` writes and JSON does not have. Half of a surrogate pair is no text at
    all."""
    try:
        data = json.loads(body)
        json.dumps(data, ensure_ascii=False).encode()
        return data
    except (ValueError, RecursionError):
        raise Invalid("Bad Request. The body is not valid JSON.") from None


class Addresses(URLResolver):
    """The wire's addresses, looked up by the part before their first parameter (regular expressions are tried after them);
    Django tries one after the other.

    Of 257 addresses log-metric was the 178th: trying them took 0.1 ms, a tenth of the request, and those with parameters are the
    last of all.
    """

    def __init__(self, patterns: Sequence[URLPattern]) -> None:
        super().__init__(RoutePattern("", is_endpoint=False), patterns)
        self._by_start: dict[str, list[URLPattern]] = {}
        self._others = [pattern for pattern in patterns if not isinstance(pattern.pattern, RoutePattern)]
        for pattern in patterns:
            if pattern in self._others:
                continue
            start, parameter, _ = str(pattern.pattern).partition("<")
            if parameter and not start.endswith("/"):
                raise ValueError(f"{pattern.pattern}: a parameter begins in the middle of a segment")
            self._by_start.setdefault(start, []).append(pattern)

    def resolve(self, path: str) -> ResolverMatch:
        """The view of an address. Raises Resolver404."""
        candidates = (pattern for start in _starts(path) for pattern in self._by_start.get(start, ()))
        for pattern in itertools.chain(candidates, self._others):
            if found := pattern.resolve(path):
                return found
        raise Resolver404({"tried": [], "path": path})


def _starts(path: str) -> Iterator[str]:
    """The whole path, then what ends at each of its slashes, the longest first: where a parameter of an address may begin."""
    yield path
    end = len(path)
    while (end := path.rfind("/", 0, end)) >= 0:
        yield path[: end + 1]


def build_urls(endpoints: Iterable[Endpoint]) -> list[URLPattern]:
    """One route for each address. Those without parameters come first, where they win over `<id>`."""
    by_route: dict[str, dict[str, Endpoint]] = {}
    for entry in endpoints:
        for prefix in entry.prefixes:
            methods = by_route.setdefault(prefix + entry.route, {})
            if entry.method in methods:
                raise ValueError(f"{entry.method} {prefix}{entry.route} is in the table twice")
            methods[entry.method] = entry
    return [
        path(route, WireView.as_view(endpoints=methods), name="wire-" + route.replace(":", "."))
        for route, methods in sorted(by_route.items(), key=lambda item: "<" in item[0])
    ]
