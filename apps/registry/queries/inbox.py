"""Lists of transition requests: what waits for whom, what was asked for, and how far each is.

Each question costs the same number of statements for two requests and for two hundred.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apps.access import policy as access_policy
from apps.access.levels import Level
from apps.access.queries.workspaces import access_workspace, require_known
from apps.accounts.models import name_key
from apps.core.actor import Actor
from apps.registry import cases, gate_terms, gates
from apps.registry.access import MODEL
from apps.registry.approval_records import Change, RequestRecord, Tally
from apps.registry.decisions import Origin, Voter, why_not
from apps.registry.governance import Governing, pinned_of
from apps.registry.models import GateResult, Vote
from apps.registry.models.requests import APPROVE, PENDING, VALID
from apps.registry.queries.requests import COLUMNS, FROM, MOST
from apps.registry.sql import rows
from apps.registry.subjects import entered
from apps.registry.terms import load

# Memberships that count are chosen by the statement; `why_not` compares these two moments and so lets all of them pass.
BEFORE, AFTER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

# Without the names that a list shows: every page asks, and PostgreSQL takes longer to plan the joins than to make them.
COUNTED = (
    "registry_transitionrequest r JOIN registry_registeredmodel m ON m.id = r.model_id"
    " LEFT JOIN registry_modelversion v ON v.id = r.version_id"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests; "" is any. `state` is one, or `pending` or `closed`; `model` a part of the name; `person` a user name."""

    state: str = "pending"
    model: str = ""
    target: str = ""
    person: str = ""


def search_requests(actor: Actor, wanted: Wanted, *, before: int = 0, limit: int = 50) -> list[RequestRecord]:
    """Requests of the actor's workspace that may be read, the newest first; `before` is the id where the last page ended."""
    workspace = access_workspace(actor, actor.workspace, "workspace.read")
    level, params = access_policy.level_sql(actor, MODEL, "m")
    where, values = [f"m.workspace_id = %s AND {level} >= {int(Level.READ)}"], [workspace.id, *params]
    for given, clause, value in (
        (wanted.model, "LOWER(m.name) LIKE %s ESCAPE '!'", f"%{_escaped(wanted.model.lower())}%"),
        (wanted.target, "r.target = %s", wanted.target),
        (wanted.person, "q.key = %s", name_key(wanted.person)),
        (before, "r.id < %s", before),
    ):
        if given:
            where.append(clause)
            values.append(value)
    if wanted.state in ("pending", "closed"):
        word = "IN" if wanted.state == "pending" else "NOT IN"
        where.append(f"r.state {word} ({', '.join([repr(one) for one in PENDING])})")
    elif wanted.state:
        where.append("r.state = %s")
        values.append(wanted.state)
    sql = f"SELECT {COLUMNS} FROM {FROM} WHERE {' AND '.join(where)} ORDER BY r.id DESC LIMIT {min(int(limit), MOST)}"
    return [RequestRecord.of_row(row) for row in rows.fetch(sql, values)]


def _escaped(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def waiting_for_me(actor: Actor, limit: int = MOST) -> list[RequestRecord]:
    """Pending requests, in all workspaces, that the actor can still approve: the inbox, the oldest first. One statement.

    Without the evidence: who changed what a gate reads is found out on the request's page and at the vote.
    """
    require_known(actor)
    found = _waiting(actor, COLUMNS, FROM)
    return [RequestRecord.of_row(row) for row in found[:limit]]


def count_waiting(actor: Actor) -> int:
    """How many these are: for the header of every page. One statement."""
    require_known(actor)
    return len(_waiting(actor, "r.id", COUNTED))


def _waiting(actor: Actor, columns: str, source: str) -> list[tuple[Any, ...]]:
    """Rows of these columns, each request once."""
    if actor.kind != "person" or actor.user_id is None:
        return []
    level, params = access_policy.level_sql(actor, MODEL, "m")
    sql = (
        f"SELECT r.id, r.requester_id, v.owner_id, x.owner_id, pv.id, pv.terms, k.team_id, {columns} FROM {source}"
        " LEFT JOIN experiments_run x ON x.run_id = v.run_id"
        " JOIN registry_requestpolicy p ON p.request_id = r.id"
        " JOIN registry_policyversion pv ON pv.id = p.policy_version_id"
        " JOIN accounts_user me ON me.id = %s AND me.is_active AND me.kind = 'person'"
        " LEFT JOIN accounts_membership k ON k.user_id = me.id AND k.joined_at < r.opened_at"
        f" WHERE r.state IN ('open', 'changes_requested') AND m.lifecycle = 'active' AND {level} >= {int(Level.READ)}"
        " AND NOT EXISTS (SELECT 1 FROM registry_vote t WHERE t.request_id = r.id AND t.voter_id = me.id AND t.state = 'valid')"
        f" ORDER BY r.id, pv.id LIMIT {MOST * 20}"
    )
    teams: dict[tuple[int, int], dict[int, datetime]] = {}
    asked: dict[tuple[int, int], tuple[Any, ...]] = {}
    for row in rows.fetch(sql, [actor.user_id, *params]):
        key = (row[0], row[4])
        asked[key] = row
        joined = teams.setdefault(key, {})
        if row[6] is not None:
            joined[row[6]] = BEFORE
    mine: dict[int, tuple[Any, ...]] = {}
    for key, row in asked.items():
        voter = Voter(actor.user_id, actor.name, True, True, teams[key])
        origin = Origin(row[1], AFTER, row[2], row[3])
        if row[0] not in mine and why_not(voter, load(json.loads(row[5])), origin) is None:
            mine[row[0]] = row[7:]
    return list(mine.values())


def tallies(actor: Actor, records: list[RequestRecord]) -> dict[int, Tally]:
    """How far each of these requests is, which the actor was shown; by id. Three statements."""
    require_known(actor)
    ids = [record.id for record in records]
    policies = pinned_of(ids)
    results: dict[int, dict[str, Any]] = {}
    columns = ("request_id", "gate", "state", "inputs")
    for request_id, gate, state, inputs in GateResult.objects.filter(request_id__in=ids).order_by("pk").values_list(*columns):
        results.setdefault(request_id, {})[gate] = (state, inputs)
    bound = {record.id: record.fingerprint for record in records}
    votes = Vote.objects.filter(request_id__in=ids, state=VALID, decision=APPROVE).values_list("request_id", "fingerprint")
    given = Counter(request_id for request_id, fingerprint in votes if fingerprint == bound[request_id])
    return {
        record.id: _tally(record, policies.get(record.id, []), results.get(record.id, {}), given[record.id]) for record in records
    }


def _tally(record: RequestRecord, policies: list[Governing], results: dict[str, Any], given: int) -> Tally:
    asked = dict.fromkeys(gate for policy in entered(record.act, record.target, policies) for gate in policy.terms.gates)
    found = {gate: results.get(cases.digest_of_gate(gate), (gates.PENDING, {})) for gate in asked}
    states = Counter(state for state, _ in found.values())
    extra = sum(state == gates.FAILED and gate.on_fail == gate_terms.EXTRA for gate, (state, _) in found.items())
    needed = sum(policy.terms.votes for policy in policies)
    return Tally(
        gates=len(found),
        passed=states[gates.PASSED],
        failed=states[gates.FAILED],
        needed=needed + (extra if needed else 0),
        given=given,
        change=next((change for gate, (_, inputs) in found.items() if (change := _change(gate, inputs))), None),
    )


def _change(gate: gate_terms.Gate, inputs: dict[str, Any]) -> Change | None:
    """What a gate that compares with the version there found: by how much, and whether that is better."""
    value, there = inputs.get("value"), inputs.get("baseline")
    if gate.kind != gate_terms.RELATIVE or not isinstance(value, int | float) or not isinstance(there, int | float):
        return None
    by = value - there
    better = None if by == 0 else (by > 0) == (gate.option("direction") == "higher")
    return Change(gate.option("key"), by, better)
