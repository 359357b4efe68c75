"""Comments on runs, versions and requests: writing, changing, taking back, and whom one can name. Shown by each thing's page."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from apps.web import run_frame, threads
from apps.web.base import actor_of, render, signed_in

MOST = 8


@signed_in
def run_page(request: HttpRequest, run_id: str) -> HttpResponse:
    """The run's thread."""
    context = run_frame.frame(request, run_id, "comments")
    context["thread"] = threads.thread(request, threads.RUN, run_id, is_open=not context["deleted"])
    return render(request, "web/runs/comments.html", context)


@signed_in
@require_POST
def add(request: HttpRequest, noun: str, key: str) -> HttpResponse:
    """Say something."""
    threads.add(actor_of(request), noun, key, request.POST.get("text", ""))
    return _back(request)


@signed_in
@require_POST
def edit(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Change one's own comment."""
    threads.edit(actor_of(request), comment_id, request.POST.get("text", ""))
    return _back(request)


@signed_in
@require_POST
def delete(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Take one's own comment back; administrators any."""
    threads.delete(actor_of(request), comment_id)
    return _back(request)


@signed_in
def people(request: HttpRequest, noun: str, key: str) -> HttpResponse:
    """Whom a comment here can name, as JSON for the completion of `@`."""
    found = threads.people(actor_of(request), noun, key, request.GET.get("q", "")[:100])
    return JsonResponse({"people": [{"name": person.username, "label": person.label} for person in found[:MOST]]})


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the form stood on."""
    wanted = request.POST.get("next", "")
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(f"{wanted.partition('#')[0]}#thread" if safe else reverse("web:home"))
