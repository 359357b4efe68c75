"""The run table of an experiment: its page, and what its script asks for."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.access.levels import Level
from apps.core import clock
from apps.core.errors import Invalid
from apps.core.filterlang.errors import FilterError
from apps.experiments.queries import columns as keys
from apps.experiments.queries import completion, overview, table
from apps.experiments.queries import experiments as queries
from apps.experiments.records import RunRecord
from apps.web import formats, run_csv, table_state
from apps.web.base import actor_of, render, signed_in
from apps.web.directions import direction
from apps.web.forms.experiments import TagForm
from apps.web.snippets import first_lines
from apps.web.table_state import Column
from apps.web.templatetags.tracking import STATUS_NAMES
from apps.web.views.experiments import experiment_actions

ROWS = 200
EXPORTED_AT_ONCE = 500
NEWEST = 200  # runs that say which columns are shown before anybody chose


@signed_in
def page(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page around the table; the rows come by `rows`."""
    actor = actor_of(request)
    record = queries.get_experiment(actor, experiment_id)
    deleted = request.GET.get("show") == "deleted"
    count = table.count_rows(actor, record.id, table.Question(deleted=deleted))
    context = {
        "experiment": record,
        "crumbs": [{"label": _("Experiments"), "url": reverse("web:experiments")}],
        "filter": request.GET.get("filter", "").strip(),
        "deleted": deleted,
        "any": count.total > 0,
        "note": dict(record.tags).get(overview.NOTE, ""),
        "code": first_lines(request, experiment=record.name),
        "can_delete": record.level >= Level.MANAGE,
        "tag_form": TagForm(),
        **experiment_actions(record, deleted),
    }
    if context["any"]:
        context["config"] = {
            "experiment": record.id,
            "columns": [column.spelling for column in _columns(request, record.id)],
            "urls": _urls(record.id),
        }
    return render(request, "web/experiments/runs.html", context)


def _urls(experiment_id: int) -> dict[str, str]:
    urls = {name: reverse(f"web:run_{name}", args=[experiment_id]) for name in ("rows", "keys", "act", "targets", "export")}
    return urls | {
        "compare": reverse("web:compare", args=[experiment_id]),
        "run": reverse("web:run", args=["ID"]),
        "curves": reverse("web:curves"),
    }


def _columns(request: HttpRequest, experiment_id: int) -> list[Column]:
    """Those of the address, else those that the person had last, else the usual ones."""
    text = request.GET.get("columns")
    if text is None:
        text = getattr(request.user, "preferences", {}).get(f"columns-{experiment_id}")
    if text is not None:
        return table_state.read_columns(text)
    return table_state.usual(keys.list_keys(actor_of(request), experiment_id, newest=NEWEST))


@signed_in
def rows(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Rows as JSON, from `page` on; with the first page their count. 304 while nothing of it changed.

    A filter that is wrong is 400 with the place of the error.
    """
    actor = actor_of(request)
    token = request.GET.get("page", "")
    chosen = table_state.read_columns(request.GET.get("columns", ""))
    try:
        question = table_state.read_question(request.GET)
        found = table.list_rows(
            actor, experiment_id, question, table_state.wanted(chosen), limit=_limit(request), page_token=token
        )
        count = None if token or question.parent else table.count_rows(actor, experiment_id, question)
    except FilterError as error:
        return JsonResponse({"message": error.message, "at": error.position.start, "length": error.position.length}, status=400)
    body: dict[str, Any] = {
        "rows": [_row(run, found.children.get(run.run_id, 0)) for run in found.rows],
        "next": found.next_page_token,
        "better": {column.key: direction(column.key) for column in chosen if column.entity == "metric"},
    }
    if count is not None:
        body |= {"matching": count.matching, "total": count.total, "counted": count.total <= table.MOST_COUNTED}
    return _unless_known(request, body)


def _unless_known(request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    version = f'"{hashlib.blake2s(text.encode(), digest_size=12).hexdigest()}"'
    if request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix("W/") == version:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(text, content_type="application/json")
    answer["ETag"], answer["Cache-Control"] = version, "private, no-cache"
    return answer


def _limit(request: HttpRequest) -> int:
    text = request.GET.get("limit", "")
    if not text:
        return ROWS
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("'limit' must be a number")
    return max(1, min(int(text), table.MOST_ROWS))


def _row(run: RunRecord, children: int) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "name": run.name or run.run_id[:8],
        "status": STATUS_NAMES[run.status].lower(),
        "start": run.start_time,
        "end": run.end_time,
        "by": run.owner or run.user_text,
        "parent": run.parent_run_id,
        "children": children,
        "m": {metric.key: run_csv.WORDS.get(metric.kind, metric.value) for metric in run.metrics},
        "p": dict(run.params),
        "t": dict(run.tags),
    }


@signed_in
def list_keys(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """All columns that the table could have, with the number of runs that have them."""
    found = keys.list_keys(actor_of(request), experiment_id)
    columns = [{"id": Column(key.entity, key.name).spelling, "runs": key.runs} for key in found]
    return JsonResponse({"columns": columns}, headers={"Cache-Control": "private, no-cache"})


@signed_in
def complete(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """What fits at the cursor of the filter bar: words of the language, keys and values of this experiment."""
    actor, text = actor_of(request), request.GET.get("text", "")[:5000]
    queries.get_experiment(actor, experiment_id)
    at = request.GET.get("at", "")
    offer = completion.complete_filter(
        actor, [str(experiment_id)], text, int(at) if at.isdecimal() and len(at) < 9 else len(text)
    )
    found = [{"text": one.text, "insert": one.insert, "note": _in_runs(one.runs)} for one in offer.found]
    words = [{"text": one.text.strip(), "insert": one.insert} for one in offer.words]
    error = None
    if offer.error:
        span, message = offer.error
        error = {"at": span.start, "length": span.length, "message": message}
    groups = [{"title": _("In this experiment"), "items": found}, {"title": _("Words"), "items": words}]
    return JsonResponse({"start": offer.start, "end": offer.end, "groups": groups, "error": error})


def _in_runs(number: int) -> str:
    return ngettext("%(n)s run", "%(n)s runs", number) % {"n": formats.count(number)} if number else ""


@signed_in
def export(request: HttpRequest, experiment_id: int) -> HttpResponseBase:
    """Every matching run as CSV, newest first, page by page: the chosen columns, or with `columns=all` all there are."""
    actor = actor_of(request)
    record = queries.get_experiment(actor, experiment_id)
    question = table.Question(request.GET.get("filter", "").strip(), deleted=request.GET.get("show") == "deleted")
    if request.GET.get("columns") == "all":
        columns = [Column(key.entity, key.name) for key in keys.list_keys(actor, record.id)]
    else:
        columns = [column for column in _columns(request, record.id) if column.entity != "fact"]
    wanted = table.EVERYTHING if request.GET.get("columns") == "all" else table_state.wanted(columns)
    first = table.list_rows(actor, record.id, question, wanted, limit=EXPORTED_AT_ONCE)

    def pages() -> Iterator[list[RunRecord]]:
        found = first
        while True:
            yield found.rows
            if not found.next_page_token:
                return
            found = table.list_rows(actor, record.id, question, wanted, limit=EXPORTED_AT_ONCE, page_token=found.next_page_token)

    answer = StreamingHttpResponse(run_csv.to_csv(pages(), columns), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="runs-{record.id}-{clock.now():%Y-%m-%d}.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer
