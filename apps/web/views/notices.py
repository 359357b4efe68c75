"""One's inbox of notices, and how one wants to be told."""

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.queries import users
from apps.notices.kinds import KINDS
from apps.notices.queries import chat as chat_queries
from apps.notices.queries import inbox as queries
from apps.notices.services import chat as chat_services
from apps.notices.services import inbox as services
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.notices import ChatForm
from apps.web.forms.refusals import shown
from apps.web.tabs import settings_tabs

ICONS = {
    "approval_wanted": {"icon": "checklist"},
    "request_decided": {"icon": "gavel"},
    "votes_dismissed": {"icon": "refresh-alert"},
    "version_moved": {"icon": "arrow-narrow-right"},
    "override": {"icon": "alert-triangle"},
    "mention": {"icon": "at"},
    "comment": {"icon": "message"},
    "execution": {"icon": "player-play"},
}


@signed_in
def inbox(request: HttpRequest) -> HttpResponse:
    """What one should know: unread first, then the newest; by kind, in pages."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    rows, after = queries.list_inbox(actor, kind=kind, cursor=request.GET.get("after", ""))
    context = {
        "rows": [{"notice": row, "label": KINDS[row.kind].label, **ICONS[row.kind]} for row in rows if row.kind in KINDS],
        "after": after,
        "kind": kind,
        "kinds": [{"name": name, "label": known.label} for name, known in KINDS.items()],
        "unread": queries.count_unread(actor),
        "here": request.GET.get("after", ""),
        "is_first": "after" not in request.GET,
    }
    return render(request, "web/notices/inbox.html", context)


@signed_in
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go to the thing, and note that the notice was read."""
    actor = actor_of(request)
    notice = queries.get_notice(actor, notice_id)
    services.mark_read(actor, [notice.id])
    return HttpResponseRedirect(_local(notice.url))


@signed_in
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one's own notices as read: those named, or all."""
    wanted = request.POST.getlist("id")
    services.mark_read(actor_of(request), [int(one) for one in wanted if one.isdecimal()] if wanted else None)
    place = {name: value for name in ("kind", "after") if (value := request.POST.get(name, ""))}
    return HttpResponseRedirect(reverse("web:notices") + (f"?{urlencode(place)}" if place else ""))


@signed_in
def preferences(request: HttpRequest) -> HttpResponse:
    """How one is told of each kind; a POST keeps all of it."""
    actor = actor_of(request)
    if request.method == "POST":
        has_chat = chat_queries.get_own_chat(actor) is not None
        for kind in KINDS:
            in_app, mail, chat = (f"{kind}.{way}" in request.POST for way in ("app", "mail", "chat"))
            services.set_preference(actor, kind, in_app=in_app, mail=mail, chat=chat if has_chat else None)
        messages.success(request, _("Saved: that is how you are told from now on."))
        return HttpResponseRedirect(reverse("web:notice_preferences"))
    return _preferences(request, ChatForm())


@signed_in
@require_POST
def own_chat(request: HttpRequest) -> HttpResponse:
    """Give, replace or remove the address of one's own chat, or try it."""
    actor, act = actor_of(request), request.POST.get("act", "")
    if act == "remove":
        chat_services.delete_own_chat(actor)
        messages.success(request, _("The chat is removed."))
        return HttpResponseRedirect(reverse("web:notice_preferences"))
    if act == "test":
        return _preferences(request, ChatForm(), tried=chat_services.try_own_chat(actor))
    form = ChatForm(request.POST)
    if form.is_valid():
        with shown(form, "url"):
            chat_services.set_own_chat(actor, form.cleaned_data["url"])
        if not form.errors:
            messages.success(request, _("The chat is saved. Try it with the test button."))
            return HttpResponseRedirect(reverse("web:notice_preferences"))
    return _preferences(request, form)


def _preferences(request: HttpRequest, form: ChatForm, tried: object = None) -> HttpResponse:
    actor = actor_of(request)
    chosen = queries.list_preferences(actor)
    context = {
        "rows": [{"kind": name, "label": kind.label, "channels": chosen[name], **ICONS[name]} for name, kind in KINDS.items()],
        "chat": chat_queries.get_own_chat(actor),
        "me": users.me(actor),
        "form": form,
        "tried": tried,
        "tabs": settings_tabs(request),
    }
    return render(request, "web/settings/notices.html", context, status=400 if form.errors else 200)


def _local(url: str) -> str:
    """The path of an address of ours, so that it opens under whatever name this server was reached by."""
    parts = urlsplit(url)
    path = "/" + parts.path.lstrip("/")
    return path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
