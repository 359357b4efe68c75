"""Registered models: their list, making one, bringing one back."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import Invalid
from apps.core.filterlang.errors import FilterError
from apps.core.paging import decode_offset, encode_offset
from apps.registry import stages
from apps.registry.queries import completion, registered
from apps.registry.records import ModelRecord, Page
from apps.registry.services import registered as services
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.models import ModelForm
from apps.web.forms.refusals import shown, status
from apps.web.snippets import register_lines

PAGE = 50
ORDERS = {
    "name": "name ASC",
    "-name": "name DESC",
    "updated": "last_updated_timestamp ASC",
    "-updated": "last_updated_timestamp DESC",
}
USUAL = "-updated"
# What somebody types who looks for a name and does not know of the language.
_PLAIN = re.compile(r"[\w .-]+")


@signed_in
def model_list(request: HttpRequest) -> HttpResponse:
    """All models of the workspace that match the filter; a POST makes one."""
    actor = actor_of(request)
    form = ModelForm(request.POST or None, auto_id="model-%s")
    if request.method == "POST" and form.is_valid():
        with shown(form, "name"):
            name = form.cleaned_data["name"]
            services.create_model(actor, name, description=form.cleaned_data["description"])
            return HttpResponseRedirect(reverse("web:model", args=[name]))
    text = request.GET.get("filter", "").strip()
    sort = request.GET.get("sort", USUAL) if request.GET.get("sort") in ORDERS else USUAL
    context: dict[str, Any] = {
        "filter": text,
        "sort": sort,
        "form": form,
        "list_url": reverse("web:models"),
        "suggest_url": reverse("web:model_complete"),
        "code": register_lines(request),
        **_found(request, text, sort),
    }
    wrong = 400 if context["error"] else 200
    return render(request, "web/models/list.html", context, status=max(status(form), wrong))


def _found(request: HttpRequest, text: str, sort: str) -> dict[str, Any]:
    """The rows of this page, or what is wrong with the filter and where."""
    error: Invalid | None = None
    page, offset = Page([], ""), 0
    try:
        offset = decode_offset(request.GET.get("page", ""))
        page = registered.search_models(
            actor_of(request), filter_text=text, max_results=PAGE, order_by=[ORDERS[sort]], page_token=request.GET.get("page", "")
        )
    except Invalid as wrong:
        error = wrong
    return {
        "rows": [_row(model) for model in page.rows],
        "error": error.message if error else "",
        "error_at": error.position.start if isinstance(error, FilterError) else "",
        "error_length": error.position.length if isinstance(error, FilterError) else "",
        "instead": f"name ILIKE '%{text}%'" if error and _PLAIN.fullmatch(text) else "",
        "shown": _("%(first)d to %(last)d") % {"first": offset + 1, "last": offset + len(page.rows)},
        "next_url": _page_url(request, page.next_page_token),
        "previous_url": _page_url(request, encode_offset(max(0, offset - PAGE))) if offset else "",
    }


def _page_url(request: HttpRequest, token: str) -> str:
    if not token:
        return ""
    query = request.GET.copy()
    query["page"] = token
    return f"?{query.urlencode()}"


def _row(model: ModelRecord) -> dict[str, Any]:
    latest = model.latest_versions
    return {
        "model": model,
        "about": next((line.strip("# ") for line in model.description.splitlines() if line.strip()), "")[:200],
        "latest": max((version.number for version in latest), default=None),
        "stages": [
            (stage, version.number)
            for stage in (stages.PRODUCTION, stages.STAGING)
            for version in latest
            if version.stage == stage
        ],
    }


@signed_in
def complete(request: HttpRequest) -> HttpResponse:
    """What fits at the cursor of the filter bar, as JSON: words of the language, names and tags of models."""
    text, at = request.GET.get("text", "")[:5000], request.GET.get("at", "")
    offer = completion.complete_models(actor_of(request), text, int(at) if at.isdecimal() and len(at) < 9 else len(text))
    error = None
    if offer.error:
        span, message = offer.error
        error = {"at": span.start, "length": span.length, "message": message}
    groups = [
        {"title": title, "items": [{"text": word, "insert": insert} for word, insert in items]}
        for title, items in ((_("In these models"), offer.found), (_("Words"), offer.words))
    ]
    answer = JsonResponse({"start": offer.start, "end": offer.end, "groups": groups, "error": error})
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in
@require_POST
def restore(request: HttpRequest, model_id: int) -> HttpResponse:
    """Take a model out of the trash."""
    services.restore_model(actor_of(request), model_id)
    messages.success(request, _("The model is back, its versions in stage None."))
    return HttpResponseRedirect(reverse("web:model", args=[registered.get_name(actor_of(request), model_id)]))
