"""What a person does to a version on its page. A refusal shows the page again, with its words where the form stands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import Denied
from apps.registry import acts
from apps.registry.services import aliases, requests, tags, transitions
from apps.registry.services import versions as services
from apps.web.base import actor_of, signed_in
from apps.web.forms.models import AliasForm, CommentForm, DescriptionForm, MoveForm, TagForm
from apps.web.forms.refusals import shown, words
from apps.web.registry_words import address
from apps.web.version_frame import Refused
from apps.web.views.versions import render_version


@signed_in
@require_POST
def describe(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Change the description, Markdown."""
    form = DescriptionForm(request.POST)
    if form.is_valid():
        with shown(form):
            services.update_version(actor_of(request), name, version, form.cleaned_data["description"])
            return _back(name, version)
    return render_version(request, name, version, Refused(describe=form))


@signed_in
@require_POST
def tag(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Set a tag; with `remove` in the address take one away."""
    actor, gone = actor_of(request), request.GET.get("remove", "")
    form = TagForm({"key": gone, "value": ""} if gone else request.POST, auto_id="tag-%s")
    if form.is_valid():
        with shown(form):
            if gone:
                tags.delete_version_tag(actor, name, version, gone)
            else:
                tags.set_version_tag(actor, name, version, form.cleaned_data["key"], form.cleaned_data["value"])
            return _back(name, version)
    return render_version(request, name, version, Refused(tag=form))


@signed_in
@require_POST
def alias(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Point an alias to it; with `remove` in the address take one away."""
    actor, gone = actor_of(request), request.GET.get("remove", "")
    form = AliasForm({"alias": gone} if gone else request.POST, auto_id="alias-%s")
    if form.is_valid():
        with shown(form, "alias"):
            if gone:
                aliases.delete_alias(actor, name, gone)
            else:
                aliases.set_alias(actor, name, form.cleaned_data["alias"], version)
            return _back(name, version)
    if gone:  # it was no field that the person wrote in
        said = " ".join(map(str, form.errors.get("alias", [])))
        return render_version(request, name, version, Refused(said=said, status=_status(form)))
    return render_version(request, name, version, Refused(alias=form))


def _status(form: AliasForm) -> int:
    return 403 if isinstance(getattr(form, "refusal", None), Denied) else 400


@signed_in
@require_POST
def move(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Move it to a stage that no policy stands before."""
    stage = request.POST.get("stage", "")
    form = MoveForm(request.POST, auto_id=f"move-{stage.lower()}-%s")
    if form.is_valid():
        data = form.cleaned_data
        with shown(form):
            transitions.transition_version(actor_of(request), name, version, stage, data["archive_existing"], data["comment"])
            messages.success(request, _("It stands in %(stage)s now.") % {"stage": stage})
            return _back(name, version)
    return render_version(request, name, version, Refused(move=form, target=stage))


@signed_in
@require_POST
def ask(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Open a request for a stage, an alias or its deletion, and go to its page."""
    act, target = request.POST.get("act", acts.TRANSITION), request.POST.get("target", "").strip()
    form = CommentForm(request.POST, auto_id=f"ask-move-{target.lower()}-%s")
    if form.is_valid():
        with shown(form):
            number = requests.open_request(actor_of(request), name, version, act, target, form.cleaned_data["comment"])
            messages.success(request, _("Request %(n)d is open.") % {"n": number})
            return HttpResponseRedirect(address("request", number) or reverse("web:model_version", args=[name, version]))
    return render_version(request, name, version, Refused(ask=form, act=act, target=target))


@signed_in
@require_POST
def delete(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Move it to the trash; the message undoes it."""
    try:
        services.delete_version(actor_of(request), name, version)
    except Denied as error:
        return render_version(request, name, version, Refused(said=words(error), status=403))
    undo = reverse("web:version_restore", args=[name, version])
    messages.success(request, _("Version %(n)s is in the trash.") % {"n": version}, extra_tags=f"undo:{undo}")
    return HttpResponseRedirect(reverse("web:model", args=[name]))


@signed_in
@require_POST
def restore(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """Take it out of the trash."""
    services.restore_version(actor_of(request), name, version)
    messages.success(request, _("The version is back, in stage None and without aliases."))
    return _back(name, version)


def _back(name: str, version: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("web:model_version", args=[name, version]))
