"""Experiments (protocol 5.3), the registry (9), logged models (10), each with what section 19 adds."""

import pytest

from apps.core.filterlang.ast import Comparison, IsNull
from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.parser import parse


def refusal(text, dialect):
    with pytest.raises(FilterError) as caught:
        parse(text, dialect)
    return caught.value.message


@pytest.mark.parametrize("prefix", ["", "attribute.", "attributes."])
def test_experiments_are_found_by_name(prefix):
    assert parse(f"{prefix}name LIKE 'a%'", EXPERIMENTS) == Comparison("attribute", "name", "LIKE", "a%")


@pytest.mark.parametrize("key", ["creation_time", "last_update_time"])
def test_experiments_are_found_by_time(key):
    assert parse(f"{key} >= 5", EXPERIMENTS) == Comparison("attribute", key, ">=", 5)


@pytest.mark.parametrize("operator", ["IN", "NOT IN"])
def test_experiments_are_found_by_lists_of_ids(operator):
    assert parse(f"experiment_id {operator} ('1', '2')", EXPERIMENTS).value == ("1", "2")


def test_names_of_experiments_take_no_lists():
    assert "Only ['experiment_id'] attributes support comparison with a list" in refusal("name IN ('a')", EXPERIMENTS)


@pytest.mark.parametrize("prefix", ["tag", "tags"])
def test_experiments_are_found_by_tags(prefix):
    assert parse(f"{prefix}.x ILIKE 'a'", EXPERIMENTS) == Comparison("tag", "x", "ILIKE", "a")
    assert parse(f"{prefix}.x IS NOT NULL", EXPERIMENTS) == IsNull("tag", "x", negated=True)


def test_attributes_of_experiments_are_never_null():
    assert "IS NULL / IS NOT NULL is only supported for tags, not for attribute 'name'" in refusal("name IS NULL", EXPERIMENTS)


@pytest.mark.parametrize("text", ["run.name = 'a'", "params.x = 'a'", "metrics.x > 1", "attr.name = 'a'"])
def test_experiments_have_no_other_entities(text):
    assert "Invalid entity type" in refusal(text, EXPERIMENTS)


def test_experiments_have_no_other_attributes():
    assert "Invalid attribute key" in refusal("lifecycle_stage = 'active'", EXPERIMENTS)


@pytest.mark.parametrize("operator", ["=", "!=", "LIKE", "ILIKE"])
def test_registered_models_are_found_by_name_and_tags(operator):
    assert parse(f"name {operator} 'a'", REGISTERED_MODELS).operator == operator
    assert parse(f"tag.x {operator} 'a'", REGISTERED_MODELS).operator == operator


def test_registered_models_are_found_by_lists_of_names():
    assert parse("name IN ('A', 'b')", REGISTERED_MODELS).value == ("A", "b")


@pytest.mark.parametrize(
    "text",
    [
        "timestamp > 1",
        "last_updated_timestamp > 1",
        "description = 'a'",
        "name > 'a'",
        "tags.x IS NULL",
        "tags.x IN ('a')",
        "name RLIKE 'a'",
    ],
)
def test_anything_else_about_registered_models_is_refused(text):
    refusal(text, REGISTERED_MODELS)


@pytest.mark.parametrize("key", ["name", "run_id"])
@pytest.mark.parametrize("operator", ["IN", "NOT IN"])
def test_versions_are_found_by_lists_of_names_and_run_ids(key, operator):
    assert parse(f"attribute.{key} {operator} ('A')", MODEL_VERSIONS).value == ("A",)


def test_versions_are_found_by_number():
    assert parse("version_number >= 2", MODEL_VERSIONS) == Comparison("attribute", "version_number", ">=", 2)


@pytest.mark.parametrize("text", ["creation_timestamp > 1", "last_updated_timestamp > 1", "current_stage = 'x'"])
def test_versions_are_not_found_by_times_or_stage(text):
    assert "Invalid attribute key" in refusal(text, MODEL_VERSIONS)


def test_source_paths_take_no_lists():
    assert "attributes support comparison with a list" in refusal("source_path IN ('a')", MODEL_VERSIONS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("creation_timestamp > 1", "creation_timestamp_ms"),
        ("creation_timestamp_ms > 1", "creation_timestamp_ms"),
        ("attributes.creation_time > 1", "creation_timestamp_ms"),
        ("last_updated_timestamp > 1", "last_updated_timestamp_ms"),
    ],
)
def test_times_of_logged_models_have_aliases(text, key):
    assert parse(text, LOGGED_MODELS).key == key


@pytest.mark.parametrize("key", ["name", "model_id", "model_type", "status", "source_run_id", "experiment_id"])
def test_logged_models_take_lists_for_every_text(key):
    assert parse(f"{key} IN ('A', 'b')", LOGGED_MODELS).value == ("A", "b")


@pytest.mark.parametrize("text", ["name like 'a'", "name Like 'a'", "name in ('a')", "name NOT in ('a')", "name not IN ('a')"])
def test_operators_of_logged_models_are_in_capitals(text):
    refusal(text, LOGGED_MODELS)


def test_logged_models_are_joined_by_and_in_any_case():
    parse("name = 'a' and metrics.`x y` < 1 AND params.`p` = 'b'", LOGGED_MODELS)


@pytest.mark.parametrize("text", ["metric.x < 1", "param.x = 'a'", "tag.x = 'a'", "attribute.name = 'a'", "Metrics.x < 1"])
def test_entities_of_logged_models_are_in_the_plural(text):
    assert "Invalid entity type" in refusal(text, LOGGED_MODELS)


@pytest.mark.parametrize("text", ['name = "a"', "name = a", 'name IN ("a")', "\"name\" = 'a'"])
def test_texts_of_logged_models_are_in_single_quotes(text):
    refusal(text, LOGGED_MODELS)


def test_a_number_beside_a_text_of_a_logged_model_is_that_text():
    assert parse("params.depth = 5", LOGGED_MODELS) == Comparison("param", "depth", "=", "5")


@pytest.mark.parametrize("text", ["params.x IS NULL", "params.x < 1", "name RLIKE 'a'", "metrics.x = 'a'"])
def test_logged_models_know_no_other_comparisons(text):
    refusal(text, LOGGED_MODELS)
