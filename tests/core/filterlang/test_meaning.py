"""What filters find."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.evaluate import Facts, matches
from apps.core.filterlang.like import ilike, like
from apps.core.filterlang.numbers import text_number
from apps.core.filterlang.parser import parse
from apps.core.filterlang.periods import bounds, read_period
from apps.core.filterlang.regex import compiled
from tests.core.filterlang.strategies import NOW, RUN_FACTS, nodes

RUN = Facts(
    attributes={"run_id": "Ab", "status": "FINISHED", "start_time": 1793491200000, "end_time": None},
    metrics={"m": 0.5, "nan": float("nan"), "inf": float("inf")},
    params={"lr": "0.01", "name": "Forest"},
    tags={"x": ""},
    datasets=[{"name": "a", "digest": "1", "context": None}, {"name": "b", "digest": "2", "context": "train"}],
)


def found(text, now_ms=NOW):
    return matches(parse(text, RUNS), RUN, now_ms)


@pytest.mark.parametrize(
    "text",
    [
        "metrics.q = 1",
        "metrics.q != 1",
        "params.q != 'a'",
        "tags.q NOT IN ('a')",
        "params.q LIKE '%'",
        "end_time != 1",
        "params.q > 1",
    ],
)
def test_a_clause_about_a_missing_key_never_holds(text):
    assert not found(text)


@pytest.mark.parametrize("text", ["NOT metrics.q = 1", "NOT (params.q != 'a' AND status = 'FINISHED')", "NOT end_time > 1"])
def test_not_includes_what_lacks_the_key(text):
    assert found(text)


def test_is_null_asks_for_missing_keys():
    assert found("tags.q IS NULL AND tags.x IS NOT NULL")
    assert not found("tags.x IS NULL OR tags.q IS NOT NULL")


@pytest.mark.parametrize(
    "text", ["metrics.nan = 0", "metrics.nan < 1", "metrics.inf > 1e308", "metrics.inf = 1.7976931348623157e308"]
)
def test_nan_counts_as_zero_and_infinity_as_the_largest_double(text):
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "params.name = 'forest'",
        "params.name LIKE 'forest'",
        "run_id IN ('ab')",
        "params.name LIKE 'ores'",
        "params.name != 'Forest'",
    ],
)
def test_texts_mind_case_and_match_whole(text):
    assert not found(text)


@pytest.mark.parametrize(
    "text",
    [
        "params.name ILIKE 'fOREST'",
        "params.name LIKE 'F_r%t'",
        "params.name LIKE '%'",
        "tags.x LIKE ''",
        "tags.x = ''",
        "params.name RLIKE 'ores'",
    ],
)
def test_patterns_match(text):
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "datasets.name = 'a' AND datasets.digest = '2'",
        "datasets.name != 'a'",
        "datasets.context = 'train'",
        "datasets.name NOT IN ('a')",
    ],
)
def test_a_dataset_clause_holds_if_it_holds_for_one_dataset(text):
    assert found(text)


def test_a_dataset_without_context_has_none():
    assert not found("datasets.context != 'train'")


@pytest.mark.parametrize("text", ["params.lr < 0.02", "params.lr >= 1e-2", "NOT params.name < 5"])
def test_params_compare_as_numbers_beside_numbers(text):
    assert found(text)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("-.5e1", -5), ("+2.", 2), ("1e-999", 0)])
def test_a_text_in_decimal_notation_is_a_number(text, number):
    assert text_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "None", "nan", "inf", "-inf", " 1", "1 ", "1_0", "0x1", "1e", "1e999", "١", "1" * 101, "1,5"]
)
def test_other_texts_are_no_numbers(text):
    assert text_number(text) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [("=", True), ("<=", True), (">=", True), ("<", False), (">", False), ("!=", False)],
)
def test_a_date_is_the_whole_day(text, holds):
    assert found(f"start_time {text} '2026-11-01'") is holds


@pytest.mark.parametrize(
    ("text", "first", "width"),
    [
        ("2026-11-01", "2026-11-01T00:00", 86400_000),
        ("2026-02", "2026-02-01T00:00", 28 * 86400_000),
        ("2026-11-01T12:30", "2026-11-01T12:30", 60_000),
        ("2026-11-01 12:30:05", "2026-11-01T12:30:05", 1000),
        ("2026-11-01T12:30:05.250Z", "2026-11-01T12:30:05.250", 1),
        ("2026-11-01T12:30+02:00", "2026-11-01T10:30", 60_000),
    ],
)
def test_a_date_is_as_wide_as_it_is_written(text, first, width):
    start = bounds(read_period(first + ("" if "." in first else ":00.000" if first.count(":") == 1 else ".000")), 0)[0]
    assert bounds(read_period(text), NOW) == (start, start + width)


@pytest.mark.parametrize(
    ("word", "first", "width"),
    [
        ("now", NOW, 1),
        ("now-90min", NOW - 90 * 60_000, 1),
        ("today", NOW - 5000, 86400_000),
        ("yesterday", NOW - 5000 - 86400_000, 86400_000),
        ("today-1w", NOW - 5000 - 7 * 86400_000, 86400_000),
        ("now+12h", NOW + 12 * 3600_000, 1),
    ],
)
def test_date_words_follow_the_clock(word, first, width):
    assert bounds(read_period(word), NOW) == (first, first + width)


@settings(deadline=None)
@given(st.text(alphabet="ab\n.", max_size=8), st.text(alphabet="ab%_.\n", max_size=6))
def test_like_agrees_with_the_regular_expression_it_stands_for(value, pattern):
    expected = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern)
    assert like(value, pattern) == bool(re.fullmatch(expected, value, re.DOTALL))


@pytest.mark.parametrize(("value", "pattern"), [("ÉTÉ", "été"), ("straße", "STRAß_"), ("İx", "İ_")])
def test_ilike_folds_letters_of_all_scripts_one_by_one(value, pattern):
    assert ilike(value, pattern)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab|()*+?^$.[]", max_size=8), st.text(alphabet="ab\n", max_size=6))
def test_the_small_regular_expressions_agree_with_pythons(pattern, value):
    try:
        ours = compiled(pattern)
        theirs = re.compile(pattern.replace("$", r"\Z"), re.DOTALL)
    except (ValueError, re.error):
        return
    assert ours.search(value) == bool(theirs.search(value))


@settings(max_examples=300, deadline=None)
@given(nodes(RUNS), RUN_FACTS)
def test_a_filter_and_its_negation_share_all_runs_between_them(node, facts):
    from apps.core.filterlang.ast import Not

    assert matches(node, facts, NOW) != matches(Not(node), facts, NOW)
