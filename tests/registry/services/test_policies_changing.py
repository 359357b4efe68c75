"""Making, changing and retiring policies, and what that does to what is there."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import AuditRow
from apps.core.errors import AlreadyExists, Conflict, Denied, Invalid, Missing
from apps.experiments.models import Hold, Run
from apps.registry.governance import governing
from apps.registry.models import PolicyVersion, RegisteredModel
from apps.registry.queries.policies import get_policy, list_policies, names_in, policies_of_model, terms_json
from apps.registry.services.holds import repair_holds
from apps.registry.services.policies import NewPolicy, change_policy, create_policy, decide_change, retire_policy
from apps.registry.services.registered import delete_model
from apps.registry.services.transitions import transition_version
from tests.registry.conftest import SYSTEM
from tests.support.worlds import ELSEWHERE

TWO = {"rules": [{"number": 2, "teams": ["risk"]}]}


def new(scope="model", subject="fraud", target="Production", **fields):
    return NewPolicy(scope, target, subject=subject, terms=TWO, **fields)


@pytest.mark.parametrize(
    ("who", "policy"),
    [
        ("manager", new()),
        ("admin", new()),
        ("admin", new("workspace", "")),
        ("admin", new("pattern", "fraud-*")),
        ("admin", new("server", "")),
    ],
)
def test_whoever_may_manage_it_protects_it(people, approvers, model, who, policy):
    assert create_policy(people[who].actor, policy)


@pytest.mark.parametrize(
    ("who", "policy"),
    [
        ("editor", new()),
        ("manager", new("workspace", "")),
        ("manager", new("pattern", "fraud-*")),
        ("manager", new("server", "")),
        ("outsider", new("server", "")),
    ],
)
def test_nobody_else_does(people, approvers, model, who, policy):
    with pytest.raises(Denied):
        create_policy(people[who].actor, policy)


@pytest.mark.parametrize(
    "policy",
    [
        new(target="None"),
        new(target="Archived"),
        new(target="Live"),
        new("galaxy"),
        new("model", ""),
        new("pattern", ""),
        new("server", "fraud"),
        new(target="latest", target_kind="alias"),
        new(target_kind="mood"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(people, approvers, model, policy):
    with pytest.raises(Invalid):
        create_policy(people.admin.actor, policy)


def test_one_policy_for_the_same_models_and_target(people, approvers, model):
    create_policy(people.admin.actor, new())
    with pytest.raises(AlreadyExists, match="change that one"):
        create_policy(people.admin.actor, new())
    create_policy(people.admin.actor, new("server", ""))
    with pytest.raises(AlreadyExists):
        create_policy(people.admin.actor, new("server", ""))
    create_policy(people.admin.actor, new(target="Staging"))


def test_a_service_account_is_no_approver(people, approvers, model):
    with pytest.raises(Invalid, match="service accounts never approve"):
        create_policy(people.admin.actor, replace(new(), terms={"rules": [{"users": ["service"]}]}))


def test_people_and_teams_that_there_are_not_are_missing(people, model):
    for terms in ({"rules": [{"users": ["nobody"]}]}, {"rules": [{"teams": ["nobody"]}]}):
        with pytest.raises(Missing):
            create_policy(people.admin.actor, replace(new(), terms=terms))


def test_policies_are_in_force_where_they_say(people, approvers, model):
    ids = [
        create_policy(people.admin.actor, policy)
        for policy in (new("server", ""), new("workspace", ""), new("pattern", "fr?u*"), new(), new("pattern", "f[r]*"))
    ]
    assert [one.policy_id for one in governing(1, "fraud")] == ids[:4]
    assert [one.policy_id for one in governing(1, "freud-2")] == ids[:3]
    assert [one.policy_id for one in governing(1, "f[r]x")] == [*ids[:2], ids[4]]
    elsewhere = RegisteredModel.objects.get(workspace__name=ELSEWHERE, name="fraud").workspace_id
    assert [one.policy_id for one in governing(elsewhere, "fraud")] == [ids[0]]


def test_a_change_is_a_new_version_and_is_written_down(people, approvers, model):
    policy_id = create_policy(people.manager.actor, new(comment="go live"))
    assert change_policy(people.manager.actor, policy_id, {"rules": [{"number": 1, "teams": ["risk"]}]}, "holidays")
    versions = get_policy(people.reader.actor, policy_id)
    assert [(one.number, one.state, one.comment) for one in versions] == [(2, "current", "holidays"), (1, "past", "go live")]
    rows = AuditRow.objects.filter(act="policy.change").order_by("pk")
    assert [row.details["what"] for row in rows] == ["created", "changed"]


def test_the_same_terms_again_change_nothing(people, approvers, model):
    policy_id = create_policy(people.manager.actor, new())
    assert change_policy(people.manager.actor, policy_id, TWO)
    assert PolicyVersion.objects.count() == 1


def test_a_change_may_need_a_second_person(people, approvers, model):
    policy_id = create_policy(people.manager.actor, replace(new(), terms=TWO | {"second_person": True}))
    assert change_policy(people.manager.actor, policy_id, {}) is False
    assert len(governing(1, "fraud")[0].terms.rules) == 1
    with pytest.raises(Denied, match="a second person"):
        decide_change(people.manager.actor, policy_id, agree=True)
    with pytest.raises(Conflict, match="waits for a second person"):
        change_policy(people.admin.actor, policy_id, {})
    decide_change(people.admin.actor, policy_id, agree=True)
    assert governing(1, "fraud")[0].terms.rules == ()
    assert get_policy(people.admin.actor, policy_id)[0].decided_by == "admin"


def test_retiring_may_need_a_second_person_too(people, approvers, model):
    policy_id = create_policy(people.manager.actor, replace(new(), terms=TWO | {"second_person": True}))
    assert retire_policy(people.manager.actor, policy_id) is False
    assert governing(1, "fraud")
    decide_change(people.admin.actor, policy_id, agree=False, comment="no")
    assert retire_policy(people.manager.actor, policy_id) is False
    decide_change(people.admin.actor, policy_id, agree=True)
    assert governing(1, "fraud") == []


def test_the_database_refuses_that_one_person_is_both(people, approvers, model):
    policy_id = create_policy(people.manager.actor, replace(new(), terms=TWO | {"second_person": True}))
    change_policy(people.manager.actor, policy_id, {})
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.filter(state="proposed").update(decided_by=people.manager.user)


def test_a_policy_by_name_outlives_its_model(people, approvers, model):
    policy_id = create_policy(people.manager.actor, new())
    delete_model(people.manager.actor, model)
    assert [one.policy_id for one in governing(1, "fraud")] == [policy_id]
    with pytest.raises(Missing):
        retire_policy(people.manager.actor, policy_id)
    assert retire_policy(people.admin.actor, policy_id)


def test_what_stands_there_already_is_held_from_then_on(people, approvers, model, worlds):
    transition_version(people.editor.actor, model, "1", "Production", False)
    assert Run.objects.get(run_id=worlds.here.run_id).holds == 0
    policy_id = create_policy(people.manager.actor, new())
    assert Hold.objects.get().reason == "version 1 of fraud in Production"
    retire_policy(people.manager.actor, policy_id)
    assert (Hold.objects.count(), Run.objects.get(run_id=worlds.here.run_id).holds) == (0, 0)


def test_everybody_who_may_see_the_model_reads_its_policies(people, approvers, model, settings):
    policy_id = create_policy(people.manager.actor, new())
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    (record,) = policies_of_model(people.reader.actor, model)
    names = names_in(people.reader.actor, [record.terms])
    assert terms_json(people.reader.actor, record.terms, names)["rules"][0]["teams"] == ["risk"]
    assert [one.id for one in list_policies(people.reader.actor)] == [policy_id]
    assert list_policies(people.stranger.actor) == []
    with pytest.raises(Missing):
        get_policy(people.stranger.actor, policy_id)


def test_a_hold_that_is_missing_is_placed_by_the_sweep(people, approvers, model, worlds):
    transition_version(people.editor.actor, model, "1", "Production", False)
    create_policy(people.manager.actor, new())
    Hold.objects.all().delete()
    Run.objects.update(holds=0)
    assert repair_holds(SYSTEM) == 1
    assert Run.objects.get(run_id=worlds.here.run_id).holds == 1
    assert repair_holds(SYSTEM) == 0
