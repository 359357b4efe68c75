"""The language of the search of runs: protocol 5.2, section 19, and our additions."""

import pytest

from apps.core.filterlang.ast import Comparison, IsNull, Period
from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.parser import parse


def refusal(text):
    with pytest.raises(FilterError) as caught:
        parse(text, RUNS)
    return caught.value.message


@pytest.mark.parametrize(
    ("entity", "spellings"),
    [
        ("metric", ["metrics", "metric"]),
        ("param", ["params", "param", "parameter", "parameters"]),
        ("tag", ["tags", "tag"]),
        ("attribute", ["attributes", "attribute", "attr", "run"]),
        ("dataset", ["datasets", "dataset"]),
    ],
)
def test_each_entity_has_its_aliases(entity, spellings):
    key = {"metric": "x > 1", "attribute": "status = 'a'", "dataset": "name = 'a'"}.get(entity, "x = 'a'")
    assert {parse(f"{spelling}.{key}", RUNS).entity for spelling in spellings} == {entity}


@pytest.mark.parametrize(
    "text", ["m.acc >= 0.94", "p.model >= 'LR'", "attri.x != 1", "a.x != 1", "Metrics.x > 1", "`metrics.A` > 1", "trial.x = 'a'"]
)
def test_another_entity_is_refused(text):
    assert "Invalid entity type" in refusal(text)


@pytest.mark.parametrize("key", ["run_id", "run_name", "status", "artifact_uri", "user_id"])
def test_attributes_of_text(key):
    assert parse(f"attribute.{key} = 'x'", RUNS) == parse(f"{key} = 'x'", RUNS) == Comparison("attribute", key, "=", "x")


@pytest.mark.parametrize("key", ["start_time", "end_time"])
def test_attributes_of_time(key):
    assert parse(f"{key} >= 1234", RUNS) == Comparison("attribute", key, ">=", 1234)


@pytest.mark.parametrize("alias", ["created", "Created", "attribute.created", "run.`Created`"])
def test_created_is_start_time(alias):
    assert parse(f"{alias} > 1", RUNS).key == "start_time"


@pytest.mark.parametrize("alias", ["`run name`", '"Run name"', "attributes.`Run Name`"])
def test_run_name_may_be_written_with_a_blank(alias):
    assert parse(f"{alias} = 'x'", RUNS).key == "run_name"


@pytest.mark.parametrize(
    "text",
    [
        "acc >= 0.94",
        "model >= 'LR'",
        "foo is null",
        "attribute.start != 1",
        "attribute.experiment_id != 1",
        "attribute.lifecycle_stage = 'A'",
        "attribute.name != 1",
        "attribute.time != 1",
        "attribute._status != 'R'",
        "Status = 'x'",
    ],
)
def test_an_unknown_attribute_is_refused(text):
    assert "Invalid attribute key" in refusal(text)


@pytest.mark.parametrize("text", ["dataset.status = 'true'", "dataset.profile = 'num_rows: 10'"])
def test_an_unknown_part_of_a_dataset_is_refused(text):
    assert "Invalid dataset key" in refusal(text)


@pytest.mark.parametrize("operator", ["=", "!=", ">", ">=", "<", "<="])
def test_metrics_and_times_compare_with_numbers(operator):
    assert parse(f"metrics.x {operator} 1.5", RUNS) == Comparison("metric", "x", operator, 1.5)
    assert parse(f"end_time {operator} 1.5", RUNS) == Comparison("attribute", "end_time", operator, 1.5)


@pytest.mark.parametrize("key", ["params.x", "tags.x", "status", "datasets.name"])
@pytest.mark.parametrize("operator", ["=", "!=", "LIKE", "ILIKE", "RLIKE"])
def test_texts_compare_with_texts(key, operator):
    assert parse(f"{key} {operator} 'x'", RUNS).value == "x"


@pytest.mark.parametrize(
    "text",
    [
        "metrics.abc ~ 1.0",
        "metrics.abc ~= 1.0",
        "metrics.abc == 1",
        "metrics.abc <> 1",
        "metrics.abc LIKE 'a'",
        "metrics.abc IN ('a')",
        "params.abc > 'x'",
        "params.abc <= 'x'",
        "params.abc ~ 'x'",
        "tags.abc > 'x'",
        "tags.abc < 1",
        "status > 'x'",
        "status ~ 'x'",
        "start_time LIKE 1234",
        "start_time ILIKE '2026-11-01'",
        "start_time IN ('1')",
        "datasets.name > 'x'",
    ],
)
def test_an_operator_that_the_key_does_not_know_is_refused(text):
    assert "Invalid comparator" in refusal(text)


@pytest.mark.parametrize("text", ["metric.model = 'LR'", "metric.model = '5'", "metrics.acc != metrics.acc", "metrics.acc = LR"])
def test_a_metric_wants_a_number(text):
    assert "Expected numeric value type for metric" in refusal(text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("params.acc = 5", "param"),
        ("tags.acc = 5", "tag"),
        ("attribute.status = 1", "attributes"),
        ("datasets.name = 1", "dataset"),
        ("params.x = ('a')", "param"),
    ],
)
def test_a_text_key_wants_a_text(text, what):
    assert f"Expected a quoted string value for {what}" in refusal(text)


@pytest.mark.parametrize("text", ["params.acc = LR", "tags.acc = LR", "params.acc = `LR`", "params.acc = params.x"])
def test_a_text_wants_quotes(text):
    assert "value is either not quoted or unidentified quote types" in refusal(text)


@pytest.mark.parametrize("entity", ["params", "tags"])
def test_params_and_tags_may_be_null(entity):
    assert parse(f"{entity}.x is null", RUNS) == IsNull(entity[:-1], "x")
    assert parse(f"{entity}.x IS not NULL", RUNS) == IsNull(entity[:-1], "x", negated=True)


@pytest.mark.parametrize(
    "text", ["metrics.acc IS NULL", "attribute.status IS NULL", "start_time IS NOT NULL", "datasets.context IS NULL"]
)
def test_nothing_else_may_be_null(text):
    assert "IS NULL / IS NOT NULL is only supported for tags and params" in refusal(text)


def test_lists_keep_their_capitals():
    assert parse("run_id IN ('Ab', \"cD\",'e')", RUNS).value == ("Ab", "cD", "e")


@pytest.mark.parametrize("key", ["status", "run_name", "user_id", "artifact_uri"])
def test_of_the_attributes_only_the_run_id_takes_lists(key):
    assert "attributes support comparison with a list" in refusal(f"{key} IN ('a')")


def test_a_list_may_end_in_a_comma_as_pythons_tuples_of_one_do():
    assert parse(f"run_id IN {('a',)}", RUNS).value == ("a",)


@pytest.mark.parametrize(
    "text", ["run_id IN ()", "run_id IN (1)", "run_id IN ('a' 'b')", "run_id IN (,'a')", "run_id IN (a)", "run_id IN (('a'))"]
)
def test_a_list_is_not_empty_and_holds_texts_only(text):
    refusal(text)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_params_compare_with_numbers_too(operator):
    assert parse(f"params.lr {operator} 0.01", RUNS) == Comparison("param", "lr", operator, 0.01)


def test_a_bad_comparison_of_a_param_says_how_numbers_are_compared():
    assert "params.lr < 0.5" in refusal("params.lr < '0.01'")


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01T12:30:05.25+02:00", "2026-11", "today", "NOW-7d", "yesterday-2w"])
def test_times_compare_with_dates_too(text):
    assert parse(f"start_time > '{text}'", RUNS).value == Period(text)


@pytest.mark.parametrize("text", ["'should be number'", "'2026-13-01'", "'1234'", "'now-7y'", "yesterday", "''", "'20261101'"])
def test_other_texts_beside_a_time_are_refused(text):
    assert "Expected numeric value type for numeric attribute: start_time" in refusal(f"start_time > {text}")


@pytest.mark.parametrize(
    "pattern", ["(a", "a)", "*a", "a**", "(?=a)", r"\1", r"\b", "[z-a]", "[", "a{51}", "x" * 201, "((a{50}){50}){2}", "a{50}" * 9]
)
def test_a_dangerous_or_broken_regular_expression_is_refused(pattern):
    assert "Invalid regular expression" in refusal(f"params.x RLIKE '{pattern}'")
