"""The kinds of notices, and how people are told of them unless they say otherwise. Pure."""

from typing import NamedTuple


class Kind(NamedTuple):
    """What it is about, in the words of the settings page, and the channels that are on at first."""

    label: str
    in_app: bool = True
    mail: bool = True


KINDS: dict[str, Kind] = {
    "approval_wanted": Kind("A request waits for my approval"),
    "request_decided": Kind("A request of mine was approved, rejected or ended"),
    "votes_dismissed": Kind("A version changed and my vote on it was dismissed"),
    "version_moved": Kind("A version of mine moved to another stage", mail=False),
    "override": Kind("A policy was overridden"),
    "mention": Kind("Somebody mentioned me"),
    "comment": Kind("Somebody commented on something of mine, or where I had commented", mail=False),
    "execution": Kind("An execution of mine ended", mail=False),
}
