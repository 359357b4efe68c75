"""Each comparison in the database agrees with its definition in Python, for any text."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.filterlang.evaluate import compare
from apps.core.filterlang.numbers import text_number
from apps.core.filterlang.regex import BadRegex, parse_regex
from apps.core.filtersql.comparisons import text, text_as_number

pytestmark = pytest.mark.django_db
MANY = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
)
# No zero character: PostgreSQL has no such texts. No letters younger than the databases' tables of letters.
LETTERS = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0", max_codepoint=0x17F) | st.sampled_from("日Я😀")
VALUES = st.text(alphabet=LETTERS, max_size=6) | st.text(alphabet="aAbé%_*?[]\\'\n", max_size=6)
PATTERNS = VALUES | st.text(alphabet="aAbÉ%_*?[\\]", max_size=6)


def ask(write, value, operator, wanted):
    """The clause over a column that holds `value`."""
    clause = write("t.value", operator, wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {clause.text} FROM (SELECT CAST(%s AS TEXT) AS value) AS t", [*clause.params, value])
        found = cursor.fetchone()[0]
    return None if found is None else bool(found)


@MANY
@given(VALUES, st.sampled_from(["=", "!=", "LIKE", "ILIKE"]), PATTERNS)
def test_texts_compare_as_they_do_in_python(value, operator, pattern):
    assert ask(text, value, operator, pattern) == compare(value, operator, pattern)


@MANY
@given(VALUES, st.sampled_from(["IN", "NOT IN"]), st.lists(VALUES, min_size=1, max_size=4).map(tuple))
def test_lists_compare_as_they_do_in_python(value, operator, wanted):
    assert ask(text, value, operator, wanted) == compare(value, operator, wanted)


@MANY
@given(st.text(alphabet="ab1 \né", max_size=8), st.text(alphabet="ab|()*+?{}12,[]^-$.\\dwsDé", max_size=14))
def test_regular_expressions_match_as_they_do_in_python(value, pattern):
    try:
        parse_regex(pattern)
    except BadRegex:
        return
    assert ask(text, value, "RLIKE", pattern) == compare(value, "RLIKE", pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "a{50}" * 3,
        "(a|b){50}",
        "((a{2}){2}){10}",
        "(" * 20 + "a" + ")*" * 20,
        "|".join("abcdefghij" * 10),
        "[^\n]",
        "\\]",
    ],
)
def test_the_largest_regular_expressions_run(pattern):
    parse_regex(pattern)
    assert ask(text, "ab" * 4000, "RLIKE", pattern) == compare("ab" * 4000, "RLIKE", pattern)


NUMBERS = st.text(alphabet="0123456789.eE+-", max_size=8) | st.sampled_from(
    [
        "1e308",
        "1e309",
        "-1e999",
        "1e-999",
        "1e-310",
        "9" * 100,
        "9" * 101,
        "0" * 99 + "1",
        "1e1000",
        "None",
        "nan",
        "Infinity",
        "",
        " 1",
        "١",
        "0x1",
        "1_0",
        "1\n",
    ]
)


@MANY
@given(
    NUMBERS | st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["<", "<=", ">", ">="]),
    st.floats(-10, 10) | st.sampled_from([1e300, 0.0]),
)
def test_texts_compare_as_numbers_as_they_do_in_python(value, operator, wanted):
    number = text_number(value)
    expected = None if number is None else compare(number, operator, wanted)
    assert ask(text_as_number, value, operator, wanted) == expected


def test_a_list_of_many_texts_is_one_parameter():
    assert ask(text, "x", "IN", tuple(str(number) for number in range(50_000))) is False
    assert len(text("t.value", "IN", ("a",) * 50_000).params) == 1


def test_a_pattern_of_the_greatest_length_runs():
    assert ask(text, "*" * 8000, "LIKE", "*" * 7999 + "_") is True
