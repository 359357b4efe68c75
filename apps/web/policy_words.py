"""Policies in words: what each is about, what it asks for, what one change of it changed. Pure."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.registry.approval_records import Names, PolicyRecord
from apps.registry.terms import Rule, Terms
from apps.web import formats


def models(record: PolicyRecord) -> str:
    """Which models it is about."""
    if record.scope == "model":
        return record.subject
    if record.scope == "pattern":
        return _("models like %(pattern)s") % {"pattern": record.subject}
    if record.scope == "workspace":
        return _("every model of workspace %(name)s") % {"name": record.workspace}
    return _("every model of the server")


def who(users: tuple[int, ...], teams: tuple[int, ...], names: Names) -> str:
    """People and teams by name; numbers that nobody has any more stand as #7."""
    found = [_("team %(name)s") % {"name": names.teams.get(team, f"#{team}")} for team in teams]
    return ", ".join(found + [names.users.get(user, f"#{user}") for user in users])


def rule(one: Rule, names: Names) -> str:
    """ "2 approvals of team risk"."""
    people = who(one.users, one.teams, names)
    text = ngettext("%(n)d approval of %(who)s", "%(n)d approvals of %(who)s", one.number) % {"n": one.number, "who": people}
    plain = ", ".join([names.teams.get(team, "") for team in one.teams] + [names.users.get(user, "") for user in one.users])
    return text if one.name in (people, plain) else f"{one.name}: {text}"


def summary(terms: Terms, names: Names) -> str:
    """What it needs, in one line for lists."""
    needs = [rule(one, names) for one in terms.rules]
    if terms.gates:
        needs.append(ngettext("%(n)d gate", "%(n)d gates", len(terms.gates)) % {"n": len(terms.gates)})
    return "; ".join(needs) or _("nothing: it only writes down who moved what")


def is_narrow(terms: Terms) -> bool:
    """Whether a rule names no more people than it asks for, so that nobody of them could ask for a promotion."""
    return terms.separation.requester and any(not one.teams and len(one.users) <= one.number for one in terms.rules)


SEPARATION = ("requester", "version_creator", "run_owner", "gate_changer")


def separated(terms: Terms) -> list[str]:
    """Who cannot approve."""
    words = {
        "requester": _("the requester"),
        "version_creator": _("whoever registered the version"),
        "run_owner": _("the owner of the source run"),
        "gate_changer": _("whoever changed what a gate reads"),
    }
    return [words[name] for name in SEPARATION if getattr(terms.separation, name)]


def lines(terms: Terms, names: Names) -> list[str]:
    """All that it says, a sentence each, for the page and for differences between versions."""
    said = [rule(one, names) for one in terms.rules] or [_("No approvals: the gates decide alone")]
    for gate in terms.gates:
        fails = _("else it blocks") if gate.on_fail == "block" else _("else one more approval")
        said.append(_("Gate: %(label)s, %(fails)s") % {"label": gate.label, "fails": fails})
    cannot = ", ".join(separated(terms)) or _("nobody is kept from it")
    said.append(_("Cannot approve: %(who)s") % {"who": cannot})
    said.append(_("May override: %(who)s") % {"who": _override(terms, names)})
    said.append(_("Versions that stand there are archived") if terms.archive_existing else _("Versions that stand there stay"))
    if terms.bound_alias:
        said.append(_("Bound alias: %(alias)s") % {"alias": terms.bound_alias})
    said.append(_("Requests expire after %(time)s") % {"time": formats.duration(terms.expires_hours * 3600)})
    if terms.preapproved_rollback:
        said.append(_("Going back to what stood there before is approved beforehand"))
    if terms.second_person:
        said.append(_("A change of this policy needs a second person"))
    return said


def _override(terms: Terms, names: Names) -> str:
    found = who(terms.override.users, terms.override.teams, names)
    admins = [_("administrators")] if terms.override.administrators else []
    return ", ".join(([found] if found else []) + admins) or _("nobody")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a policy with what it changed: lines with a sign, "+" or "−"."""

    record: PolicyRecord
    changed: list[dict[str, str]]


def history(records: list[PolicyRecord], names: Names) -> list[Version]:
    """All versions, the newest first, each compared with what was in force before it."""
    found, before = [], None
    for record in sorted(records, key=lambda one: one.number):
        found.append(Version(record, difference(before.terms if before else None, record, names)))
        if record.state in ("current", "past"):
            before = record
    return list(reversed(found))


def difference(before: Terms | None, after: PolicyRecord, names: Names) -> list[dict[str, str]]:
    """Lines that are gone and lines that are new."""
    if after.retires:
        return [{"line": "del", "sign": "−", "text": _("The whole policy")}]
    old, new = (lines(before, names) if before else []), lines(after.terms, names)
    gone: list[dict[str, Any]] = [{"line": "del", "sign": "−", "text": line} for line in old if line not in new]
    return gone + [{"line": "add", "sign": "+", "text": line} for line in new if line not in old]
