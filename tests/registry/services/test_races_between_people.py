"""Two people at the same instant, on connections of their own."""

import threading
import time

import pytest
from django.db import connection, transaction

from apps.core.errors import AlreadyExists, Conflict, Denied, DomainError
from apps.experiments.models import Run
from apps.experiments.records import MetricInput
from apps.experiments.services import batches, experiments, runs
from apps.registry.models import Activity, ModelVersion, TransitionRequest, Vote
from apps.registry.services.policies import change_policy
from apps.registry.services.requests import open_request
from apps.registry.services.votes import Ballot, cast_vote
from tests.registry.conftest import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads that start together; what each returned or raised."""
    gate, found = threading.Barrier(len(acts)), [None] * len(acts)

    def run(index, act):
        try:
            gate.wait()
            found[index] = act()
        except DomainError as error:
            found[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def ask(person, number):
    return open_request(person.actor, "fraud", str(number), "transition", "Production")


def approving(person, request_id):
    return lambda: cast_vote(person.actor, request_id, Ballot("approve"))


def stages():
    return dict(ModelVersion.objects.filter(model__name="fraud", model__workspace_id=1).values_list("number", "stage"))


def moves_to_production():
    return Activity.objects.filter(kind="transition", to_stage="Production", name="fraud").count()


def test_two_approvals_at_once_move_the_version_once(people, approvers, protect):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor, 1)
    found = at_once(approving(approvers.tom, request_id), approving(approvers.lena, request_id))
    won = [one for one in found if isinstance(one, int)]
    lost = [one for one in found if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 1)
    assert lost[0].message == f"Request {request_id} is done"
    assert (stages()[1], moves_to_production(), Vote.objects.count()) == ("Production", 1, 1)


def test_two_last_approvals_of_two_requests_leave_one_version_in_production(people, approvers, protect):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    first, second = ask(people.editor, 1), ask(people.editor, 2)
    at_once(approving(approvers.tom, first), approving(approvers.lena, second))
    assert sorted(stages().values()) == ["Archived", "None", "Production"]
    assert set(TransitionRequest.objects.values_list("state", flat=True)) == {"done"}


def test_the_two_votes_that_complete_a_request_at_once_execute_it_once(people, approvers, protect):
    protect()
    request_id = ask(people.editor, 1)
    found = at_once(approving(approvers.tom, request_id), approving(approvers.lena, request_id))
    assert all(isinstance(one, int) for one in found)
    assert (stages()[1], moves_to_production()) == ("Production", 1)


def test_two_requests_at_once_are_one_request(people, protect):
    protect()
    found = at_once(lambda: ask(people.editor, 1), lambda: ask(people.manager, 1))
    assert sorted(type(one).__name__ for one in found) == ["AlreadyExists", "int"]
    assert TransitionRequest.objects.count() == 1
    assert any(isinstance(one, AlreadyExists) for one in found)


def test_an_approval_and_a_rejection_at_once_are_not_both(people, approvers, protect):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor, 1)
    at_once(approving(approvers.tom, request_id), lambda: cast_vote(approvers.lena.actor, request_id, Ballot("reject")))
    state = TransitionRequest.objects.get(pk=request_id).state
    assert (state, stages()[1]) in {("done", "Production"), ("rejected", "None")}


def test_a_point_that_arrives_during_the_last_vote_is_seen_or_refused(people, approvers, protect, worlds):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    run_id = worlds.here.run_id
    for number in (1, 2, 3):
        request_id = ask(people.editor, number)
        better = MetricInput("loss", 0.001 * number, 1_900_000_000_000 + number, 100 + number)
        log = lambda better=better: batches.log_metric(people.manager.actor, run_id, better)  # noqa: E731
        vote, logged = at_once(approving(approvers.tom, request_id), log)
        executed = TransitionRequest.objects.get(pk=request_id).state == "done"
        # Executed first: the point is refused. Logged first: the vote is for what it was before, and nothing moves.
        assert isinstance(logged, Denied) if executed else isinstance(vote, Conflict)
        assert Run.objects.get(run_id=run_id).holds == int(executed)
        if executed:
            break


@pytest.mark.parametrize("what", ["run", "experiment"])
def test_evidence_is_deleted_or_promoted_and_never_both(people, approvers, protect, worlds, what):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor, 1)
    if what == "run":
        delete = lambda: runs.delete_run(people.manager.actor, worlds.here.run_id)  # noqa: E731
    else:
        delete = lambda: experiments.delete_experiment(people.manager.actor, worlds.here.experiment_id)  # noqa: E731
    at_once(approving(approvers.tom, request_id), delete)
    run = Run.objects.get(run_id=worlds.here.run_id)
    assert (run.lifecycle, stages()[1], run.holds) in {("active", "Production", 1), ("deleted", "None", 0)}


def test_a_writer_that_was_first_is_waited_for(people, approvers, protect, worlds):
    """The run is locked by a writer whose transaction is open: the vote waits for it, then sees what it wrote."""
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor, 1)
    started = threading.Event()

    def write():
        with transaction.atomic():
            batches.log_metric(people.manager.actor, worlds.here.run_id, MetricInput("loss", 0.5, 1_900_000_000_000, 200))
            started.set()
            time.sleep(0.5)

    def vote():
        started.wait()
        return cast_vote(approvers.tom.actor, request_id, Ballot("approve"))

    _, voted = at_once(write, vote)
    assert isinstance(voted, Conflict)
    assert stages()[1] == "None"


def test_a_policy_tightened_at_once_with_the_vote_counts_before_or_after(people, approvers, protect):
    policy_id = protect(rules=[{"number": 1, "teams": ["risk"]}])
    request_id = ask(people.editor, 1)
    terms = {"rules": [{"number": 2, "teams": ["risk"]}]}
    at_once(approving(approvers.tom, request_id), lambda: change_policy(SYSTEM, policy_id, terms))
    assert (TransitionRequest.objects.get(pk=request_id).state, stages()[1]) in {("done", "Production"), ("open", "None")}
