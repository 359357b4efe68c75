"""The kinds of notices, and how people are told of them unless they say otherwise. Pure."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Channels(NamedTuple):
    """The ways in which somebody is told of a kind of thing."""

    in_app: bool
    mail: bool
    chat: bool


class Kind(NamedTuple):
    """What it is about, in the words of the settings page, and the channels that are on at first."""

    label: str | Promise
    in_app: bool = True
    mail: bool = True
    chat: bool = True  # for those who have given one


KINDS: dict[str, Kind] = {
    "approval_wanted": Kind(_("A request waits for my approval")),
    "request_decided": Kind(_("A request of mine was approved, rejected or ended")),
    "votes_dismissed": Kind(_("A version changed and my vote on it was dismissed")),
    "version_moved": Kind(_("A version of mine moved to another stage"), mail=False, chat=False),
    "override": Kind(_("A policy was overridden")),
    "mention": Kind(_("Somebody mentioned me")),
    "comment": Kind(_("Somebody commented on something of mine, or where I had commented"), mail=False, chat=False),
    "execution": Kind(_("An execution of mine ended"), mail=False, chat=False),
}
