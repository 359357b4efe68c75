"""`order_by` of each search."""

import pytest

from apps.core.filterlang.dialects import EXPERIMENTS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.orderby import OrderKey, logged_model_order, parse_order_by


def refusal(clauses, dialect=RUNS):
    with pytest.raises(FilterError) as caught:
        parse_order_by(clauses, dialect)
    return caught.value.message


@pytest.mark.parametrize(
    ("clause", "key"),
    [
        ("metrics.a", OrderKey("metric", "a")),
        ("metrics.`Mean Square Error` DESC", OrderKey("metric", "Mean Square Error", False)),
        ('metrics."key1"  desc', OrderKey("metric", "key1", False)),
        ("params.my_param aSc", OrderKey("param", "my_param")),
        ("tag.a.b DESC", OrderKey("tag", "a.b", False)),
        ("attributes.status   DESC", OrderKey("attribute", "status", False)),
        ("created", OrderKey("attribute", "start_time")),
        ("`Run Name` ASC", OrderKey("attribute", "run_name")),
        ("end_time ", OrderKey("attribute", "end_time")),
    ],
)
def test_a_run_clause_is_a_field_and_a_direction(clause, key):
    assert parse_order_by([clause], RUNS) == [key]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("m.acc", "Invalid entity type"),
        ("acc", "Invalid attribute key"),
        ("`metrics.A", "Invalid order_by clause"),
        ("`metrics.A`", "Invalid entity type"),
        ("attribute.start", "Invalid attribute key"),
        ("metrics.A != 1", "Invalid order_by clause"),
        ("metrics.A ASC DESC", "Invalid order_by clause"),
        ("", "Invalid order_by clause"),
        ("attribute.run_id ACS", "Invalid ordering key"),
        ("datasets.name", "Invalid order_by entity type"),
    ],
)
def test_a_bad_run_clause_is_refused(clause, words):
    assert words in refusal([clause])


@pytest.mark.parametrize("clauses", [["metrics.a", "metrics.a DESC"], ["start_time", "created"], ["param.`x`", "params.x"]])
def test_a_field_stands_only_once(clauses):
    assert "order_by" in refusal(clauses)
    assert "contains duplicate fields" in refusal(clauses)


@pytest.mark.parametrize("key", ["name", "experiment_id", "creation_time", "last_update_time"])
def test_experiments_are_ordered_by_their_attributes(key):
    assert parse_order_by([f"{key} DESC"], EXPERIMENTS) == [OrderKey("attribute", key, False)]


def test_experiments_are_not_ordered_by_tags():
    assert "Invalid order_by entity" in refusal(["tags.x"], EXPERIMENTS)


@pytest.mark.parametrize("key", ["timestamp", "last_updated_timestamp"])
def test_registered_models_are_ordered_by_their_time(key):
    assert parse_order_by(["name", f"{key} DESC"], REGISTERED_MODELS)[1] == OrderKey("attribute", "last_updated_timestamp", False)


def test_the_two_names_of_that_time_are_one_field():
    assert "contains duplicate fields" in refusal(["timestamp", "last_updated_timestamp"], REGISTERED_MODELS)


@pytest.mark.parametrize("key", ["name", "version_number", "creation_timestamp", "last_updated_timestamp"])
def test_versions_are_ordered_by_number_name_and_times(key):
    assert parse_order_by([key], MODEL_VERSIONS) == [OrderKey("attribute", key)]


@pytest.mark.parametrize("key", ["run_id", "source_path", "tags.x"])
def test_versions_are_not_ordered_by_the_rest(key):
    assert "Invalid" in refusal([key], MODEL_VERSIONS)


def test_logged_models_are_ordered_by_attributes_and_by_metrics_of_a_dataset():
    keys = logged_model_order(
        [("creation_time", False, "", ""), ("metrics.a b", True, "iris", "d1"), ("attributes.name", True, "", "")]
    )
    assert keys == [
        OrderKey("attribute", "creation_timestamp_ms", False),
        OrderKey("metric", "a b", True, "iris", "d1"),
        OrderKey("attribute", "name"),
    ]


@pytest.mark.parametrize("name", ["", "params.x", "tags.x", "metrics.", "metric.x", "nonsense"])
def test_another_field_of_logged_models_is_refused(name):
    with pytest.raises(FilterError, match="Invalid order by field name"):
        logged_model_order([(name, True, "", "")])


def test_one_metric_may_be_ordered_by_for_two_datasets_but_not_twice_for_one():
    logged_model_order([("metrics.a", True, "x", ""), ("metrics.a", True, "y", "")])
    with pytest.raises(FilterError, match="contains duplicate fields"):
        logged_model_order([("metrics.a", True, "x", ""), ("metrics.a", False, "x", "")])
