"""The grammar that every search shares: protocol 5.1, and OR, NOT and parentheses besides."""

import pytest

from apps.core.filterlang.ast import And, Comparison, IsNull, Not, Or
from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.parser import parse

A = Comparison("metric", "a", ">", 1)
B = Comparison("param", "b", "=", "x")
C = IsNull("tag", "c")
TEXT_A, TEXT_B, TEXT_C = "metrics.a > 1", "params.b = 'x'", "tags.c IS NULL"


def refusal(text, dialect=RUNS):
    with pytest.raises(FilterError) as caught:
        parse(text, dialect)
    return caught.value


@pytest.mark.parametrize("blank", ["", " ", "\n\t "])
def test_an_empty_filter_is_no_tree(blank):
    assert parse(blank, RUNS) is None


@pytest.mark.parametrize("word", ["AND", "and", "And"])
def test_comparisons_are_joined_by_and_in_any_case(word):
    assert parse(f"{TEXT_A} {word} {TEXT_B} {word} {TEXT_C}", RUNS) == And((A, B, C))


def test_and_binds_tighter_than_or():
    assert parse(f"{TEXT_A} OR {TEXT_B} AND {TEXT_C}", RUNS) == Or((A, And((B, C))))


def test_not_binds_tighter_than_and():
    assert parse(f"NOT {TEXT_A} AND {TEXT_B}", RUNS) == And((Not(A), B))


def test_parentheses_go_before_everything():
    assert parse(f"NOT ({TEXT_A} OR {TEXT_B}) AND ({TEXT_C})", RUNS) == And((Not(Or((A, B))), C))


@pytest.mark.parametrize("dialect", [EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, LOGGED_MODELS], ids=lambda one: one.name)
def test_every_search_knows_or_not_and_parentheses(dialect):
    tree = parse("NOT (name = 'a' OR name = 'b')", dialect)
    assert tree == Not(Or((Comparison("attribute", "name", "=", "a"), Comparison("attribute", "name", "=", "b"))))


@pytest.mark.parametrize(
    "text",
    [
        f"{TEXT_A} NAND {TEXT_B}",
        f"{TEXT_A} {TEXT_B}",
        f"{TEXT_A} AND",
        f"AND {TEXT_A}",
        f"{TEXT_A} AND AND {TEXT_B}",
        f"({TEXT_A}",
        f"{TEXT_A})",
        "()",
        "NOT",
        "NOT AND",
        "params.acc LR !=",
        "params.acc LR",
        "metric.acc !=",
        "params.acc",
        "tags.acc = = 'LR'",
        "attribute.status IS 'RUNNING'",
        "attribute.status = true",
        "'x'",
        "1",
        f"{TEXT_A};",
        ";",
        "params.x NOT 'a'",
        "params.x IN 'a'",
        "params.x IN ('a'",
    ],
)
def test_what_is_no_comparison_is_an_invalid_clause(text):
    assert "Invalid clause(s) in filter string" in refusal(text).message


@pytest.mark.parametrize(
    "text",
    [
        "`metrics.A > 0.1",
        "param`.A > 0.1",
        "params.'acc = LR",
        "params.acc = 'LR",
        "params.acc = LR'",
        "params.acc = \"LR'",
        "params.'a' = 'b'",
    ],
)
def test_a_quote_that_is_never_closed_is_an_invalid_clause(text):
    assert "Invalid clause(s) in filter string" in refusal(text).message


def test_several_statements_are_refused_with_their_own_words():
    assert "Search filter contained multiple expression" in refusal("metric.acc >= 0.94; metrics.rmse < 1").message


def test_a_semicolon_inside_a_text_is_text():
    assert parse("params.b = 'x;y'", RUNS) == Comparison("param", "b", "=", "x;y")


@pytest.mark.parametrize("text", ["1.0 > metrics.acc", "1=1", "1==2", "'a' = params.b"])
def test_the_key_stands_on_the_left(text):
    assert "Expected 'Identifier' found" in refusal(text).message


@pytest.mark.parametrize("text", ["metrics.a>1", " metrics.a  >\t1 ", "metric.`a`>1", 'metrics."a" > +1', "`metrics`.a > 1"])
def test_blanks_and_quotes_of_keys_do_not_matter(text):
    assert parse(text, RUNS) == A


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("metrics.accuracy.2.0 > 5", "accuracy.2.0"),
        ('metrics."X//Y#$$@&Z" > 5', "X//Y#$$@&Z"),
        ("metrics.`m 1` > 5", "m 1"),
        ("metrics.system/cpu-0 > 5", "system/cpu-0"),
        ("metrics.2 > 5", "2"),
        ("metrics.größe > 5", "größe"),
        ("metrics.and > 5", "and"),
    ],
)
def test_everything_behind_the_first_dot_is_the_key(text, key):
    assert parse(text, RUNS) == Comparison("metric", key, ">", 5)


@pytest.mark.parametrize(
    ("text", "value"), [("'x'", "x"), ('"x"', "x"), ('"L\'Hosp"', "L'Hosp"), ("'a\\'", "a\\"), ("''", ""), ("'\n'", "\n")]
)
def test_texts_stand_in_either_quotes_without_escapes(text, value):
    assert parse(f"params.b = {text}", RUNS) == Comparison("param", "b", "=", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("+1", 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-2.5E-3", -0.0025),
        ("9" * 30, 1e30),
    ],
)
def test_numbers_have_sign_fraction_and_exponent(text, value):
    assert parse(f"metrics.a > {text}", RUNS).value == value


@pytest.mark.parametrize("text", ["0x10", "1_000", "nan", "inf", "1e999", "1..2", "1a"])
def test_other_spellings_of_numbers_are_refused(text):
    refusal(f"metrics.a > {text}")


@pytest.mark.parametrize("operator", ["like", "Like", "LIKE", "iLike"])
def test_operators_are_known_in_any_case(operator):
    assert parse(f"params.b {operator} 'x'", RUNS).operator == operator.upper()


@pytest.mark.parametrize("text", ["not in ('a')", "NOT  IN('a')", "Not In ( 'a' )"])
def test_not_in_is_one_operator(text):
    assert parse(f"run_id {text}", RUNS) == Comparison("attribute", "run_id", "NOT IN", ("a",))


def test_an_error_says_where_and_what_was_expected():
    error = refusal("metrics.a > 1 AND params.b LIKES 'x'")
    assert (error.position, error.expected[:2]) == ((27, 5), ("=", "!="))


def test_two_hundred_comparisons_are_allowed_and_not_one_more():
    parse(" AND ".join([TEXT_A] * 200), RUNS)
    assert "at most 200" in refusal(" OR ".join([TEXT_A] * 201)).message


def test_twenty_levels_are_allowed_and_not_one_more():
    parse("(" * 10 + "NOT " * 10 + TEXT_A + ")" * 10, RUNS)
    assert "at most 20" in refusal("(" * 21 + TEXT_A + ")" * 21).message


@pytest.mark.parametrize("letter", ["\0", "\ud800"])
def test_what_no_database_can_hold_is_refused(letter):
    assert refusal(f"params.b = '{letter}'").position == (12, 1)
