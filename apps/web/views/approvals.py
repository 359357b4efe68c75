"""The inbox: what waits for one's approval, what one asked for, and everything else."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.registry.approval_records import RequestRecord, Tally
from apps.registry.queries import inbox
from apps.registry.queries.inbox import Wanted
from apps.web import approving
from apps.web.base import actor_of, render, signed_in
from apps.web.snippets import ask_lines
from apps.web.workspaces import address

PAGE = 50
TABS = ("waiting", "mine", "all")
STATES = ("pending", "closed", *approving.STATES)


@signed_in
def approvals(request: HttpRequest) -> HttpResponse:
    """Requests: those that wait for whoever looks first, else theirs, or all of the workspace with filters."""
    actor = actor_of(request)
    waiting = inbox.waiting_for_me(actor)
    tab = request.GET.get("show", "")
    if tab not in TABS:
        tab = "waiting" if waiting else "all"
    wanted = _wanted(request, tab, actor.name)
    before = _number(request.GET.get("before", ""))
    if tab == "waiting":
        shown = [record for record in waiting if not before or record.id > before][: PAGE + 1]
    else:
        shown = inbox.search_requests(actor, wanted, before=before, limit=PAGE + 1)
    records = shown[:PAGE]
    context = {
        "tab": tab,
        "tabs": _tabs(tab, len(waiting)),
        "rows": rows(records, inbox.tallies(actor, records), request),
        "wanted": wanted,
        "states": [(state, _state(state)) for state in STATES],
        "is_filtered": tab != "waiting" and wanted != _wanted(None, tab, actor.name),
        "next_url": _page_url(request, records[-1].id) if len(shown) > PAGE else "",
        "first_url": _page_url(request, 0) if before else "",
        "code": ask_lines(request),
        "shown": _("%(n)d requests on this page") % {"n": len(records)},
    }
    return render(request, "web/approvals/list.html", context)


def rows(records: list[RequestRecord], tallies: dict[int, Tally], request: HttpRequest) -> list[dict[str, Any]]:
    """Requests as ui tables show them."""
    return [
        {
            "record": record,
            "thing": approving.thing(record),
            "act": approving.acts(record),
            "mark": approving.STATES[record.state],
            "tally": tallies[record.id],
            "url": address(record.workspace, "web:request", record.id),
            "elsewhere": record.workspace if record.workspace != getattr(request, "workspace", "default") else "",
            "since": record.closed_at or record.created_at,
        }
        for record in records
    ]


def _wanted(request: HttpRequest | None, tab: str, name: str) -> Wanted:
    given = request.GET.get if request else lambda key, default: default
    state = given("state", "pending")
    person = name if tab == "mine" else given("person", "").strip()[:255]
    return Wanted(
        state=state if state in STATES else "",
        model=given("model", "").strip()[:256],
        target=given("target", "").strip()[:256],
        person=person,
    )


def _tabs(tab: str, waiting: int) -> list[dict[str, Any]]:
    url = reverse("web:approvals")
    labels = {"waiting": _("Waiting for my approval"), "mine": _("Opened by me"), "all": _("All")}
    counts = {"waiting": waiting}
    found = [
        {"label": labels[name], "url": f"{url}?show={name}", "current": name == tab, "count": counts.get(name)} for name in TABS
    ]
    return [*found, {"label": _("Policies"), "url": reverse("web:policies"), "current": False, "count": None}]


def _state(state: str) -> str:
    words = {"pending": _("Pending"), "closed": _("Decided")}
    return words.get(state) or str(approving.STATES[state].text)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _page_url(request: HttpRequest, before: int) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    if before:
        query["before"] = str(before)
    return f"?{query.urlencode()}"
