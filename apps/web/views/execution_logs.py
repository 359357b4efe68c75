"""Logs of executions, piece by piece: the page holds a window of them, whatever their length."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from apps.artifacts import delivery
from apps.core.errors import Missing
from apps.projects.queries import executions, logs
from apps.runtime.queries import environments
from apps.web.base import actor_of, signed_in
from apps.web.delivering import asked, respond

MOST = 1024 * 1024
FOUND = 200


@signed_in
def part(request: HttpRequest, execution_id: int) -> HttpResponse:
    """Bytes from `start` (negative: from the end), at most `limit`; where they lie and how long the log is say the headers."""
    start, limit = _number(request, "start", 0), _number(request, "limit", 256 * 1024)
    found = logs.read_log(actor_of(request), execution_id, start, max(0, min(limit, MOST)))
    return _bytes(found.data, found.start, found.size, found.is_complete)


@signed_in
def search(request: HttpRequest, execution_id: int) -> HttpResponse:
    """Where lines hold `q`, from the offset `start` on: their offsets, and how many lines lie before each."""
    text = request.GET.get("q", "")[:500]
    if not text.strip():
        return JsonResponse({"hits": [], "next": None, "lines": 0})
    start = max(0, _number(request, "start", 0))
    found = logs.search_log(actor_of(request), execution_id, text, start, FOUND)
    hits = [{"start": match.start, "lines": match.lines_before} for match in found.matches]
    return JsonResponse({"hits": hits, "next": found.next, "lines": found.lines})


@signed_in
def lines(request: HttpRequest, execution_id: int) -> HttpResponse:
    """How many lines end between the offsets `start` and `end`."""
    start, end = max(0, _number(request, "start", 0)), max(0, _number(request, "end", 0))
    return JsonResponse({"lines": logs.count_lines(actor_of(request), execution_id, start, end)})


@signed_in
def file(request: HttpRequest, execution_id: int) -> HttpResponseBase:
    """The whole log to save."""
    opened = logs.open_log(actor_of(request), execution_id)
    return respond(delivery.deliver(opened, asked(request)))


@signed_in
def environment(request: HttpRequest, execution_id: int) -> HttpResponse:
    """How its environment was built: the end of that log; nothing where there is none, or where it is forgotten."""
    actor = actor_of(request)
    key = executions.get_execution(actor, execution_id).environment
    try:
        data = environments.build_log(actor, key).encode() if key else b""
    except Missing:
        data = b""
    return _bytes(data, 0, len(data), True)


def _bytes(data: bytes, start: int, size: int, is_complete: bool) -> HttpResponse:
    answer = HttpResponse(data, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Log-Start"], answer["X-Log-Size"] = str(start), str(size)
    answer["X-Log-Complete"] = "1" if is_complete else "0"
    return answer


def _number(request: HttpRequest, name: str, usual: int) -> int:
    try:
        return int(request.GET.get(name, usual))
    except ValueError:
        return usual
