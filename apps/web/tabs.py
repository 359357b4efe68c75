"""Tabs of the settings and of the administration; one whose address does not exist is not shown."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SETTINGS = (
    ("web:profile", _("Profile")),
    ("web:password", _("Password")),
    ("web:tokens", _("Access tokens")),
    ("web:sessions", _("Sessions")),
    ("web:teams", _("Teams")),
    ("web:notice_preferences", _("Notices")),
)
ADMIN = (
    ("web:admin_users", _("Users")),
    ("web:admin_teams", _("Teams")),
    ("web:admin_workspaces", _("Workspaces")),
    ("web:admin_audit", _("Audit")),
    ("web:admin_storage", _("Storage")),
    ("web:admin_doctor", _("Artifact doctor")),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """What ui/_tabs.html shows."""

    label: str | Promise
    url: str
    current: bool
    count: None = None


def settings_tabs(request: HttpRequest) -> list[Tab]:
    """Of one's own settings."""
    return _tabs(request, SETTINGS)


def admin_tabs(request: HttpRequest) -> list[Tab]:
    """Of the administration."""
    return _tabs(request, ADMIN)


def _tabs(request: HttpRequest, entries: tuple[tuple[str, Promise], ...]) -> list[Tab]:
    tabs = []
    for name, label in entries:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        tabs.append(Tab(label, url, request.path.startswith(url)))
    return tabs
