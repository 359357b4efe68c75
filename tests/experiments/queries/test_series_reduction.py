"""Curves keep the exact extremes and ends of every bucket, and say when nothing is new."""

import math
import random

import pytest

from apps.experiments.queries import series
from apps.experiments.records import Batch, MetricInput
from apps.experiments.services import batches
from apps.experiments.services.runs import NewRun, create_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run_id(people):
    return create_run(people.editor.actor, NewRun()).run_id


def log(people, run_id, values, key="m"):
    points = [MetricInput(key, value, 1000 + step, step) for step, value in enumerate(values)]
    for start in range(0, len(points), 1000):
        batches.log_batch(people.editor.actor, run_id, Batch(points[start : start + 1000]))


def test_a_short_curve_comes_whole(people, run_id):
    log(people, run_id, [3.0, math.nan, math.inf])
    curve = series.get_curves(people.editor.actor, [run_id], "m").curves[0]
    assert [(step, kind) for step, _, kind, _ in curve.points] == [(0, 0), (2, 2)]
    assert curve.nan_steps == [1]
    assert (curve.count, curve.latest[0]) == (3, 2)


def test_a_long_curve_keeps_least_greatest_first_and_last_of_each_bucket(people, run_id):
    chance = random.Random(1)
    values = [chance.gauss(0, 1) for _ in range(5000)]
    log(people, run_id, values)
    width = 50
    curve = series.get_curves(people.editor.actor, [run_id], "m", width=width).curves[0]
    shown = {step: value for step, value, _, _ in curve.points}
    size = 5000 // width
    for start in range(0, 5000, size):
        bucket = range(start, start + size)
        for wanted in (min(bucket, key=values.__getitem__), max(bucket, key=values.__getitem__), bucket[0], bucket[-1]):
            assert shown[wanted] == values[wanted]
    assert len(curve.points) <= 4 * width
    assert curve.points == sorted(curve.points)


def test_a_zoomed_range_holds_only_its_steps(people, run_id):
    log(people, run_id, [float(step) for step in range(100)])
    curve = series.get_curves(people.editor.actor, [run_id], "m", start=10, end=19).curves[0]
    assert [step for step, *_ in curve.points] == list(range(10, 20))


def test_the_version_stays_until_something_is_logged(people, run_id):
    log(people, run_id, [1.0])
    first = series.get_curves(people.editor.actor, [run_id], "m")
    assert series.get_curves(people.editor.actor, [run_id], "m", known=first.version) is None
    batches.log_metric(people.editor.actor, run_id, MetricInput("m", 2.0, 2000, 5))
    assert series.get_curves(people.editor.actor, [run_id], "m", known=first.version).version != first.version


def test_hidden_runs_are_left_out(people, worlds):
    both = [worlds.here.run_id, worlds.there.run_id]
    found = series.get_curves(people.reader.actor, both, "loss")
    assert [curve.run_id for curve in found.curves] == [worlds.here.run_id]
