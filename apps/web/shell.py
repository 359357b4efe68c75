"""What the frame around every page needs: places to go, workspaces, the person's theme and navigation width.

A place is shown only if its address exists and the person may open it, so that nothing in the frame is a dead link.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from apps.access.queries.workspaces import list_workspaces
from apps.core.actor import Actor
from apps.core.errors import DomainError
from apps.notices.queries.inbox import count_unread
from apps.registry.queries import inbox
from apps.web.base import actor_of

_WORKSPACE = re.compile(r"^/w/[^/]+(?=/)")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. `under` are the path prefixes on which it is the current one; `on_tabbar` puts it on phones."""

    name: str
    label: str | Promise
    icon: str
    under: tuple[str, ...] = ()
    on_tabbar: bool = False
    admin_only: bool = False


PLACES = (
    Place("web:home", _("Home"), icon="home", under=("/$",), on_tabbar=True),
    Place("web:experiments", _("Experiments"), icon="flask", under=("/experiments/", "/runs/"), on_tabbar=True),
    Place("web:models", _("Models"), icon="cube", under=("/models/",), on_tabbar=True),
    Place("web:approvals", _("Approvals"), icon="checklist", under=("/approvals/",), on_tabbar=True),
    Place("web:projects", _("Projects"), icon="folder", under=("/projects/",)),
    Place("web:executions", _("Executions"), icon="player-play", under=("/executions/",)),
    Place("web:workers", _("Workers"), icon="server", under=("/workers/",)),
    Place("web:deployments", _("Serving"), icon="cloud", under=("/deployments/",)),
)
# In the header, with what waits there.
APPROVALS = "web:approvals"
NOTICES = Place("web:notices", _("Notices"), icon="bell", under=("/notices/",))
FOOT = (
    Place("web:trash", _("Trash"), icon="trash", under=("/trash/",)),
    Place("web:admin", _("Administration"), icon="shield", under=("/admin/",), admin_only=True),
    Place("web:settings", _("Settings"), icon="settings", under=("/settings/",)),
)
ACCOUNT = (
    Place("web:profile", _("Profile"), icon="user"),
    Place("web:tokens", _("Access tokens"), icon="key"),
    Place("web:sessions", _("Sessions"), icon="devices"),
    Place("web:webhooks", _("Webhooks"), icon="webhook"),
    Place("web:admin", _("Administration"), icon="shield", admin_only=True),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """A choice of the theme menu."""

    value: str
    label: str | Promise
    icon: str


THEMES = (
    Theme("light", _("Light"), icon="sun"),
    Theme("dark", _("Dark"), icon="moon"),
    Theme("auto", _("As the system"), icon="device-desktop"),
)


@dataclass(slots=True)
class Link:
    """A place that exists, ready for the template; `count` is what waits there for the person."""

    name: str
    label: str | Promise
    icon: str
    url: str
    current: bool = False
    on_tabbar: bool = False
    count: Any = 0  # a lazy number: only the frame itself asks for it


@dataclass(slots=True)
class Shell:
    """The frame's data.

    `theme` is auto, light or dark; `nav` auto (the page decides), wide or slim; `urls` holds the addresses of the frame's own
    requests that exist: preferences, suggest, logout, login, home; `workspaces` a (lazy) list of name and url; `approvals` and
    `notices` the places in the header with what waits there.
    """

    theme: str = "auto"
    nav: str = "auto"
    places: list[Link] = field(default_factory=list)
    foot: list[Link] = field(default_factory=list)
    account: list[Link] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    workspace: str = "default"
    workspaces: Any = ()
    notices: Link | None = None
    themes: tuple[Theme, ...] = THEMES

    @property
    def tabbar(self) -> list[Link]:
        """The four places that a phone shows at the foot; the rest is behind More."""
        return [link for link in self.places if link.on_tabbar][:4]

    @property
    def approvals(self) -> Link | None:
        """The place in the header that says how many requests wait for the person."""
        return next((link for link in self.places if link.name == APPROVALS), None)


def context(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` for templates/base.html and base_plain.html."""
    return {"shell": build(request)}


def build(request: HttpRequest) -> Shell:
    """The frame for whoever asks; for nobody in particular it has no places."""
    person: Any = getattr(request, "user", None)
    urls = {name: url for name in ("preferences", "suggest", "logout", "login", "home") if (url := _address(f"web:{name}"))}
    if not getattr(person, "is_authenticated", False):  # the API's pages know an actor, and no account
        return Shell(urls=urls)
    admin = person.is_admin
    path = _WORKSPACE.sub("", request.path_info)
    places = _links(PLACES, path, admin)
    for link in places:
        if link.name == APPROVALS:
            link.count = _lazy(request, inbox.count_waiting)
    notices = next(iter(_links([NOTICES], path, admin)), None)
    if notices:
        notices.count = _lazy(request, count_unread)
    return Shell(
        theme=person.theme,
        nav=person.nav,
        places=places,
        notices=notices,
        foot=_links(FOOT, path, admin),
        account=_links(ACCOUNT, path, admin),
        urls=urls,
        workspace=getattr(request, "workspace", "default"),
        workspaces=SimpleLazyObject(lambda: _workspaces(request)),  # asked for by pages with the frame only
    )


def _lazy(request: HttpRequest, question: Callable[[Actor], int]) -> Any:
    """A number that is asked for when the frame is drawn, and then once for the request."""

    def ask() -> int:
        known: dict[str, int] = request.__dict__.setdefault("_shell_counts", {})
        if question.__name__ not in known:
            try:
                known[question.__name__] = question(actor_of(request))
            except DomainError:  # a workspace that they may not see: the page says so
                known[question.__name__] = 0
        return known[question.__name__]

    return SimpleLazyObject(ask)


def _workspaces(request: HttpRequest) -> list[dict[str, str]]:
    """Name and address of each that the person may see; none where the switch would have one choice."""
    try:
        names = [workspace.name for workspace in list_workspaces(actor_of(request))]
    except DomainError:
        return []
    return [{"name": name, "url": "/" if name == "default" else f"/w/{name}/"} for name in names] if len(names) > 1 else []


def _links(places: Iterable[Place], path: str, admin: bool) -> list[Link]:
    links = []
    for place in places:
        url = _address(place.name)
        if url and (admin or not place.admin_only):
            links.append(Link(place.name, place.label, place.icon, url, _is_current(place, path), place.on_tabbar))
    return links


def _is_current(place: Place, path: str) -> bool:
    return any(path == prefix[:-1] if prefix.endswith("$") else path.startswith(prefix) for prefix in place.under)


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
