"""What a filter bar is offered; the bar | marks the cursor."""

import pytest

from apps.core.filterlang.complete import complete
from apps.core.filterlang.dialects import LOGGED_MODELS, RUNS


def at(text, dialect=RUNS):
    cursor = text.index("|")
    return complete(text.replace("|", ""), cursor, dialect)


@pytest.mark.parametrize("text", ["|", "metrics.a > 1 AND |", "NOT |", "(|", "metrics.a > 1 OR (status = 'x' AND |"])
def test_a_comparison_begins_with_entities_and_attributes(text):
    found = at(text)
    assert found.wants == "field"
    assert {"metrics.", "params.", "status", "start_time"} <= set(found.options)


def test_a_begun_word_narrows_what_is_offered():
    found = at("metrics.a > 1 and sta|")
    assert (found.wants, found.typed, found.options, found.start) == ("field", "sta", ("status", "start_time"), 18)


@pytest.mark.parametrize(
    ("text", "entity", "typed"),
    [
        ("params.|", "param", ""),
        ("params.le|", "param", "le"),
        ("NOT tags.`a b|", "tag", "a b"),
        ('metric."x|', "metric", "x"),
        ("metrics.val.l|", "metric", "val.l"),
    ],
)
def test_behind_the_dot_come_the_keys_of_the_entity(text, entity, typed):
    found = at(text)
    assert (found.wants, found.entity, found.typed) == ("key", entity, typed)


def test_only_the_key_is_replaced():
    found = at("status = 'x' OR params.le|arning = 'a'")
    assert (found.start, found.end) == (23, 31)


def test_the_keys_of_datasets_are_known():
    assert at("datasets.|").options == ("name", "digest", "context")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("metrics.a |", {"<", ">="}),
        ("params.a |", {"LIKE", "IN", "<", "IS NULL"}),
        ("tags.a IS |", {"NULL", "NOT NULL"}),
        ("run_id NOT |", {"IN"}),
    ],
)
def test_behind_the_key_come_its_operators(text, options):
    found = at(text)
    assert found.wants == "operator"
    assert options <= set(found.options)


def test_a_begun_operator_narrows_what_is_offered():
    assert at("params.a li|").options == ("LIKE",)


@pytest.mark.parametrize(
    ("text", "typed"), [("params.model = |", ""), ("params.model = 'Lo|", "Lo"), ("params.model IN ('a', 'L|", "L")]
)
def test_behind_the_operator_come_the_values_of_the_key(text, typed):
    found = at(text)
    assert (found.wants, found.entity, found.key, found.typed) == ("value", "param", "model", typed)


def test_the_statuses_are_known():
    assert at("status = 'F|").options == ("'FINISHED'", "'FAILED'")


def test_times_are_offered_dates():
    assert "'today'" in at("start_time > |").options


def test_behind_in_comes_the_list():
    assert at("run_id IN |").options == ("(",)


@pytest.mark.parametrize("text", ["metrics.a > 1 |", "status = 'x' |", "tags.a IS NULL |", "run_id IN ('a') |"])
def test_behind_a_comparison_come_the_joiners(text):
    assert at(text).options == ("AND", "OR")


def test_inside_parentheses_they_may_be_closed():
    assert ")" in at("(status = 'x' |").options


@pytest.mark.parametrize("text", ["trial.|", "nonsense > 1 AND |", "= |", "status > |"])
def test_behind_nonsense_nothing_is_offered(text):
    assert at(text).wants == "nothing"


def test_each_search_offers_its_own_words():
    assert "metrics." in at("|", LOGGED_MODELS).options
    assert "datasets." not in at("|", LOGGED_MODELS).options
