"""The life of a request: opened, voted on, executed."""

import pytest

from apps.core.errors import AlreadyExists, Conflict, Denied, Invalid
from apps.experiments.models import Run
from apps.experiments.records import MetricInput
from apps.experiments.services.batches import log_metric
from apps.registry.models import Activity, Alias, ModelVersion, TransitionRequest, Vote
from apps.registry.queries.inbox import waiting_for_me
from apps.registry.queries.requests import list_requests, request_detail
from apps.registry.services.policies import change_policy
from apps.registry.services.requests import cancel_request, open_request, refresh_pending
from apps.registry.services.transitions import transition_version
from apps.registry.services.versions import NewVersion, create_version
from apps.registry.services.votes import Ballot, cast_vote, withdraw_vote
from tests.registry.conftest import SYSTEM


def ask(person, number="1", target="Production", comment=""):
    return open_request(person.actor, "fraud", number, "transition", target, comment)


def approve(person, request_id, **fields):
    return cast_vote(person.actor, request_id, Ballot("approve", **fields))


def stage_of(number):
    return ModelVersion.objects.get(model__name="fraud", model__workspace_id=1, number=number).stage


def state_of(request_id):
    return TransitionRequest.objects.get(pk=request_id).state


def test_one_approval_of_two_leaves_it_open_and_the_second_moves_the_version(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    assert (state_of(request_id), stage_of(1)) == ("open", "None")
    approve(approvers.lena, request_id)
    assert (state_of(request_id), stage_of(1)) == ("done", "Production")


def test_execution_archives_what_stood_there_and_moves_the_bound_alias(people, approvers, protect, model):
    transition_version(people.editor.actor, model, "2", "Production", False)
    protect(bound_alias="champion")
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    approve(approvers.lena, request_id)
    assert (stage_of(1), stage_of(2)) == ("Production", "Archived")
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1
    moves = Activity.objects.filter(kind="transition", request_id=request_id).order_by("pk").values_list("version", "to_stage")
    assert list(moves) == [(2, "Archived"), (1, "Production")]


def test_execution_holds_the_run_and_leaving_releases_it(people, approvers, protect, worlds):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    approve(approvers.tom, ask(people.editor))
    assert Run.objects.get(run_id=worlds.here.run_id).holds == 1
    approve(approvers.tom, ask(people.editor, target="Archived"))
    assert Run.objects.get(run_id=worlds.here.run_id).holds == 0


def test_leaving_a_protected_stage_is_protected_too(people, approvers, protect):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    approve(approvers.tom, ask(people.editor))
    with pytest.raises(Denied, match="1 more approval of risk"):
        transition_version(people.editor.actor, "fraud", "1", "Archived", False)


def test_several_rules_have_to_be_met_by_different_people(people, approvers, protect):
    protect(rules=[{"name": "Leads", "number": 1, "teams": ["leads"]}, {"name": "Risk", "number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor)
    approve(approvers.both, request_id)
    assert state_of(request_id) == "open"
    approve(approvers.tom, request_id)
    assert state_of(request_id) == "done"


def test_all_policies_that_match_apply_together(people, approvers, protect):
    protect(scope="server", rules=[{"number": 1, "users": ["priya"]}])
    protect(scope="pattern", subject="fr*", rules=[{"number": 1, "users": ["tom"]}])
    protect(scope="pattern", subject="other*", rules=[{"number": 9, "users": ["tom"]}])
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    assert state_of(request_id) == "open"
    approve(approvers.priya, request_id)
    assert state_of(request_id) == "done"


@pytest.mark.parametrize(("number", "duties"), [(1, {}), (3, {}), (1, {"requester": False})])
def test_a_rule_in_two_versions_of_a_policy_is_one_rule_and_the_stricter_counts(people, approvers, protect, number, duties):
    policy_id = protect()
    request_id = ask(people.editor)
    change_policy(SYSTEM, policy_id, {"rules": [{"number": number, "teams": ["risk"]}], "separation": duties})
    needed = max(2, number)
    detail = request_detail(people.reader.actor, request_id)
    assert [(rule.needed, rule.voters) for rule in detail.rules] == [(needed, [])]
    assert detail.missing == [f"{needed} more approvals of risk"]
    for voter in (approvers.tom, approvers.lena, approvers.both)[:needed]:
        assert (state_of(request_id), stage_of(1)) == ("open", "None")
        approve(voter, request_id)
    assert (state_of(request_id), stage_of(1)) == ("done", "Production")


def test_a_second_request_names_the_pending_one(people, approvers, protect):
    protect()
    first = ask(people.editor)
    with pytest.raises(AlreadyExists, match=f"Request {first} by editor .* is already pending"):
        ask(people.manager)
    assert ask(people.manager, "2") != first


def test_asking_for_what_is_there_already_is_refused(people, protect, model):
    with pytest.raises(Invalid, match="is in stage None already"):
        ask(people.editor, target="None")


def test_a_rejection_ends_it_with_its_reason(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    cast_vote(approvers.tom.actor, request_id, Ballot("reject", "drifts in Spain"))
    row = TransitionRequest.objects.get(pk=request_id)
    assert (row.state, row.reason, row.closed_by.username) == ("rejected", "drifts in Spain", "tom")
    with pytest.raises(Conflict, match="is rejected"):
        approve(approvers.lena, request_id)


def test_asking_for_changes_holds_it_up_until_who_asked_approves(people, approvers, protect):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor)
    cast_vote(approvers.tom.actor, request_id, Ballot("request_changes", "describe it"))
    assert state_of(request_id) == "changes_requested"
    approve(approvers.lena, request_id)
    assert state_of(request_id) == "changes_requested"
    approve(approvers.tom, request_id)
    assert state_of(request_id) == "done"


def test_a_withdrawn_vote_does_not_count(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    withdraw_vote(approvers.tom.actor, request_id)
    approve(approvers.lena, request_id)
    assert state_of(request_id) == "open"


def test_voting_twice_is_one_vote(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    approve(approvers.tom, request_id)
    assert (state_of(request_id), Vote.objects.count()) == ("open", 1)


def test_the_requester_and_managers_can_cancel_and_others_cannot(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    with pytest.raises(Denied, match="only the requester"):
        cancel_request(approvers.tom.actor, request_id)
    cancel_request(people.editor.actor, request_id, "later")
    assert state_of(request_id) == "cancelled"
    again = ask(people.editor)
    cancel_request(people.manager.actor, again)
    assert state_of(again) == "cancelled"


def test_without_a_policy_whoever_may_move_it_approves(people, model):
    request_id = ask(people.reader)
    with pytest.raises(Denied):
        approve(people.reader, request_id)
    approve(people.editor, request_id)
    assert (state_of(request_id), stage_of(1)) == ("done", "Production")


def test_the_inbox_holds_what_waits_for_me_alone(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    assert [one.id for one in waiting_for_me(approvers.tom.actor)] == [request_id]
    assert waiting_for_me(approvers.priya.actor) == waiting_for_me(people.editor.actor) == []
    approve(approvers.tom, request_id)
    assert waiting_for_me(approvers.tom.actor) == []


def test_a_request_tells_who_may_still_approve_and_why_others_cannot(people, approvers, protect):
    protect(rules=[{"name": "Risk", "number": 2, "teams": ["risk"], "users": ["editor"]}])
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    detail = request_detail(approvers.lena.actor, request_id)
    assert detail.rules[0].voters == ["tom"]
    assert detail.rules[0].may_still == ["both", "lena"]
    assert detail.cannot == {"editor": "requested it"}
    assert detail.missing == ["1 more approval of Risk"]
    assert detail.may_vote
    assert not detail.may_cancel
    assert not request_detail(people.reader.actor, request_id).may_vote


def test_the_version_creator_and_the_run_owner_cannot_approve(people, approvers, protect):
    protect(rules=[{"number": 1, "users": ["manager", "tom"]}])
    request_id = ask(people.editor)
    with pytest.raises(Denied, match="manager owns the source run"):
        approve(people.manager, request_id)


def test_duties_that_a_policy_does_not_separate_can_be_one(people, approvers, protect):
    off = {"requester": False, "version_creator": False, "run_owner": False, "gate_changer": False}
    protect(rules=[{"number": 1, "users": ["editor"]}], separation=off)
    request_id = ask(people.editor)
    approve(people.editor, request_id)
    assert state_of(request_id) == "done"


def test_who_alone_suffices_moves_at_once_and_leaves_a_record(people, approvers, protect):
    off = {"requester": False, "version_creator": False, "run_owner": False, "gate_changer": False}
    protect(rules=[{"number": 1, "users": ["editor"]}], separation=off)
    transition_version(people.editor.actor, "fraud", "1", "Production", False)
    row = TransitionRequest.objects.get()
    assert (row.state, row.votes.get().voter.username, stage_of(1)) == ("done", "editor", "Production")


def test_a_request_that_nobody_decides_expires(people, approvers, protect):
    protect(expires_hours=1)
    request_id = ask(people.editor)
    assert refresh_pending(SYSTEM) == 0
    TransitionRequest.objects.update(expires_at=1)
    assert refresh_pending(SYSTEM) == 1
    assert state_of(request_id) == "expired"
    with pytest.raises(Conflict, match="is expired"):
        approve(approvers.tom, request_id)
    assert ask(people.editor) != request_id


def test_a_vote_that_comes_too_late_finds_the_request_expired_without_a_worker(people, approvers, protect):
    protect()
    request_id = ask(people.editor)
    TransitionRequest.objects.update(expires_at=1)
    with pytest.raises(Conflict, match="is expired"):
        approve(approvers.tom, request_id)
    assert state_of(request_id) == "expired"


def test_the_sweep_dismisses_votes_when_evidence_changed_outside_of_the_registry(people, approvers, protect, worlds):
    protect()
    request_id = ask(people.editor)
    approve(approvers.tom, request_id)
    log_metric(people.manager.actor, worlds.here.run_id, MetricInput("loss", 0.1, 1_900_000_000_000, 9))
    assert refresh_pending(SYSTEM) == 1
    assert Vote.objects.get().state == "dismissed"
    approve(approvers.tom, request_id)
    approve(approvers.lena, request_id)
    assert state_of(request_id) == "done"


def test_lists_of_requests_cost_the_same_for_two_and_for_twelve(people, approvers, protect, model, django_assert_max_num_queries):
    protect()
    for number in ("1", "2"):
        ask(people.editor, number)
    with django_assert_max_num_queries(8):
        assert len(waiting_for_me(approvers.tom.actor)) == 2
    for number in range(10):
        create_version(people.editor.actor, NewVersion(model, "s3://b/m"))
        ask(people.editor, str(number + 4))
    with django_assert_max_num_queries(8):
        assert len(waiting_for_me(approvers.tom.actor)) == 12
    with django_assert_max_num_queries(3):
        assert len(list_requests(people.reader.actor)) == 12
