"""The queue: order, one taker each, leases, losses, cancelling. No process is started here."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from apps.access.levels import Level
from apps.accounts.queries.actors import actor_for_token
from apps.core import clock, jobs
from apps.core.errors import Conflict, Denied, Invalid, Missing
from apps.experiments.queries.runs import get_run
from apps.experiments.records import Batch, Tag
from apps.experiments.services import grants, runs
from apps.experiments.services.batches import log_batch
from apps.notices.queries.inbox import list_notices
from apps.projects.models import Execution
from apps.projects.queries import executions as queries
from apps.projects.records import NewExecution, NewProject, Outcome
from apps.projects.services import executions, leases, projects
from tests.projects.services.conftest import SYSTEM

pytestmark = pytest.mark.django_db
URI = "https://example.com/p.git"


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Names of the tasks that were sent."""
    names = []
    monkeypatch.setattr(jobs, "_send", lambda name, args, countdown: names.append(name))
    return names


def submit(people, **new):
    return executions.submit(people.editor.actor, NewExecution(**{"uri": URI, "experiment_id": "0", **new}))


def state(pk):
    return Execution.objects.get(pk=pk).state


def status(pk):
    return get_run(SYSTEM, Execution.objects.get(pk=pk).run.run_id).status


def lose(pk):
    """The worker stops saying anything, and its time runs out."""
    Execution.objects.filter(pk=pk).update(lease_until=clock.now() - timedelta(seconds=1))


def test_the_most_urgent_is_taken_first_then_the_oldest(people):
    low, first, second, high = (submit(people, priority=priority) for priority in (-1, 0, 0, 5))
    assert [leases.claim(SYSTEM, "w").id for _ in range(4)] == [high, first, second, low]
    assert leases.claim(SYSTEM, "w") is None


def test_the_place_in_the_queue_is_told_and_can_be_changed(people):
    first, second = submit(people), submit(people)
    assert [queries.get_execution(people.editor.actor, pk).position for pk in (first, second)] == [1, 2]
    executions.prioritize(people.editor.actor, second, 10)
    assert [queries.get_execution(people.editor.actor, pk).position for pk in (first, second)] == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_no_two_workers_take_the_same(people):
    pks = {submit(people) for _ in range(12)}

    def take(number):
        try:
            found = []
            while (claimed := leases.claim(SYSTEM, f"w{number}")) is not None:
                found.append(claimed.id)
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for found in pool.map(take, range(4)) for pk in found]
    assert sorted(taken) == sorted(pks)


def test_a_worker_is_woken_after_the_submission_is_kept(people, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        submit(people)
    assert sent == ["projects.work"]


def test_the_life_of_an_execution_is_the_life_of_its_run(people):
    pk = submit(people)
    assert (state(pk), status(pk)) == ("QUEUED", 2)
    claimed = leases.claim(SYSTEM, "w")
    assert state(pk) == "PREPARING"
    assert leases.begin(SYSTEM, pk, claimed.claim)
    assert (state(pk), status(pk)) == ("RUNNING", 1)
    assert leases.end(SYSTEM, pk, claimed.claim, Outcome("FINISHED", exit_code=0))
    assert (state(pk), status(pk)) == ("FINISHED", 3)


def test_a_run_that_its_own_code_ended_stays_as_it_is(people):
    pk = submit(people)
    claimed = leases.claim(SYSTEM, "w")
    runs.update_run(SYSTEM, claimed.run_id, status=3, end_time=5)
    leases.end(SYSTEM, pk, claimed.claim, Outcome("FAILED", "late"))
    assert (state(pk), status(pk)) == ("FAILED", 3)


def test_whoever_lost_the_claim_changes_nothing(people):
    pk = submit(people)
    old = leases.claim(SYSTEM, "w1")
    lose(pk)
    assert leases.sweep(SYSTEM) == 1
    new = leases.claim(SYSTEM, "w2")
    assert leases.heartbeat(SYSTEM, pk, old.claim) == leases.LOST
    assert not leases.begin(SYSTEM, pk, old.claim)
    assert not leases.note(SYSTEM, pk, old.claim, commit="x")
    assert not leases.end(SYSTEM, pk, old.claim, Outcome("FINISHED"))
    assert leases.heartbeat(SYSTEM, pk, new.claim) == ""


def test_a_lost_worker_means_once_more_then_the_end(people):
    pk = submit(people)
    leases.claim(SYSTEM, "w1")
    lose(pk)
    leases.sweep(SYSTEM)
    row = Execution.objects.get(pk=pk)
    assert (row.state, row.reason) == ("QUEUED", "The worker w1 was lost; it is tried once more")
    assert status(pk) == 2
    assert leases.claim(SYSTEM, "w2").attempt == 2
    lose(pk)
    leases.sweep(SYSTEM)
    row = Execution.objects.get(pk=pk)
    assert (row.state, row.reason) == ("FAILED", f"The worker w2 was lost{leases.KILLED_OR_AWAY} (2 attempts)")
    assert status(pk) == 4


def test_a_worker_that_is_heard_of_loses_nothing(people):
    pk = submit(people)
    claimed = leases.claim(SYSTEM, "w")
    lose(pk)
    assert leases.heartbeat(SYSTEM, pk, claimed.claim) == ""
    assert leases.sweep(SYSTEM) == 0
    assert state(pk) == "PREPARING"


@pytest.mark.parametrize(("seconds", "woken"), [(4, []), (12, ["projects.work"])])
def test_where_a_worker_is_silent_another_looks_at_its_place(people, sent, django_capture_on_commit_callbacks, seconds, woken):
    pk = submit(people)
    leases.claim(SYSTEM, "w")
    Execution.objects.filter(pk=pk).update(lease_until=clock.now() + timedelta(seconds=leases.LEASE_SECONDS - seconds))
    with django_capture_on_commit_callbacks(execute=True):
        assert leases.sweep(SYSTEM) == 0
    assert (sent, state(pk)) == (woken, "PREPARING")


def test_what_nobody_was_told_of_is_told_again(people, sent, django_capture_on_commit_callbacks):
    pk = submit(people)
    Execution.objects.filter(pk=pk).update(created_at=clock.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        leases.sweep(SYSTEM)
    assert sent == ["projects.work"]


def test_cancelling_in_the_queue_is_at_once(people):
    pk = submit(people)
    executions.cancel(people.editor.actor, pk)
    row = Execution.objects.get(pk=pk)
    assert (row.state, row.reason) == ("KILLED", "Cancelled by editor")
    assert status(pk) == 5
    assert leases.claim(SYSTEM, "w") is None


def test_cancelling_on_a_worker_is_told_with_its_next_beat(people):
    pk = submit(people)
    claimed = leases.claim(SYSTEM, "w")
    executions.cancel(people.editor.actor, pk)
    assert leases.heartbeat(SYSTEM, pk, claimed.claim) == "Cancelled by editor"
    assert state(pk) == "PREPARING"


def test_a_cancelled_one_is_not_tried_again_when_its_worker_is_lost(people):
    pk = submit(people)
    leases.claim(SYSTEM, "w")
    executions.cancel(people.editor.actor, pk)
    lose(pk)
    leases.sweep(SYSTEM)
    assert state(pk) == "KILLED"


def test_what_has_ended_cannot_be_cancelled_or_moved(people):
    pk = submit(people)
    executions.cancel(people.editor.actor, pk)
    with pytest.raises(Conflict):
        executions.cancel(people.editor.actor, pk)
    with pytest.raises(Conflict):
        executions.prioritize(people.editor.actor, pk, 1)


def test_the_token_of_an_execution_dies_with_it(people):
    pk = submit(people)
    claimed = leases.claim(SYSTEM, "w")
    actor = actor_for_token(claimed.token)
    assert (actor.name, actor.limits["run"], actor.limits["execution"]) == ("editor", claimed.run_id, str(pk))
    leases.end(SYSTEM, pk, claimed.claim, Outcome("FINISHED"))
    assert actor_for_token(claimed.token) is None


def test_the_token_of_a_lost_attempt_dies_too(people):
    submit(people)
    old = leases.claim(SYSTEM, "w")
    lose(old.id)
    leases.sweep(SYSTEM)
    new = leases.claim(SYSTEM, "w")
    assert actor_for_token(old.token) is None
    assert actor_for_token(new.token) is not None


def test_an_execution_cannot_start_or_end_others(people):
    pk = submit(people)
    token = actor_for_token(leases.claim(SYSTEM, "w").token)
    with pytest.raises(Denied):
        executions.submit(token, NewExecution(uri=URI, experiment_id="0"))
    with pytest.raises(Denied):
        executions.cancel(token, pk)
    with pytest.raises(Denied):
        executions.repeat(token, pk)
    assert queries.get_execution(token, pk).id == pk


def test_somebody_who_left_has_nothing_run_in_their_name(people):
    pk = submit(people)
    people.editor.user.is_active = False
    people.editor.user.save(update_fields=["is_active"])
    assert leases.claim(SYSTEM, "w") is None
    row = Execution.objects.get(pk=pk)
    assert row.state == "FAILED"
    assert "in the name of editor any more" in row.reason


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"uri": ""}, "Say what to run"),
        ({"uri": "ext::sh"}, "not the address of a project"),
        ({"uri": "file:///etc"}, "administrator"),
        ({"ref": "--upload-pack=x"}, "not the name of a branch"),
        ({"priority": 1000}, "priority"),
        ({"params": {"a": ["x"]}}, "a text or a number"),
        ({"limits": {"memory_mb": 1}}, "memory_mb"),
        ({"limits": {"gpus": 1}}, "Unknown limit"),
        ({"entry_point": "a\nb"}, "entry point"),
    ],
)
def test_nonsense_is_refused_at_submission(people, new, words):
    with pytest.raises(Invalid, match=words):
        submit(people, **new)
    assert not Execution.objects.exists()


def test_limits_are_the_smallest_of_all(people, settings):
    settings.EXECUTION_MINUTES = 60
    pk = submit(people, limits={"minutes": 600, "memory_mb": 128, "network": False})
    limits = Execution.objects.get(pk=pk).limits
    assert (limits["minutes"], limits["memory_mb"], limits["network"]) == (60, 128, False)


def test_an_experiment_is_made_by_name_or_found(people):
    first = submit(people, experiment_id="", experiment_name="fresh")
    second = submit(people, experiment_id="", experiment_name="fresh")
    rows = [Execution.objects.get(pk=pk).run.experiment.name for pk in (first, second)]
    assert rows == ["fresh", "fresh"]


def test_a_reader_cannot_submit_into_an_experiment(people, worlds):
    with pytest.raises(Denied):
        executions.submit(people.reader.actor, NewExecution(uri=URI, experiment_id=worlds.here.experiment_id))
    with pytest.raises(Missing):
        executions.submit(people.editor.actor, NewExecution(uri=URI, experiment_id=worlds.there.experiment_id))


def test_repeating_runs_the_same_commit_with_other_parameters(people):
    pk = submit(people, params={"a": "1"}, ref="main")
    claimed = leases.claim(SYSTEM, "w")
    leases.note(SYSTEM, pk, claimed.claim, commit="c" * 40)
    again = executions.repeat(people.editor.actor, pk, {"params": {"a": "2"}})
    row = Execution.objects.get(pk=again)
    assert (row.ref, row.params, row.origin_id) == ("c" * 40, {"a": "2"}, pk)
    assert row.run_id != claimed.run_id


def test_a_run_of_a_laptop_is_run_again_from_its_tags(people):
    tags = {
        "mlflow.source.type": "PROJECT",
        "mlflow.source.name": f"{URI}#sub",
        "mlflow.source.git.commit": "d" * 40,
        "mlflow.project.entryPoint": "train",
    }
    run = runs.create_run(people.editor.actor, runs.NewRun("0", tags=[Tag(*pair) for pair in tags.items()]))
    log_batch(people.editor.actor, run.run_id, Batch(params=[Tag("alpha", "0.5"), Tag("note", "'a b'")]))
    row = Execution.objects.get(pk=executions.rerun(people.editor.actor, run.run_id))
    assert (row.uri, row.ref, row.subdirectory, row.entry_point) == (URI, "d" * 40, "sub", "train")
    assert row.params == {"alpha": "0.5", "note": "a b"}


def test_a_run_without_a_project_cannot_be_run_again(people):
    run = runs.create_run(people.editor.actor, runs.NewRun("0"))
    with pytest.raises(Invalid, match="does not come from a project"):
        executions.rerun(people.editor.actor, run.run_id)


def test_an_execution_is_seen_by_whoever_sees_its_run(people, worlds):
    pk = executions.submit(people.editor.actor, NewExecution(uri=URI, experiment_id=worlds.here.experiment_id))
    assert queries.get_execution(people.reader.actor, pk).id == pk
    with pytest.raises(Denied):
        executions.cancel(people.reader.actor, pk)
    there = executions.submit(worlds.there.owner, NewExecution(uri=URI, experiment_id=worlds.there.experiment_id))
    with pytest.raises(Missing):
        queries.get_execution(people.reader.actor, there)
    assert [record.id for record in queries.list_queue(people.reader.actor)] == [pk]


def test_lists_are_paged_and_cost_the_same_for_two_and_for_twelve(people, django_assert_max_num_queries):
    pks = [submit(people) for _ in range(12)]
    with django_assert_max_num_queries(20):
        page = queries.list_executions(people.editor.actor, limit=5)
    assert [record.id for record in page.executions] == pks[:-6:-1]
    rest = queries.list_executions(people.editor.actor, limit=50, page_token=page.next_page_token)
    assert [record.id for record in rest.executions] == pks[6::-1]
    assert rest.next_page_token == ""


def test_whoever_asked_for_it_is_told_that_it_ended_and_not_of_what_they_stopped(people):
    first, second, third = submit(people), submit(people), submit(people)
    taken = leases.claim(SYSTEM, "w")
    leases.end(SYSTEM, first, taken.claim, Outcome("FAILED", "Exit code 1"))
    executions.cancel(people.editor.actor, second)
    executions.cancel(people.admin.actor, third)
    told = [(one.kind, one.title.partition(")")[2].strip(), one.body) for one in list_notices(people.editor.actor)]
    assert told == [("execution", "was stopped", "Cancelled by admin"), ("execution", "has failed", "Exit code 1")]
    assert list_notices(people.editor.actor)[1].url.endswith(f"/executions/{first}/")


def test_a_lost_execution_that_is_given_up_is_told_once(people):
    pk = submit(people)
    for _ in range(2):
        leases.claim(SYSTEM, "w")
        lose(pk)
        leases.sweep(SYSTEM)
    assert [one.body for one in list_notices(people.editor.actor)] == [
        f"The worker w was lost{leases.KILLED_OR_AWAY} (2 attempts)"
    ]


def test_the_last_of_each_project_are_those_that_one_may_see(people, worlds):
    manager = people.manager.actor
    one, other = (projects.create_project(manager, NewProject(name, "https://example.com/p.git")) for name in ("one", "other"))
    mine = [executions.submit(manager, NewExecution(project_id=one, experiment_id=worlds.here.experiment_id)) for _ in range(3)]
    hidden = executions.submit(manager, NewExecution(project_id=other, experiment_name="hidden"))
    experiment = Execution.objects.get(pk=hidden).run.experiment_id
    grants.put_experiment_grant(SYSTEM, str(experiment), Level.NO_PERMISSIONS, user="reader")
    last = queries.list_last(manager, [one, other], 2)
    assert {key: [record.id for record in records] for key, records in last.items()} == {one: mine[:0:-1], other: [hidden]}
    assert list(queries.list_last(people.reader.actor, [one, other], 2)) == [one]


def test_each_phase_is_kept_with_its_time_and_the_next_attempt_begins_anew(people):
    pk = executions.submit(people.editor.actor, NewExecution(uri="https://example.com/p.git", experiment_id="0"))
    claimed = leases.claim(SYSTEM, "w")
    for phase in ("Fetching the code", "Building the environment"):
        leases.note(SYSTEM, pk, claimed.claim, phase=phase)
    leases.note(SYSTEM, pk, claimed.claim, commit="c")
    phases = queries.get_execution(people.editor.actor, pk).phases
    assert [name for name, _began in phases] == ["Fetching the code", "Building the environment"]
    assert phases[0][1] <= phases[1][1]
    leases.abandon(SYSTEM, pk, claimed.attempt, "w")
    leases.claim(SYSTEM, "w")
    assert queries.get_execution(people.editor.actor, pk).phases == []
