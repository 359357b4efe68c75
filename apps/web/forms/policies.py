"""The policy editor's form: rows of rules and gates that come and go, without a page of JSON.

It is not a Django form: rows are added and taken away by buttons of the form itself, which answers with the form as it is then.
Each row has a key; the fields of a row are called `<key>-<field>`.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

GATES: dict[str, str | Promise] = {
    "metric": gettext_lazy("Metric against a limit"),
    "relative_metric": gettext_lazy("Metric against the version that stands there"),
    "tags": gettext_lazy("Tags"),
    "description": gettext_lazy("Has a description"),
    "signature": gettext_lazy("Has a signature"),
    "input_example": gettext_lazy("Has an input example"),
    "dataset": gettext_lazy("Its run names a dataset"),
    "clean_commit": gettext_lazy("Trained from a clean commit"),
    "stored_artifacts": gettext_lazy("All artifacts are kept and hashed here"),
    "external": gettext_lazy("Check that CI posts"),
}
FIELDS = ("key", "comparison", "value", "direction", "tolerance", "unit", "tags", "name")
DEFAULTS = {"comparison": ">=", "direction": "higher", "tolerance": "0", "unit": "absolute"}
MOST_ROWS = 60
SWITCHES = ("archive_existing", "preapproved_rollback", "second_person", "override_administrators")
SEPARATION: dict[str, str | Promise] = {
    "requester": gettext_lazy("The requester"),
    "version_creator": gettext_lazy("Whoever registered the version"),
    "run_owner": gettext_lazy("The owner of the source run"),
    "gate_changer": gettext_lazy("Whoever changed last what a gate reads"),
}
_PATH = re.compile(r"(rules|gates)\[(\d+)\](?:\.\w+)?: ?")


@dataclass(slots=True)
class RuleRow:
    """So many approvals of these people."""

    row: str
    name: str = ""
    number: str = "1"
    teams: str = ""
    users: str = ""
    error: str = ""

    def terms(self) -> dict[str, Any]:
        """As services read it."""
        return {"name": self.name, "number": _whole(self.number), "teams": _names(self.teams), "users": _names(self.users)}


@dataclass(slots=True)
class GateRow:
    """One automatic check; which of the values count is said by its kind."""

    row: str
    kind: str
    on_fail: str = "block"
    values: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def label(self) -> str | Promise:
        """What kind it is."""
        return GATES.get(self.kind, self.kind)

    def terms(self) -> dict[str, Any]:
        """As services read it."""
        said: dict[str, Any] = {"kind": self.kind, "on_fail": self.on_fail}
        value = {name: self.values.get(name, "").strip() for name in FIELDS}
        if self.kind == "metric":
            said |= {"key": value["key"], "comparison": value["comparison"], "value": _real(value["value"])}
        elif self.kind == "relative_metric":
            said |= {"key": value["key"], "direction": value["direction"], "unit": value["unit"]}
            said["tolerance"] = _real(value["tolerance"] or "0")
        elif self.kind == "tags":
            pairs = [part.partition("=") for part in value["tags"].split(",") if part.strip()]
            said["tags"] = {key.strip(): wanted.strip() for key, _equals, wanted in pairs}
        elif self.kind in ("dataset", "external"):
            said["name"] = value["name"]
        return said


@dataclass(slots=True)
class PolicyForm:
    """What the editor shows and reads."""

    scope: str = "model"
    subject: str = ""
    target_kind: str = "stage"
    target: str = "Production"
    rules: list[RuleRow] = field(default_factory=list)
    gates: list[GateRow] = field(default_factory=list)
    separation: set[str] = field(default_factory=lambda: set(SEPARATION))
    switches: set[str] = field(default_factory=lambda: {"archive_existing", "override_administrators"})
    override_teams: str = ""
    override_users: str = ""
    bound_alias: str = ""
    expires_days: str = "14"
    comment: str = ""
    error: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def terms(self) -> dict[str, Any]:
        """The terms as people write them, with names; what is wrong in them is said by the service."""
        return {
            "rules": [rule.terms() for rule in self.rules],
            "gates": [gate.terms() for gate in self.gates],
            "separation": {name: name in self.separation for name in SEPARATION},
            "override": {
                "teams": _names(self.override_teams),
                "users": _names(self.override_users),
                "administrators": "override_administrators" in self.switches,
            },
            "bound_alias": self.bound_alias if self.target_kind == "stage" else "",
            "expires_hours": _hours(self.expires_days),
            **{name: name in self.switches for name in SWITCHES if name != "override_administrators"},
        }

    def refuse(self, message: str) -> None:
        """Put what a service said beside the row or field that it is about."""
        if match := _PATH.match(message):
            rows: list[Any] = self.rules if match[1] == "rules" else self.gates
            if int(match[2]) < len(rows):
                rows[int(match[2])].error = _sentence(message[match.end() :])
                return
        name, colon, rest = message.partition(": ")
        if colon and name in ("subject", "target", "bound_alias", "expires_hours", "comment", "scope"):
            self.errors[name] = _sentence(rest)
        else:
            self.error = message

    @property
    def has_errors(self) -> bool:
        """Whether something is said beside a row."""
        return any(row.error for row in self._rows)

    @property
    def _rows(self) -> list[Any]:
        return [*self.rules, *self.gates]

    def act(self, data: QueryDict) -> bool:
        """Carry out a button that adds or takes away a row; False if none was pressed."""
        if data.get("add") == "rule":
            self.rules.append(RuleRow(self._next("r")))
        elif data.get("add") == "gate":
            kind = data.get("gate_kind", "")
            if kind in GATES:
                self.gates.append(GateRow(self._next("g"), kind, values=dict(DEFAULTS)))
        elif row := data.get("remove"):
            self.rules = [rule for rule in self.rules if rule.row != row]
            self.gates = [gate for gate in self.gates if gate.row != row]
        else:
            return False
        return True

    def _next(self, letter: str) -> str:
        numbers = [int(one.row[1:]) for one in self._rows]
        return f"{letter}{max(numbers, default=0) + 1}"


def from_post(data: QueryDict) -> PolicyForm:
    """As it was sent."""
    keys = [key for key in data.getlist("row") if re.fullmatch(r"[rg]\d{1,6}", key)][:MOST_ROWS]
    form = PolicyForm(
        rules=[
            RuleRow(key, *[data.get(f"{key}-{name}", "").strip() for name in ("name", "number", "teams", "users")])
            for key in keys
            if key[0] == "r"
        ],
        gates=[
            GateRow(
                key, data.get(f"{key}-kind", ""), data.get(f"{key}-on_fail", "block"),
                {name: data.get(f"{key}-{name}", "") for name in FIELDS},
            )
            for key in keys
            if key[0] == "g"
        ],
        separation=set(data.getlist("separation")) & set(SEPARATION),
        switches=set(data.getlist("switch")) & set(SWITCHES),
    )  # fmt: skip
    for name in ("override_teams", "override_users", "bound_alias", "expires_days", "comment"):
        setattr(form, name, data.get(name, "").strip())
    for name in ("scope", "subject", "target_kind", "target"):
        setattr(form, name, data.get(name, getattr(form, name)).strip())
    if form.target_kind == "alias":
        form.target = data.get("alias", "").strip()
    return form


def from_terms(terms: dict[str, Any], target_kind: str) -> PolicyForm:
    """As it is in force: terms with names (queries.policies.terms_json)."""
    form = PolicyForm(target_kind=target_kind)
    rows = range(1, len(terms["rules"]) + len(terms["gates"]) + 1)
    keys = iter(rows)
    form.rules = [
        RuleRow(f"r{next(keys)}", rule["name"], str(rule["number"]), ", ".join(rule["teams"]), ", ".join(rule["users"]))
        for rule in terms["rules"]
    ]
    form.gates = [GateRow(f"g{next(keys)}", gate["kind"], gate["on_fail"], _values(gate)) for gate in terms["gates"]]
    form.separation = {name for name, on in terms["separation"].items() if on}
    form.switches = {name for name in SWITCHES if terms.get(name)}
    if terms["override"]["administrators"]:
        form.switches.add("override_administrators")
    form.override_teams, form.override_users = (", ".join(terms["override"][name]) for name in ("teams", "users"))
    form.bound_alias = terms["bound_alias"]
    form.expires_days = f"{terms['expires_hours'] / 24:g}"
    return form


def _values(gate: dict[str, Any]) -> dict[str, str]:
    values = {name: f"{gate[name]:g}" if isinstance(gate[name], float) else str(gate[name]) for name in FIELDS if name in gate}
    if "tags" in gate:
        values["tags"] = ", ".join(f"{key}={value}" if value else key for key, value in gate["tags"].items())
    return values


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _real(text: str) -> Any:
    try:
        return float(text.replace("−", "-"))
    except ValueError:
        return text


def _hours(days: str) -> Any:
    value = _real(days)
    return round(value * 24) if isinstance(value, float) and 0 < value < 1e6 else 0


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if text else _("This is not complete.")
