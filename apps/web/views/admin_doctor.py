"""The administration's page of the artifact doctor."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.artifacts.services import doctor as services
from apps.web.base import actor_of, admin_only, render
from apps.web.tabs import admin_tabs


@admin_only
def doctor(request: HttpRequest) -> HttpResponse:
    """What it does; a POST does it and shows each step."""
    context: dict[str, Any] = {"tabs": admin_tabs(request), "public_url": settings.PUBLIC_URL}
    if request.method == "POST":
        public = "public" in request.POST
        steps = services.examine_platform(actor_of(request), part_url=_part_url if public else None)
        bad = next((step for step in steps if step.state == "failed"), None)
        context |= {"steps": steps, "bad": bad, "warned": any(step.state == "warning" for step in steps), "public": public}
    return render(request, "web/admin/doctor.html", context)


def _part_url(ticket: str) -> str:
    return settings.PUBLIC_URL + reverse("wire-part", args=[ticket])
