"""A second point of the same account in the same run: on PostgreSQL in one message, and refused whenever the first way would.

The same holds on SQLite, which knows no other way.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.access.levels import Level
from apps.accounts import claims, seen
from apps.accounts.models import ApiToken, User
from apps.accounts.services import tokens
from apps.core import clock
from apps.core.actor import Actor
from apps.experiments import interning
from apps.experiments.models import Point, Run, RunWriter, Series
from apps.experiments.services import batches, grants, holds, trash
from apps.experiments.sql import writers

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    claims.forget()
    interning.forget()


@pytest.fixture
def experiment(people, api):
    """One that only its manager and the editor may write to."""
    number = api(people.manager).post("experiments/create", {"name": "mine"}).ok["experiment_id"]
    grants.set_everyone_level(people.manager.actor, number, Level.NO_PERMISSIONS)
    grants.put_experiment_grant(people.manager.actor, number, Level.EDIT, user="editor")
    return number


@pytest.fixture
def run_id(people, api, experiment):
    return api(people.manager).post("runs/create", {"experiment_id": experiment}).ok["run"]["info"]["run_id"]


@pytest.fixture
def log(people, api, run_id):
    """Log the point of a step, as somebody."""

    def log(step=1, person="editor", value=1.0, **more):
        fields = {"run_id": run_id, "key": "m", "value": value, "timestamp": 1, "step": step}
        return api(people[person]).post("runs/log-metric", fields | more)

    return log


@pytest.fixture
def logged(log):
    """The account has logged a point by the long way."""
    log(0).ok


def steps():
    return sorted(Point.objects.values_list("step", flat=True))


def test_the_second_point_takes_one_message(logged, log):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        log(1).ok
    if connection.vendor == "postgresql":
        assert len(queries) == 1
    assert steps() == [0, 1]


def test_a_token_is_noted_as_used(logged, log, people):
    seen.forget()
    ApiToken.objects.update(last_used_at=None)
    log(1).ok
    assert ApiToken.objects.get(user=people.editor.user).last_used_at


def revoke(people, **_):
    tokens.revoke_token(people.editor.actor, ApiToken.objects.get(user=people.editor.user).pk)


def expire(people, **_):
    ApiToken.objects.filter(user=people.editor.user).update(expires_at=clock.now())


def deactivate(people, **_):
    User.objects.filter(pk=people.editor.user.pk).update(is_active=False)


def withdraw(people, experiment, **_):
    grants.delete_experiment_grant(people.manager.actor, experiment, user="editor")


def lower(people, experiment, **_):
    grants.put_experiment_grant(people.manager.actor, experiment, Level.READ, user="editor")


def delete(people, api, run_id, **_):
    api(people.manager).post("runs/delete", {"run_id": run_id}).ok


def purge(people, api, run_id, **_):
    delete(people, api, run_id)
    trash.purge_run(SYSTEM, run_id)


def hold(run_id, **_):
    holds.place_hold(SYSTEM, "k", "version 1 of model", [run_id], [])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (revoke, 401, "UNAUTHENTICATED"),
        (expire, 401, "UNAUTHENTICATED"),
        (deactivate, 401, "UNAUTHENTICATED"),
        (withdraw, 404, "RESOURCE_DOES_NOT_EXIST"),
        (lower, 403, "PERMISSION_DENIED"),
        (delete, 400, "INVALID_PARAMETER_VALUE"),
        (purge, 404, "RESOURCE_DOES_NOT_EXIST"),
        (hold, 403, "PERMISSION_DENIED"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_has_changed_since_then_is_refused(logged, log, people, api, experiment, run_id, change, status, code):
    change(people=people, api=api, experiment=experiment, run_id=run_id)
    refused = log(1, timestamp=clock.now_ms() + 1000)
    assert (refused.status, refused.error_code) == (status, code)
    assert 1 not in steps()


def test_an_administrator_who_is_none_any_more_is_refused(log, people):
    log(0, "admin").ok
    User.objects.filter(pk=people.admin.user.pk).update(is_superuser=False)
    assert log(1, "admin").status == 404
    assert steps() == [0]


def test_one_account_opens_no_door_for_another(logged, log):
    assert log(1, "stranger").status == 404
    assert log(1, "reader").status == 404
    assert steps() == [0]


def test_a_stranger_with_a_revoked_token_does_not_learn_what_is_wrong_with_the_request(logged, log, people):
    revoke(people)
    assert log("no step").status == 401


def test_what_is_wrong_with_a_point_is_said(logged, log):
    for wrong in ({"timestamp": -1}, {"step": 2**63}, {"value": "x"}, {"key": ""}):
        assert log(**wrong).status == 400
    assert steps() == [0]


def test_a_workspace_that_is_named_is_asked_for(logged, people, api, run_id):
    fields = {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1, "step": 1}
    assert api(people.editor, workspace="nowhere").post("runs/log-metric", fields).status in {403, 404}
    assert steps() == [0]


def test_a_key_that_has_gone_is_made_again(logged, log, monkeypatch):
    interning._CACHES[interning.METRICS]["m"] = 987_654_321
    log(1, value=2.5).ok
    assert steps() == [0, 1]
    assert Series.objects.get(key__name="m").count == 2


def test_who_wrote_to_the_run_of_another_is_noted(logged, log, people, run_id):
    log(1).ok
    log(0, "manager").ok
    log(2, "manager").ok
    assert list(RunWriter.objects.values_list("run__run_id", "user_id")) == [(run_id, people.editor.user.pk)]


VALUES = [
    (3.0, 1, 0),
    (1.0, 2, 1),
    ("NaN", 3, 2),
    (1.0, 4, 3),
    (7.0, 5, 4),
    (7.0, 6, 5),
    ("Infinity", 7, 6),
    (2.0, 1, 0),
    (3.0, 1, 0),
]


def test_a_series_is_the_same_by_either_way(people, api, experiment, monkeypatch):
    editor, found = api(people.editor), []
    for is_known in (True, False):
        if not is_known:
            monkeypatch.setattr(batches, "has_written", lambda *_: False)
        run_id = editor.post("runs/create", {"experiment_id": experiment}).ok["run"]["info"]["run_id"]
        for value, timestamp, step in VALUES:
            editor.post(
                "runs/log-metric", {"run_id": run_id, "key": "m", "value": value, "timestamp": timestamp, "step": step}
            ).ok
        run = Run.objects.get(run_id=run_id)
        series = Series.objects.filter(run=run).values().get()
        points = sorted(Point.objects.filter(run=run).values_list("step", "timestamp", "value", "kind"))
        found.append((series | {"run_id": 0}, points))
    assert found[0] == found[1]
    assert len(found[0][1]) == len(VALUES) - 1


def test_only_what_stands_is_remembered(people, run_id, monkeypatch):
    """A write that is rolled back lets no later one pass by the short way."""

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(batches, "_write_metrics", fail)
    with pytest.raises(ZeroDivisionError):
        batches.log_metric(people.editor.actor, run_id, batches.MetricInput("m", 1.0, 1, 1))
    assert not writers.has_written(run_id, people.editor.user.pk)
    assert not RunWriter.objects.exists()
