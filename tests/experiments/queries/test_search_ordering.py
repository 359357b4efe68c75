"""The order of search results: protocol 5.2, 5.3 and 10."""

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.actor import Actor
from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.evaluate import Facts, metric_number
from apps.core.filterlang.orderby import OrderKey, parse_order_by
from apps.experiments.queries.search import search_experiments, search_logged_models, search_runs
from tests.core.filterlang.strategies import KEYS, RUN_FACTS
from tests.experiments.facts import make_experiment, make_models, make_runs, make_workspace

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
FIELDS = [f"{entity}.`{key}`" for entity in ("metrics", "params", "tags") for key in [*KEYS[:3], "nobody has this"]]
FIELDS += ["status", "run_name", "run_id", "user_id", "artifact_uri", "start_time", "end_time"]
CLAUSES = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(["", " ASC", " desc"])).map("".join),
    max_size=3,
    unique_by=lambda clause: clause.split(" ASC")[0].split(" desc")[0],
)


def rank(facts: Facts, level: OrderKey) -> tuple[int, object]:
    """0 for a value, 1 for NaN, 2 for none; and the value."""
    found = facts.values(level.entity, level.key)
    if not found:
        return 2, 0
    if level.entity == "metric" and math.isnan(found[0]):
        return 1, 0
    return 0, metric_number(found[0]) if level.entity == "metric" else found[0]


def sorted_ids(runs: dict[str, Facts], clauses: list[str]) -> list[str]:
    """The reference order, by stable sorts from the last key to the first."""
    ids = sorted(runs)
    ids.sort(key=lambda one: -runs[one].attributes["start_time"])
    for level in reversed(parse_order_by(clauses, RUNS)):
        ids.sort(key=lambda one, level=level: rank(runs[one], level)[1], reverse=not level.ascending) if all(
            rank(runs[one], level)[0] == 0 for one in ids
        ) else sort_with_missing(ids, runs, level)
    return ids


def sort_with_missing(ids: list[str], runs: dict[str, Facts], level: OrderKey) -> None:
    present = [one for one in ids if rank(runs[one], level)[0] == 0]
    present.sort(key=lambda one: rank(runs[one], level)[1], reverse=not level.ascending)
    ids[:] = present + [one for number in (1, 2) for one in ids if rank(runs[one], level)[0] == number]


@MANY
@given(st.lists(RUN_FACTS, min_size=2, max_size=6), CLAUSES)
def test_runs_come_in_the_order_asked_for(many, clauses):
    experiment = make_experiment()
    runs = make_runs(experiment, many)
    page = search_runs(SYSTEM, [str(experiment.pk)], order_by=clauses)
    assert [run.run_id for run in page.items] == sorted_ids(runs, clauses)


@MANY
@given(st.lists(RUN_FACTS, min_size=1, max_size=7), CLAUSES, st.integers(1, 4), st.booleans())
def test_pages_put_together_are_the_whole(many, clauses, size, two):
    first, second = make_experiment(), make_experiment()
    runs = make_runs(first, many[::2]) | make_runs(second, many[1::2])
    ids = [str(first.pk), str(second.pk)]
    found, token = [], ""
    while True:
        page = search_runs(
            SYSTEM, ids, order_by=clauses, max_results=size, page_token=token, view="ALL" if two else "ACTIVE_ONLY"
        )
        found += [run.run_id for run in page.items]
        token = page.next_page_token
        if not token:
            break
        assert len(page.items) == size
    assert found == sorted_ids(runs, clauses)


@pytest.mark.parametrize(
    ("clause", "order"), [("metrics.x", "-inf -1 0 1 inf nan none"), ("metrics.x DESC", "inf 1 0 -1 -inf nan none")]
)
def test_nan_comes_behind_all_numbers_and_missing_last_in_both_directions(clause, order):
    experiment = make_experiment()
    names = ["nan", "inf", "-inf", "-1", "0", "1", "none"]
    make_runs(experiment, [Facts({"run_name": name}, {} if name == "none" else {"x": float(name)}) for name in names])
    page = search_runs(SYSTEM, [str(experiment.pk)], order_by=[clause])
    assert [run.name for run in page.items] == order.split()


def test_a_status_sorts_by_its_name():
    experiment = make_experiment()
    make_runs(experiment, [Facts({"status": name}) for name in ("RUNNING", "FINISHED", "FAILED", "KILLED", "SCHEDULED")])
    page = search_runs(SYSTEM, [str(experiment.pk)], order_by=["status DESC"])
    assert [run.status for run in page.items] == [2, 1, 5, 3, 4]


@pytest.mark.parametrize(
    ("order_by", "order"),
    [
        ([], "c b a d"),
        (["name"], "a b c d"),
        (["creation_time"], "d c b a"),
        (["last_update_time DESC"], "d c b a"),
        (["experiment_id DESC"], "d c b a"),
        (["name DESC"], "d c b a"),
    ],
)
def test_experiments_come_newest_first_or_as_asked(order_by, order):
    workspace = make_workspace()
    for name, created in (("a", 1), ("b", 2), ("c", 2), ("d", 0)):
        make_experiment(name, workspace=workspace, created_at=created, updated_at=5)
    found = [record.name for record in search_experiments(replace(SYSTEM, workspace=workspace.name), order_by=order_by).items]
    if not order_by:
        assert found == ["b", "c", "a", "d"]  # ties go to the smaller id
    elif order_by == ["creation_time"]:
        assert found == ["d", "a", "c", "b"]  # and to the greater one in an explicit order
    else:
        assert found == order.split()


def models_in_order(order_by, **facts):
    experiment = make_experiment()
    base = {"model_type": None, "source_run_id": None, "status": "LOGGED_MODEL_READY", "last_updated_timestamp_ms": 0}
    things = [
        Facts({**base, "name": name, "creation_timestamp_ms": number}, metrics={"x": values} if values else {})
        for number, (name, values) in enumerate(facts.items())
    ]
    make_models(experiment, things)
    return [model.name for model in search_logged_models(SYSTEM, [str(experiment.pk)], order_by=order_by).items]


def test_logged_models_come_newest_first():
    assert models_in_order(None, a=None, b=None, c=None) == ["c", "b", "a"]


@pytest.mark.parametrize(("ascending", "order"), [(True, ["b", "a", "n", "m"]), (False, ["a", "b", "n", "m"])])
def test_logged_models_sort_by_the_newest_value_of_a_metric(ascending, order):
    order_by = [("metrics.x", ascending, "", "")]
    assert models_in_order(order_by, a=[0.0, 2.0], b=[5.0, 1.0], n=[math.nan], m=None) == order


def test_logged_models_sort_by_attributes():
    assert models_in_order([("name", False, "", "")], a=None, b=None, c=None) == ["c", "b", "a"]
    assert models_in_order([("creation_time", True, "", "")], a=None, b=None, c=None) == ["a", "b", "c"]
