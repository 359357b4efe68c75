"""What a person does to a model on its page. A refusal shows the page again, with its words where the form stands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.errors import Denied, Invalid, Missing
from apps.registry import stages
from apps.registry.queries import registered as queries
from apps.registry.services import registered as services
from apps.registry.services import rollbacks
from apps.web.base import actor_of, signed_in
from apps.web.forms.models import CommentForm, DescriptionForm, RenameForm, TagForm
from apps.web.forms.refusals import shown, words
from apps.web.registry_words import address
from apps.web.views.models_page import Refused, render_model


@signed_in
@require_POST
def describe(request: HttpRequest, name: str) -> HttpResponse:
    """Change the description, Markdown."""
    form = DescriptionForm(request.POST)
    if form.is_valid():
        with shown(form):
            services.update_model(actor_of(request), name, form.cleaned_data["description"])
            return _back(name)
    return render_model(request, name, Refused(describe=form))


@signed_in
@require_POST
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """Set a tag; with `remove` in the address take one away."""
    actor, gone = actor_of(request), request.GET.get("remove", "")
    form = TagForm({"key": gone, "value": ""} if gone else request.POST, auto_id="tag-%s")
    if form.is_valid():
        with shown(form):
            if gone:
                services.delete_model_tag(actor, name, gone)
            else:
                services.set_model_tag(actor, name, form.cleaned_data["key"], form.cleaned_data["value"])
            return _back(name)
    return render_model(request, name, Refused(tag=form))


@signed_in
@require_POST
def rename(request: HttpRequest, name: str) -> HttpResponse:
    """Give it another name."""
    form = RenameForm(request.POST, auto_id="rename-%s")
    if form.is_valid():
        with shown(form, "name"):
            new_name = form.cleaned_data["name"]
            services.rename_model(actor_of(request), name, new_name)
            return _back(new_name)
    return render_model(request, name, Refused(rename=form))


@signed_in
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    """Move it and its versions to the trash; the message undoes it."""
    actor = actor_of(request)
    record = queries.get_registered_model(actor, name)
    try:
        services.delete_model(actor, name)
    except Denied as error:
        return render_model(request, name, Refused(said=words(error), status=403))
    undo = reverse("web:model_restore", args=[record.pk])
    messages.success(request, _("The model and its versions are in the trash."), extra_tags=f"undo:{undo}")
    return HttpResponseRedirect(reverse("web:models"))


@signed_in
@require_POST
def roll_back(request: HttpRequest, name: str) -> HttpResponse:
    """Bring back to Production what stood there before: at once, or by a request."""
    form = CommentForm(request.POST, auto_id="back-%s")
    if form.is_valid():
        with shown(form):
            try:
                request_id = rollbacks.roll_back(actor_of(request), name, stages.PRODUCTION, form.cleaned_data["comment"])
            except Missing as error:
                queries.get_registered_model(actor_of(request), name)  # a model that is hidden stays so
                raise Invalid(error.message) from None
            if request_id is None:
                messages.success(request, _("It is back in Production."))
                return _back(name)
            messages.success(request, _("Request %(n)d was opened: the roll-back needs approval.") % {"n": request_id})
            return HttpResponseRedirect(address("request", request_id) or reverse("web:model", args=[name]))
    return render_model(request, name, Refused(roll_back=form))


def _back(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("web:model", args=[name]))
