"""Who may do what with a model."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import parse
from apps.core.errors import Conflict, Missing
from apps.registry.queries import registered
from apps.registry.services import grants
from apps.web import model_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.experiments import GrantForm
from apps.web.forms.refusals import shown, status


@signed_in
def share(request: HttpRequest, name: str) -> HttpResponse:
    """The grants on a model; a POST gives or takes a level."""
    actor = actor_of(request)
    found = registered.list_grants_by_id(actor, registered.get_registered_model(actor, name).pk)
    form = GrantForm(request.POST if request.POST and "remove" not in request.POST else None)
    if "remove" in request.POST:
        kind, _colon, grantee = request.POST["remove"].partition(":")
        grants.delete_model_grant(actor, name, **{"team" if kind == "team" else "user": grantee})
        return _back(name)
    if form.is_bound and form.is_valid():
        with shown(form, "name"):
            kind, grantee = "team" if form.cleaned_data["kind"] == "team" else "user", form.cleaned_data["name"]
            rights = {(grant.kind, grant.grantee): right for grant, right in found}
            try:
                grants.put_model_grant(
                    actor, name, parse(form.cleaned_data["level"]), stages=rights.get((kind, grantee), 0), **{kind: grantee}
                )
            except Missing as error:  # nobody of that name
                raise Conflict(error.message) from None
            return _back(name)
    context = {**model_frame.frame(request, name, "share"), "grants": found, "form": form, "title": _("Access")}
    return render(request, "web/models/share.html", context, status=status(form))


def _back(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("web:model_share", args=[name]))
