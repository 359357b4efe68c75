"""The administration's page of the audit, and its exports."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.audit.queries import checkpoints, rows
from apps.audit.services import exports
from apps.core import clock
from apps.core.errors import Invalid
from apps.web.base import actor_of, admin_only, render
from apps.web.forms.admin import AuditForm
from apps.web.tabs import admin_tabs

TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
MOST = 2**63 - 1


@admin_only
def audit(request: HttpRequest) -> HttpResponse:
    """What was done, newest first."""
    actor = actor_of(request)
    form = AuditForm(request.GET)
    before = request.GET.get("before", "")
    page = rows.search(actor, form.selection, before=min(int(before), MOST) if before.isdecimal() else None)
    context = {
        "form": form,
        "page": page,
        "narrowed": bool(form.selection.said()),
        "sealed": checkpoints.latest(actor),
        "tabs": admin_tabs(request),
    }
    return render(request, "web/admin/audit.html", context, status=400 if form.errors else 200)


@admin_only
def audit_export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The same selection as a file, streamed."""
    form = AuditForm(request.GET)
    if not form.is_valid():
        raise Invalid("A date of the selection cannot be read.")
    answer = StreamingHttpResponse(
        exports.export(actor_of(request), form.selection, kind), content_type=TYPES.get(kind, "text/plain")
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{clock.now():%Y-%m-%d}.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
