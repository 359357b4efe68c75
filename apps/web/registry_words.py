"""The history of a model in words, with links to its versions and requests."""

from collections.abc import Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.registry.approval_records import ActivityRecord

ICONS: dict[str, dict[str, str]] = {
    "created": {"icon": "cube"},
    "described": {"icon": "note"},
    "renamed": {"icon": "pencil"},
    "deleted": {"icon": "trash", "tone": "warn"},
    "restored": {"icon": "restore"},
    "transition": {"icon": "arrow-narrow-right"},
    "rolled_back": {"icon": "arrow-back-up", "tone": "warn"},
    "alias_set": {"icon": "at"},
    "alias_deleted": {"icon": "at"},
    "requested": {"icon": "checklist"},
    "approved": {"icon": "circle-check", "tone": "good"},
    "rejected": {"icon": "circle-x", "tone": "bad"},
    "changes_requested": {"icon": "message", "tone": "warn"},
    "withdrawn": {"icon": "arrow-back-up"},
    "cancelled": {"icon": "ban"},
    "dismissed": {"icon": "alert-triangle", "tone": "warn"},
    "expired": {"icon": "clock", "tone": "warn"},
    "failed": {"icon": "circle-x", "tone": "bad"},
    "overridden": {"icon": "alert-triangle", "tone": "bad"},
    "comment": {"icon": "message"},
}


def address(name: str, *args: object) -> str:
    """An address of these pages; "" where there is none of that name."""
    try:
        return reverse(f"web:{name}", args=args)
    except NoReverseMatch:
        return ""


def events(lines: Sequence[ActivityRecord], model: str, *, of_version: bool = False) -> list[dict[str, Any]]:
    """The lines for ui/_timeline.html. `of_version`: on a version's own page, which needs no link to itself."""
    return [_event(line, model, of_version) for line in lines]


def _event(line: ActivityRecord, model: str, of_version: bool) -> dict[str, Any]:
    event: dict[str, Any] = {
        **ICONS.get(line.kind, {"icon": "point"}),
        "actor": "" if line.actor.startswith("system:") else line.actor,
        "when": line.at,
    }
    if line.kind == "comment":
        return event | {"comment": line.comment, "note": _("to version %(n)d") % {"n": line.number} if line.number else ""}
    text = _words(line, _version(line, model, of_version))
    if said := line.comment if line.kind != "renamed" else "":
        text = format_html("{}: “{}”", text, said)
    if line.system_comment:
        text = format_html("{}, {}", text, line.system_comment)
    if line.policies:
        text = format_html("{} <span class='faint'>{}</span>", text, _("policy %(label)s") % {"label": line.policies})
    return event | {"text": text}


def _words(line: ActivityRecord, what: SafeString) -> SafeString:
    """What happened, without who and why."""
    stage, alias, request = _stage(line.to_stage), _alias(line.alias), _request(line)
    texts = {
        "created": (_("registered the model"), ()),
        "described": (_("changed the description of {}"), (what,)),
        "renamed": (_("renamed it to {}"), (line.comment,)),
        "deleted": (_("moved {} to the trash"), (what,)),
        "restored": (_("took {} out of the trash"), (what,)),
        "transition": (_("moved {} from {} to {}"), (what, _stage(line.from_stage), stage)),
        "rolled_back": (_("brought {} back to {}"), (what, stage)),
        "alias_set": (_("set {} on {}"), (alias, what)),
        "alias_deleted": (_("took {} away"), (alias,)),
        "requested": (_("asked for {} in {}"), (_wish(line, what), request)),
        "approved": (_("approved {}"), (request,)),
        "rejected": (_("rejected {}"), (request,)),
        "changes_requested": (_("asked for changes in {}"), (request,)),
        "withdrawn": (_("took the vote on {} back"), (request,)),
        "cancelled": (_("cancelled {}"), (request,)),
        "dismissed": (_("Votes on {} were dismissed"), (request,)),
        "expired": (_("{} expired"), (request,)),
        "failed": (_("{} could not be carried out"), (request,)),
        "overridden": (_("overrode the policy in {}"), (request,)),
    }
    text, parts = texts.get(line.kind, ("{}", (line.kind.replace("_", " "),)))
    return format_html(text, *parts) if parts else format_html("{}", text)


def _version(line: ActivityRecord, model: str, of_version: bool) -> SafeString:
    if line.number is None:
        return format_html("{}", _("the model"))
    if of_version:
        return format_html("{}", _("this version"))
    text, url = _("version %(n)d") % {"n": line.number}, reverse("web:model_version", args=[model, line.number])
    return format_html('<a href="{}">{}</a>', url, text)


def _wish(line: ActivityRecord, what: SafeString) -> SafeString:
    """What a request asks for."""
    if line.to_stage:
        return format_html("{} {} {}", _stage(line.to_stage), _("for"), what)
    return (
        format_html("{} {} {}", _alias(line.alias), _("for"), what)
        if line.alias
        else format_html("{} {}", _("a change of"), what)
    )


def _request(line: ActivityRecord) -> SafeString:
    if line.request_id is None:
        return format_html("{}", _("the request"))
    text, url = _("request %(n)d") % {"n": line.request_id}, address("request", line.request_id)
    return format_html('<a href="{}">{}</a>', url, text) if url else format_html("{}", text)


def _stage(stage: str) -> SafeString:
    return format_html('<span class="stage" data-stage="{}">{}</span>', stage, stage) if stage else format_html("{}", "")


def _alias(alias: str) -> SafeString:
    return format_html('<span class="alias">@{}</span>', alias) if alias else format_html("{}", "")
