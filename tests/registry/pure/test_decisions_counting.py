"""Who may approve, and when approvals suffice."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.registry.decisions import Origin, Voter, stand, why_not
from apps.registry.gate_terms import Gate
from apps.registry.gates import Finding
from apps.registry.terms import Rule, Separation, Terms

OPENED = datetime(2026, 11, 1, tzinfo=UTC)
BEFORE, AFTER = OPENED - timedelta(days=1), OPENED + timedelta(microseconds=1)
ORIGIN = Origin(requester=1, opened_at=OPENED, version_creator=2, run_owner=3, changers=frozenset({4}))


def voter(number, *teams, since=BEFORE, **fields):
    return Voter(number, f"v{number}", fields.get("person", True), fields.get("active", True), dict.fromkeys(teams, since))


def terms(*rules, gates=(), **fields):
    return Terms(rules=rules, gates=gates, **fields)


RISK, LEADS = 7, 8
TWO_OF_RISK = terms(Rule("Risk", 2, teams=(RISK,)))


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (voter(1, RISK), "requested it"),
        (voter(2, RISK), "created the version"),
        (voter(3, RISK), "owns the source run"),
        (voter(4, RISK), "changed what a gate reads"),
        (voter(9, RISK, person=False), "service accounts never approve"),
        (voter(9, RISK, active=False), "not active"),
        (voter(9, LEADS), "named by no rule"),
        (voter(9, RISK, since=AFTER), "after the request was opened"),
        (voter(9, RISK, since=OPENED), "after the request was opened"),
    ],
)
def test_who_cannot_approve_is_told_why(who, reason):
    assert reason in why_not(who, TWO_OF_RISK, ORIGIN)


def test_all_reasons_are_told():
    origin = Origin(1, OPENED, 1, 1, frozenset({1}))
    assert why_not(voter(1, RISK), TWO_OF_RISK, origin).count(" and ") == 3


@pytest.mark.parametrize(("duty", "number"), [("requester", 1), ("version_creator", 2), ("run_owner", 3), ("gate_changer", 4)])
def test_each_duty_can_be_switched_off_alone(duty, number):
    loose = terms(Rule("Risk", 1, teams=(RISK,)), separation=Separation(**{duty: False}))
    assert [why_not(voter(one, RISK), loose, ORIGIN) is None for one in (1, 2, 3, 4)] == [one == number for one in (1, 2, 3, 4)]


def test_two_of_a_team_are_needed_and_suffice():
    assert not stand(TWO_OF_RISK, ORIGIN, [voter(10, RISK)], []).is_met
    assert stand(TWO_OF_RISK, ORIGIN, [voter(10, RISK), voter(11, RISK)], []).is_met


def test_nobody_counts_for_two_rules():
    both = terms(Rule("Risk", 1, teams=(RISK,)), Rule("Leads", 1, teams=(LEADS,)))
    assert not stand(both, ORIGIN, [voter(10, RISK, LEADS)], []).is_met
    assert stand(both, ORIGIN, [voter(10, RISK, LEADS), voter(11, RISK)], []).is_met


def test_whoever_is_in_two_teams_helps_where_it_is_needed():
    rules = terms(Rule("Risk", 2, teams=(RISK,)), Rule("Leads", 1, teams=(LEADS,)))
    people = [voter(10, RISK, LEADS), voter(11, RISK), voter(12, RISK)]
    for order in (people, people[::-1], [people[1], people[0], people[2]]):
        assert stand(rules, ORIGIN, order, []).is_met


def test_one_person_counts_once_in_a_rule_of_two_teams():
    rules = terms(Rule("Both", 2, teams=(RISK, LEADS)))
    assert not stand(rules, ORIGIN, [voter(10, RISK, LEADS)], []).is_met


def test_a_failed_gate_blocks_or_asks_for_one_more():
    blocking, asking = Gate("description"), Gate("description", on_fail="extra_approval")
    people = [voter(10, RISK), voter(11, RISK)]
    stands = stand(TWO_OF_RISK, ORIGIN, people, [Finding(blocking, "failed", "empty", {})])
    assert (stands.votes_suffice, stands.is_met) == (True, False)
    stands = stand(TWO_OF_RISK, ORIGIN, people, [Finding(asking, "failed", "empty", {})])
    assert (stands.rules[0].needed, stands.rules[0].extra, stands.is_met) == (3, 1, False)
    assert stand(TWO_OF_RISK, ORIGIN, [*people, voter(12, RISK)], [Finding(asking, "failed", "empty", {})]).is_met


def test_a_pending_gate_blocks_whatever_its_failure_would_do():
    asking = Gate("signature", on_fail="extra_approval")
    people = [voter(number, RISK) for number in (10, 11, 12)]
    assert not stand(TWO_OF_RISK, ORIGIN, people, [Finding(asking, "pending", "waits", {})]).is_met


def test_without_rules_a_failed_gate_blocks_because_nobody_could_give_one_more():
    asking = Gate("description", on_fail="extra_approval")
    assert stand(terms(), ORIGIN, [], []).is_met
    assert not stand(terms(), ORIGIN, [], [Finding(asking, "failed", "empty", {})]).is_met


def test_what_is_missing_is_said_in_words():
    finding = Finding(Gate("description"), "failed", "empty", {})
    standing = stand(TWO_OF_RISK, ORIGIN, [voter(10, RISK)], [finding])
    assert [rule.lacks for rule in standing.rules if not rule.is_met] + standing.lacking_gates() == [
        "1 more approval of Risk",
        "gate 'Has a description' failed: empty",
    ]
