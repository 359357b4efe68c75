"""Transition requests in words and marks: what is asked for, how far it is, what the gates read, what changes. Pure."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.registry.approval_records import ActivityRecord, GateRecord, RequestDetail, RequestRecord
from apps.registry.differences import Comparison, Difference
from apps.web import formats
from apps.web.differences import Cell, Group, Row
from apps.web.directions import direction

PENDING = ("open", "changes_requested", "approved", "executing")


@dataclass(frozen=True, slots=True)
class Mark:
    """A badge."""

    text: Any
    kind: str
    icon: str


STATES = {
    "open": Mark(gettext_lazy("Open"), "info", icon="circle-dot"),
    "changes_requested": Mark(gettext_lazy("Changes requested"), "warn", icon="message"),
    "approved": Mark(gettext_lazy("Approved, waits for gates"), "info", icon="hourglass"),
    "executing": Mark(gettext_lazy("Executing"), "info", icon="refresh"),
    "done": Mark(gettext_lazy("Done"), "good", icon="check"),
    "rejected": Mark(gettext_lazy("Rejected"), "bad", icon="x"),
    "cancelled": Mark(gettext_lazy("Cancelled"), "", icon="ban"),
    "expired": Mark(gettext_lazy("Expired"), "", icon="clock"),
    "overridden": Mark(gettext_lazy("Overridden"), "warn", icon="alert-triangle"),
    "failed": Mark(gettext_lazy("Failed"), "bad", icon="circle-x"),
}


def title(record: RequestRecord) -> str:
    """What is asked for: "fraud version 14 to Production"."""
    names = {"model": record.model, "number": record.number, "target": record.target}
    return {
        "transition": _("%(model)s version %(number)s to %(target)s"),
        "set_alias": _("Alias %(target)s to %(model)s version %(number)s"),
        "delete_alias": _("Take alias %(target)s from %(model)s"),
        "delete_version": _("Delete %(model)s version %(number)s"),
        "delete_model": _("Delete model %(model)s"),
        "rename_model": _("Rename %(model)s to %(target)s"),
    }[record.act] % names


def acts(record: RequestRecord) -> str:
    """What is to be done to it, in a list; "" for a move to a stage or an alias, which its mark says."""
    return {
        "delete_alias": _("take alias away"),
        "delete_version": _("delete version"),
        "delete_model": _("delete model"),
        "rename_model": _("rename to %(name)s") % {"name": record.target},
    }.get(record.act, "")


def thing(record: RequestRecord) -> str:
    """What it is about, short: "fraud 14"."""
    return record.model if record.number is None else f"{record.model} {record.number}"


def steps(detail: RequestDetail, gates: list["GateRow"]) -> list[dict[str, str]]:
    """From opened over gates and votes to where it goes, or how it ended: for ui/_steps.html."""
    record = detail.request
    over = record.state not in PENDING
    passed = sum(gate.result == "pass" for gate in gates)
    given = sum(vote.counts and vote.decision == "approve" for vote in detail.votes)
    needed = sum(rule.needed for rule in detail.rules)
    gates_done = not any(gate.blocks for gate in gates)
    votes_done = all(len(rule.voters) >= rule.needed for rule in detail.rules) and bool(detail.rules or detail.policies)
    tested = _("%(passed)d of %(all)d passed") % {"passed": passed, "all": len(gates)} if gates else _("none asked for")
    voted = ngettext("%(n)d approval", "%(n)d approvals", given) % {"n": given}
    if needed:
        voted = _("%(given)d of %(needed)d given") % {"given": given, "needed": needed}
    return [
        {"name": _("Opened"), "fact": _("by %(name)s") % {"name": record.requester}, "is": "done"},
        {"name": _("Gates"), "fact": tested, "is": "done" if gates_done or over else "current"},
        {"name": _("Votes"), "fact": voted, "is": "done" if votes_done or over else "current" if gates_done else ""},
        _end(record, votes_done and gates_done),
    ]


def _end(record: RequestRecord, is_ready: bool) -> dict[str, str]:
    if record.state in PENDING:
        name = record.target if record.act == "transition" else _("Execution")
        is_current = is_ready or record.state == "executing"
        return {"name": name, "fact": _("when nothing is missing"), "is": "current" if is_current else ""}
    by = _("by %(name)s") % {"name": record.closed_by} if record.closed_by else ""
    moved = record.state in ("done", "overridden") and record.act == "transition"
    return {"name": record.target if moved else str(STATES[record.state].text), "fact": by, "is": "done"}


@dataclass(slots=True)
class GateRow:
    """An automatic check as ui/_gate.html shows it."""

    key: str
    rule: str
    result: str
    measured: str
    body: list[str] = field(default_factory=list)
    url: str = ""
    blocks: bool = False

    @property
    def id(self) -> str:
        """Another one for another result: a gate that fails now opens by itself."""
        return f"gate-{self.key}-{self.result}"


_RESULTS = {"passed": "pass", "failed": "fail", "pending": "wait"}


def gate_rows(detail: RequestDetail, kept: list[GateRecord]) -> list[GateRow]:
    """The gates of a pending request as they are now, those of a decided one as they were kept."""
    by_label = {one.label: one for one in kept}
    if detail.request.state not in PENDING:  # kept in the order of their answers, shown in that of the policies
        labels = [gate.label[:500] for policy in detail.policies for gate in policy.terms.gates]
        ordered = sorted(kept, key=lambda one: labels.index(one.label) if one.label in labels else len(labels))
        return [_gate_row(str(at), one.label, one, one) for at, one in enumerate(ordered)]
    rows = []
    for at, finding in enumerate(detail.findings):
        row = _gate_row(str(at), finding.gate.label, finding, by_label.get(finding.gate.label[:500]))
        row.blocks = finding.state == "pending" or (finding.state == "failed" and finding.gate.on_fail == "block")
        if finding.state == "failed":
            row.body.append(
                _("The policy: this gate blocks while it fails.")
                if finding.gate.on_fail == "block"
                else _("The policy: this gate does not block, it asks the first rule for one more approval.")
            )
        rows.append(row)
    return rows


def _gate_row(key: str, label: str, found: Any, kept: GateRecord | None) -> GateRow:
    row = GateRow(key, label, _RESULTS[found.state], found.measured, _inputs(found.inputs))
    url = found.inputs.get("url")
    row.url = url if isinstance(url, str) else ""
    if kept and kept.worker:
        row.body.append(_("Evaluated by a worker on %(host)s.") % {"host": kept.worker})
    elif kept:
        row.body.append(_("Evaluated with the last change of the request."))
    return row


def _inputs(inputs: dict[str, Any]) -> list[str]:
    """What a gate read, a line each."""
    return [f"{key.replace('_', ' ')}: {_input(value)}" for key, value in inputs.items() if key != "url"]


def _input(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, float):
        return formats.number(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_input(one)}" for key, one in value.items()) or _("none")
    if isinstance(value, list | tuple):
        return ", ".join(" ".join(map(str, one)) if isinstance(one, list | tuple) else str(one) for one in value) or _("none")
    return str(value)


GROUPS = {
    "Metrics": gettext_lazy("Metrics"),
    "Params": gettext_lazy("Params"),
    "Data": gettext_lazy("Data"),
    "Signature": gettext_lazy("Signature"),
    "Packages": gettext_lazy("Packages"),
    "Code": gettext_lazy("Code"),
    "Tags": gettext_lazy("Tags"),
    "Files": gettext_lazy("Files"),
}


@dataclass(slots=True)
class Changes:
    """The difference table: its groups, and how many rows there are of which how many differ."""

    groups: list[Group]
    total: int
    differing: int
    before: int | None
    after: int
    breaking: list[Difference] = field(default_factory=list)

    @property
    def columns(self) -> list[dict[str, str]]:
        """The heads of the values."""
        after = {"name": _("Version %(n)d") % {"n": self.after}, "note": _("candidate")}
        if self.before is None:
            return [after]
        return [{"name": _("Version %(n)d") % {"n": self.before}, "note": _("stands there")}, after]


def changes(found: Comparison, *, everything: bool) -> Changes:
    """What an approver looks at; without `everything` only rows that differ. Where nothing stands there, all rows."""
    alone = found.before is None
    groups, total, differing = [], 0, 0
    for name, lines in found.groups.items():
        rows = [_row(name, line, alone) for line in lines if everything or alone or line.is_change]
        total, differing = total + len(lines), differing + sum(line.is_change for line in lines)
        if rows:
            groups.append(Group(GROUPS[name], rows))
    return Changes(groups, total, differing, found.before, found.after, found.breaking)


def _row(group: str, line: Difference, alone: bool) -> Row:
    shorten = _short_hash if group in ("Files", "Code") else str
    after = Cell(shorten(line.after) if line.after is not None else "")
    if alone:
        return Row(line.name, [after])
    before = Cell(shorten(line.before) if line.before is not None else "")
    if group == "Metrics" and line.number_before is not None and line.number_after is not None:
        _compare_numbers(line.name, line.number_before, line.number_after, before, after)
    elif line.is_change:
        after.diff = "add" if line.before is None else "del" if line.after is None else "chg"
    if line.breaks:
        after.delta, after.better = line.breaks, False
    return Row(line.name, [before, after])


def _compare_numbers(name: str, first: float, second: float, before: Cell, after: Cell) -> None:
    by = second - first
    before.text, after.text = formats.number(float(first)), formats.number(float(second))
    way = direction(name)
    if not by:
        return
    after.delta = formats.signed(by)
    if first:
        share = by / abs(first)
        after.delta += f" ({'+' if share > 0 else ''}{formats.percent(share)})"
    if way:
        after.better = by * way > 0
        (after if after.better else before).best = True


def _short_hash(text: str) -> str:
    return text[:12] if len(text) == 64 or len(text) == 40 else text


# How kinds of lines read; what a line says besides is put in by `event`.
LINES = {
    "requested": Mark(gettext_lazy("opened the request"), "", icon="arrow-narrow-right"),
    "approved": Mark(gettext_lazy("approved"), "good", icon="circle-check"),
    "rejected": Mark(gettext_lazy("rejected"), "bad", icon="circle-x"),
    "changes_requested": Mark(gettext_lazy("asked for changes"), "warn", icon="message"),
    "withdrawn": Mark(gettext_lazy("took the vote back"), "", icon="arrow-back-up"),
    "dismissed": Mark(gettext_lazy("Votes were dismissed"), "warn", icon="alert-triangle"),
    "cancelled": Mark(gettext_lazy("cancelled the request"), "", icon="ban"),
    "expired": Mark(gettext_lazy("The request expired"), "warn", icon="clock"),
    "failed": Mark(gettext_lazy("The execution failed"), "bad", icon="circle-x"),
    "overridden": Mark(gettext_lazy("overrode the policy"), "warn", icon="alert-triangle"),
    "alias_set": Mark(gettext_lazy("set the alias"), "good", icon="at"),
    "alias_deleted": Mark(gettext_lazy("took the alias away"), "", icon="at"),
    "deleted": Mark(gettext_lazy("deleted it"), "", icon="trash"),
    "renamed": Mark(gettext_lazy("renamed the model"), "", icon="pencil"),
}
MOVED = Mark("", "good", icon="arrow-narrow-right")


def event(line: ActivityRecord) -> dict[str, Any]:
    """A line of the history for ui/_thread.html; one whose person said something becomes a box."""
    if line.kind in ("transition", "rolled_back"):
        names = {"n": line.number, "from": line.from_stage, "to": line.to_stage}
        return _event(line, MOVED, _("moved version %(n)s from %(from)s to %(to)s") % names)
    mark = LINES.get(line.kind, Mark(line.kind.replace("_", " "), "", icon="point"))
    text = str(mark.text)
    if line.kind == "requested" and line.policies:
        text += " " + _("under policy %(policies)s") % {"policies": line.policies}
    if line.kind in ("alias_set", "alias_deleted"):
        text += f" {line.alias}"
    if line.system_comment:
        text += f": {line.system_comment}"
    return _event(line, mark, text, line.comment)


def _event(line: ActivityRecord, mark: Mark, text: str, comment: str = "") -> dict[str, Any]:
    actor = "" if line.actor.startswith("system:") else line.actor
    said = {"when": line.at, "actor": actor, "icon": mark.icon, "tone": mark.kind}
    return said | ({"comment": comment, "note": text} if comment else {"text": text})
