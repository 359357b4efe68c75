"""F22, the short form: emptying the trash that is killed anywhere, beside restoring and logging, with files that are gone."""

import io
import threading

import pytest
from django.db import connections

from apps.artifacts import stores
from apps.artifacts.models import Artifact, Blob, Root
from apps.artifacts.services import cleaning, uploads
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.errors import Denied, Invalid, Missing
from apps.experiments.models import MetricKey, Param, Point, Run, RunTag, Series
from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, experiments, runs, trash

SYSTEM = Actor.system("tests")


class Killed(BaseException):
    """As SIGKILL ends a transaction: nothing after it runs."""


@pytest.fixture
def store(settings, tmp_path):
    settings.ARTIFACT_ROOT = str(tmp_path / "artifacts")
    return stores.current()


def log(experiment, number, deleted):
    """A run with everything, in the trash or not; its id."""
    run = runs.create_run(SYSTEM, runs.NewRun(experiment, f"run {number}", tags=[Tag("t", "x")]))
    metrics = [MetricInput("m", step / 7, 1, step) for step in range(5)]
    batches.log_batch(SYSTEM, run.run_id, Batch(metrics, [Tag("p", str(number))], []))
    data = b"the same" if number % 2 else bytes([number]) * 50
    uploads.store(SYSTEM, root_of(experiment, run.run_id), "deep/file.bin", io.BytesIO(data), len(data))
    if deleted:
        runs.delete_run(SYSTEM, run.run_id)
    return run.run_id


def root_of(experiment, run_id):
    return f"{experiment}/{run_id}/artifacts"


@pytest.fixture
def full(db, store):
    """(experiment, runs in the trash, runs that live)."""
    experiment = str(experiments.create_experiment(SYSTEM, "emptied"))
    gone = [log(experiment, number, True) for number in range(6)]
    return experiment, gone, [log(experiment, number, False) for number in range(6, 12)]


def assert_whole(experiment, run_ids):
    """Rows and bytes of each are there."""
    for run_id in run_ids:
        run = Run.objects.get(run_id=run_id)
        assert Point.objects.filter(run_id=run.pk).count() == 5
        assert (Series.objects.filter(run_id=run.pk).count(), Param.objects.filter(run_id=run.pk).count()) == (1, 1)
        artifact = Artifact.objects.select_related("blob").get(root__key=root_of(experiment, run_id), path="deep/file.bin")
        assert stores.named(artifact.blob.store).size(artifact.blob.storage_key) == artifact.blob.size


def assert_gone(experiment, run_ids):
    """Nothing of them is left in any table."""
    assert not Run.objects.filter(run_id__in=run_ids).exists()
    assert not Root.objects.filter(key__in=[root_of(experiment, run_id) for run_id in run_ids]).exists()
    known = Run.objects.values("pk")
    for table in (Point, Series, Param, RunTag):
        assert not table.objects.exclude(run_id__in=known).exists()


def assert_store_holds_what_rows_say(store):
    Blob.objects.exclude(artifacts__isnull=False).update(touched_at="2020-01-01T00:00:00Z")
    cleaning.clean(SYSTEM)
    assert {found.key for found in store.walk()} == set(Blob.objects.values_list("storage_key", flat=True))
    assert not Blob.objects.filter(artifacts__isnull=True).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("at", [1, 3])
@pytest.mark.parametrize("where", ["forget_comments", "record"])
def test_what_was_killed_in_the_middle_ends_when_it_runs_again(full, store, monkeypatch, at, where):
    experiment, gone, kept = full
    calls, real = [], getattr(trash, where)

    def dying(*args, **kwargs):
        calls.append(args)
        if len(calls) == at:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(trash, where, dying)
    with pytest.raises(Killed):
        trash.purge_trash(SYSTEM, now_ms() + 1)
    left = [run_id for run_id in gone if Run.objects.filter(run_id=run_id).exists()]
    assert len(left) == 6 - (at - 1)
    assert_whole(experiment, [*left, *kept])
    monkeypatch.setattr(trash, where, real)
    assert trash.purge_trash(SYSTEM, now_ms() + 1).runs == len(left)
    assert_gone(experiment, gone)
    assert_whole(experiment, kept)
    assert_store_holds_what_rows_say(store)


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["delete", "_forget"])
def test_bytes_whose_removal_was_killed_go_when_it_runs_again(full, store, monkeypatch, where):
    experiment, gone, kept = full
    trash.purge_trash(SYSTEM, now_ms() + 1)
    Blob.objects.exclude(artifacts__isnull=False).update(touched_at="2020-01-01T00:00:00Z")

    def dying(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(*((type(store), "delete") if where == "delete" else (cleaning, "_forget")), dying)
        with pytest.raises(Killed):
            cleaning.clean(SYSTEM)
    report = cleaning.clean(SYSTEM)
    assert report.blobs == 3
    assert len(report.warnings) == (0 if where == "delete" else 1)
    assert_gone(experiment, gone)
    assert_whole(experiment, kept)
    assert_store_holds_what_rows_say(store)


@pytest.mark.django_db
def test_files_that_are_missing_are_a_warning_and_stop_nothing(full, store):
    experiment, gone, kept = full
    for run_id in gone:
        blob = Blob.objects.get(artifacts__root__key=root_of(experiment, run_id), artifacts__path="deep/file.bin")
        if not blob.artifacts.filter(root__key__in=[root_of(experiment, one) for one in kept]).exists():
            store.delete(blob.storage_key)
    assert trash.purge_trash(SYSTEM, now_ms() + 1).runs == 6
    Blob.objects.exclude(artifacts__isnull=False).update(touched_at="2020-01-01T00:00:00Z")
    report = cleaning.clean(SYSTEM)
    assert [warning.endswith("was missing in the store already") for warning in report.warnings] == [True] * 3
    assert_whole(experiment, kept)
    assert_store_holds_what_rows_say(store)


@pytest.mark.django_db
def test_a_run_that_is_restored_before_its_turn_stays_whole(full, store, monkeypatch):
    experiment, gone, kept = full
    real = trash._purge_run

    def restoring(actor, pk, *args):
        for run_id in gone[3:]:
            runs.restore_run(SYSTEM, run_id)
        return real(actor, pk, *args)

    monkeypatch.setattr(trash, "_purge_run", restoring)
    assert trash.purge_trash(SYSTEM, now_ms() + 1).runs == 3
    assert_gone(experiment, gone[:3])
    assert_whole(experiment, [*gone[3:], *kept])


@pytest.mark.django_db(transaction=True)
def test_emptying_restoring_and_logging_at_once_leave_every_run_whole_or_gone(full, store):
    experiment, gone, kept = full
    restored, logged, errors = [], [], []

    def guarded(action):
        try:
            action()
        except Exception as error:
            errors.append(repr(error))
        finally:
            connections.close_all()

    def restore():
        for run_id in reversed(gone):
            try:
                runs.restore_run(SYSTEM, run_id)
                restored.append(run_id)
            except Missing:
                continue

    def write():
        for number in range(20, 26):
            logged.append(log(experiment, number, False))
            try:
                batches.log_metric(SYSTEM, gone[number - 20], MetricInput("m", 1.0, 1, 99))
            except (Missing, Invalid, Denied):
                continue

    def empty():
        for _ in range(2):
            trash.purge_trash(SYSTEM, now_ms() + 1)

    threads = [threading.Thread(target=guarded, args=(action,)) for action in (empty, empty, restore, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    there = set(Run.objects.filter(run_id__in=gone).values_list("run_id", flat=True))
    assert set(restored) == there
    Point.objects.filter(step=99).delete()
    assert_gone(experiment, set(gone) - there)
    assert_whole(experiment, [*there, *kept, *logged])
    assert_store_holds_what_rows_say(store)
    assert MetricKey.objects.filter(name="m").count() == 1
