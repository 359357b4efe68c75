"""The channels of a workspace's chat: what is told there, and whether they answer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.notices.queries.chat import list_channels
from apps.notices.services import chat as services
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.notices import CHANNEL_KINDS, ChannelForm
from apps.web.forms.refusals import shown


@signed_in
def channel_list(request: HttpRequest) -> HttpResponse:
    """Whoever may MANAGE the workspace has them; a POST makes one."""
    actor = actor_of(request)
    channels = list_channels(actor)
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown(form, "url"):
            services.create_channel(actor, **form.cleaned_data)
            messages.success(request, _("The channel is made. Try it with the test button."))
            return HttpResponseRedirect(reverse("web:channels"))
    rows = [
        {"channel": channel, "kinds": [CHANNEL_KINDS[kind] for kind in channel.kinds if kind in CHANNEL_KINDS]}
        for channel in channels
    ]
    return render(request, "web/webhooks/channels.html", {"rows": rows, "form": form}, status=400 if form.errors else 200)


@signed_in
@require_POST
def test(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Send a few words now, and say what was answered."""
    sent = services.try_channel(actor_of(request), channel_id)
    if sent.error:
        messages.error(request, _("The chat did not take it: %(why)s") % {"why": sent.error})
    else:
        messages.success(request, _("The chat took it."))
    return HttpResponseRedirect(reverse("web:channels"))


@signed_in
@require_POST
def delete(request: HttpRequest, channel_id: int) -> HttpResponse:
    """Remove it."""
    services.delete_channel(actor_of(request), channel_id)
    messages.success(request, _("The channel is removed."))
    return HttpResponseRedirect(reverse("web:channels"))
