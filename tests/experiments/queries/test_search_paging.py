"""Pages, views, visibility and the number of statements of searches."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actor import Actor
from apps.core.errors import Invalid, Unauthenticated
from apps.core.filterlang.evaluate import Facts
from apps.core.paging import decode_token, encode_token
from apps.experiments.interning import metric_key_ids
from apps.experiments.models import LoggedModel, ModelMetric, Run
from apps.experiments.queries.search import search_experiments, search_logged_models, search_runs
from apps.experiments.search.logged_models import DatasetFilter
from tests.experiments.facts import make_experiment, make_models, make_runs

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("tests")
FULL = Facts(
    {"run_name": "full", "start_time": 5},
    {"m": 1.0, "n": float("nan")},
    {"p": "1", "q": ""},
    {"t": "x"},
    [{"name": "iris", "digest": "1", "context": "train"}],
)


def names(page):
    return [run.name for run in page.items]


def test_no_experiment_ids_find_no_runs():
    assert search_runs(SYSTEM, []).items == []


def test_unknown_experiments_are_passed_over():
    experiment = make_experiment()
    make_runs(experiment, [FULL])
    assert names(search_runs(SYSTEM, ["123456789", str(experiment.pk), str(experiment.pk)])) == ["full"]


@pytest.mark.parametrize("text", ["abc", "-1", "", "1.0", "9" * 30])
def test_an_experiment_id_that_is_no_number_is_invalid(text):
    with pytest.raises(Invalid):
        search_runs(SYSTEM, [text])


@pytest.mark.parametrize("number", [0, -1, 50_001])
def test_a_page_has_1_to_50000_results(number):
    for search in (
        lambda: search_runs(SYSTEM, ["0"], max_results=number),
        lambda: search_experiments(SYSTEM, max_results=number),
    ):
        with pytest.raises(Invalid, match="max_results"):
            search()


@pytest.mark.parametrize(
    "token",
    [
        "not base64",
        "bm90IGpzb24=",
        encode_token({}),
        encode_token({"offset": "a"}),
        encode_token({"offset": -1}),
        encode_token({"offset": True}),
        encode_token({"offset": 1, "after": [1]}),
        encode_token({"offset": 1, "after": ["x", "y"]}),
        encode_token({"offset": 1, "after": [2**70, "y"]}),
    ],
)
def test_a_token_of_somebody_else_is_invalid(token):
    with pytest.raises(Invalid, match="Invalid page token"):
        search_runs(SYSTEM, ["0"], page_token=token)


def test_a_token_holds_the_offset():
    experiment = make_experiment()
    make_runs(experiment, [FULL] * 3)
    token = search_runs(SYSTEM, [str(experiment.pk)], max_results=2).next_page_token
    assert decode_token(token)["offset"] == 2


def test_a_plain_offset_is_a_token_too():
    experiment = make_experiment()
    make_runs(experiment, [Facts({"run_name": str(number), "start_time": number}) for number in range(4)])
    page = search_runs(SYSTEM, [str(experiment.pk)], max_results=2, page_token=encode_token({"offset": 1}))
    assert names(page) == ["2", "1"]


def test_a_full_last_page_has_no_token():
    experiment = make_experiment()
    make_runs(experiment, [FULL] * 2)
    assert search_runs(SYSTEM, [str(experiment.pk)], max_results=2).next_page_token == ""


def test_a_run_that_begins_between_two_pages_moves_none_of_the_others():
    experiment = make_experiment()
    make_runs(experiment, [Facts({"run_name": str(number), "start_time": number}) for number in range(4)])
    first = search_runs(SYSTEM, [str(experiment.pk)], max_results=2)
    make_runs(experiment, [Facts({"run_name": "new", "start_time": 9})])
    second = search_runs(SYSTEM, [str(experiment.pk)], max_results=2, page_token=first.next_page_token)
    assert names(first) + names(second) == ["3", "2", "1", "0"]


@pytest.mark.parametrize(("view", "expected"), [("ACTIVE_ONLY", ["a"]), ("DELETED_ONLY", ["b"]), ("ALL", ["b", "a"])])
def test_views_choose_by_lifecycle(view, expected):
    experiment = make_experiment()
    make_runs(experiment, [Facts({"run_name": "a", "start_time": 1}), Facts({"run_name": "b", "start_time": 2})])
    Run.objects.filter(experiment=experiment, name="b").update(lifecycle="deleted")
    assert names(search_runs(SYSTEM, [str(experiment.pk)], view=view)) == expected


def test_another_view_is_invalid():
    with pytest.raises(Invalid, match="view_type"):
        search_runs(SYSTEM, ["0"], view="SOME")


def test_a_run_comes_with_all_its_details():
    experiment = make_experiment()
    make_runs(experiment, [FULL])
    run = search_runs(SYSTEM, [str(experiment.pk)]).items[0]
    assert [(one.key, one.value, one.kind) for one in run.metrics] == [("m", 1.0, 0), ("n", 0.0, 1)]
    assert (run.params, run.tags) == ([("p", "1"), ("q", "")], [("t", "x")])
    assert [(one.name, one.digest) for one in run.inputs] == [("iris", "1")]


def test_the_statements_of_a_page_do_not_grow_with_it():
    experiment = make_experiment()
    counts = []
    for _ in range(2):
        make_runs(experiment, [FULL] * 5)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            search_runs(
                SYSTEM,
                [str(experiment.pk)],
                filter_text="metrics.m > 0 AND params.p = '1' AND tags.t = 'x'",
                order_by=["metrics.m"],
            )
        counts.append(len(queries))
    # Two of them for the names of keys, which are remembered only when what was read stands.
    assert counts[0] == counts[1] <= 14


def test_nobody_searches_nothing():
    for search in (
        lambda: search_runs(Actor.anonymous(), ["0"]),
        lambda: search_experiments(Actor.anonymous()),
        lambda: search_logged_models(Actor.anonymous(), ["0"]),
    ):
        with pytest.raises(Unauthenticated):
            search()


def test_a_search_shows_what_the_actor_may_see(worlds, people):
    ids = [worlds.here.experiment_id, worlds.there.experiment_id]
    assert {run.experiment_id for run in search_runs(people.reader.actor, ids).items} == {int(ids[0])}
    assert {run.experiment_id for run in search_runs(people.admin.actor, ids).items} == {int(one) for one in ids}
    assert {model.experiment_id for model in search_logged_models(people.reader.actor, ids).items} == {int(ids[0])}


def test_experiments_are_those_of_the_workspace(worlds, people):
    found = {record.id for record in search_experiments(people.admin.actor).items}
    assert int(worlds.here.experiment_id) in found
    assert int(worlds.there.experiment_id) not in found


def test_deleted_experiments_are_asked_for(worlds, people):
    found = [record.id for record in search_experiments(people.reader.actor, view="DELETED_ONLY").items]
    assert found == [int(worlds.here.deleted_experiment_id)]


def model_facts(name):
    return Facts(
        {
            "name": name,
            "model_type": None,
            "source_run_id": None,
            "status": "LOGGED_MODEL_READY",
            "creation_timestamp_ms": 0,
            "last_updated_timestamp_ms": 0,
        }
    )


def on_datasets(experiment, **metrics):
    """Models with a metric `x` on the datasets given as (name, digest, value)."""
    made = make_models(experiment, [model_facts(name) for name in metrics])
    key = metric_key_ids({"x"})["x"]
    for model_id, rows in zip(made, metrics.values(), strict=True):
        model = LoggedModel.objects.get(model_id=model_id)
        for step, (name, digest, value) in enumerate(rows):
            ModelMetric.objects.create(
                model=model, key_id=key, dataset_name=name, dataset_digest=digest, step=step, timestamp=step, value=value, kind=0
            )


@pytest.mark.parametrize(
    ("filter_text", "datasets", "expected"),
    [
        ("", [DatasetFilter("iris")], {"a", "b"}),
        ("", [DatasetFilter("iris", "2")], {"b"}),
        ("", [DatasetFilter("wine"), DatasetFilter("iris", "1")], {"a", "c"}),
        ("metrics.x > 1", [], {"a", "b", "c"}),
        ("metrics.x > 1", [DatasetFilter("iris")], {"b"}),
        ("name = 'a'", [DatasetFilter("iris")], {"a"}),
    ],
)
def test_datasets_narrow_the_metrics_of_logged_models(filter_text, datasets, expected):
    experiment = make_experiment()
    on_datasets(experiment, a=[("iris", "1", 1.0), ("", "", 5.0)], b=[("iris", "2", 2.0)], c=[("wine", "1", 3.0)])
    page = search_logged_models(SYSTEM, [str(experiment.pk)], filter_text=filter_text, datasets=datasets)
    assert {model.name for model in page.items} == expected


def test_a_metric_orders_logged_models_by_its_value_on_one_dataset():
    experiment = make_experiment()
    on_datasets(experiment, a=[("iris", "1", 1.0), ("wine", "1", 9.0)], b=[("iris", "1", 2.0)], c=[("wine", "1", 3.0)])
    page = search_logged_models(SYSTEM, [str(experiment.pk)], order_by=[("metrics.x", False, "iris", "")])
    assert [model.name for model in page.items] == ["b", "a", "c"]


def test_a_token_of_logged_models_belongs_to_its_search():
    experiment = make_experiment()
    make_models(experiment, [model_facts("a")] * 3)
    ids = [str(experiment.pk)]
    first = search_logged_models(SYSTEM, ids, max_results=2)
    assert len(search_logged_models(SYSTEM, ids, max_results=2, page_token=first.next_page_token).items) == 1
    with pytest.raises(Invalid, match="Invalid page token"):
        search_logged_models(SYSTEM, ids, filter_text="name = 'a'", page_token=first.next_page_token)


def test_deleted_logged_models_are_not_found():
    experiment = make_experiment()
    make_models(experiment, [model_facts("a")])
    LoggedModel.objects.filter(experiment=experiment).update(lifecycle="deleted")
    assert search_logged_models(SYSTEM, [str(experiment.pk)]).items == []
