"""Two versions of a model side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import DomainError
from apps.registry.queries import comparisons, registered, versions
from apps.web import approving
from apps.web.base import actor_of, render, signed_in

CHOICES = 200


@signed_in
def compare(request: HttpRequest, name: str) -> HttpResponse:
    """The versions of `versions` (numbers between commas), the first being the baseline; with `all` what is the same too."""
    actor = actor_of(request)
    record = registered.get_registered_model(actor, name)
    asked = [part.strip() for text in request.GET.getlist("versions") for part in text.split(",") if part.strip()]
    everything = request.GET.get("all") == "1"
    known, _more = versions.list_versions(actor, name, limit=CHOICES)
    context: dict[str, Any] = {
        "model": record,
        "known": [version.number for version in known],
        "asked": [int(text) for text in asked[:2] if text.isdecimal()],
        "everything": everything,
        "refused": "",
        "crumbs": [
            {"label": _("Models"), "url": reverse("web:models")},
            {"label": record.name, "url": reverse("web:model", args=[record.name])},
        ],
    }
    if len(asked) == 2:
        try:
            context |= _changes(request, name, asked, everything=everything)
        except DomainError as error:
            context["refused"] = error.message
    elif asked:
        context["refused"] = _("Choose two versions.")
    return render(request, "web/models/compare.html", context, status=400 if context["refused"] else 200)


def _changes(request: HttpRequest, name: str, asked: list[str], *, everything: bool) -> dict[str, Any]:
    found = comparisons.compare_versions(actor_of(request), name, *asked)
    changes = approving.changes(found, everything=everything)
    columns = [
        {"name": _("Version %(n)d") % {"n": number}, "url": reverse("web:model_version", args=[name, number]), "note": note}
        for number, note in ((found.before, _("baseline")), (found.after, ""))
    ]
    swapped = f"?versions={found.after},{found.before}"
    return {"changes": changes, "columns": columns, "breaking": found.breaking, "comparison": found, "swapped": swapped}
