"""Whatever comes, the answer is a tree or a FilterError, soon."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.filterlang.complete import complete
from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.evaluate import matches
from apps.core.filterlang.like import like
from apps.core.filterlang.orderby import logged_model_order, parse_order_by
from apps.core.filterlang.parser import parse
from apps.core.filterlang.regex import BadRegex, compiled
from tests.core.filterlang.strategies import NONSENSE, RUN_FACTS

DIALECTS = st.sampled_from([RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, LOGGED_MODELS])


@settings(max_examples=300, deadline=None)
@given(NONSENSE, DIALECTS, RUN_FACTS)
def test_any_text_is_a_filter_or_a_filter_error(text, dialect, facts):
    try:
        tree = parse(text, dialect)
    except FilterError as error:
        assert error.position.start >= 0
        assert error.position.start + error.position.length <= len(text)
    else:
        matches(tree, facts)


@settings(max_examples=200, deadline=None)
@given(st.lists(NONSENSE, max_size=3), DIALECTS)
def test_any_texts_are_an_ordering_or_a_filter_error(clauses, dialect):
    for ask in (lambda: parse_order_by(clauses, dialect), lambda: logged_model_order((one, True, "", "") for one in clauses)):
        with suppress(FilterError):
            ask()


@settings(max_examples=300, deadline=None)
@given(NONSENSE, st.integers(-1, 60), DIALECTS)
def test_completion_never_fails(text, cursor, dialect):
    found = complete(text, cursor, dialect)
    assert 0 <= found.start <= found.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab|()*+?{}12,[]^-$.\\dwsn", max_size=20), st.text(alphabet="ab1 \n", max_size=10))
def test_any_text_is_a_regular_expression_or_refused(pattern, value):
    with suppress(BadRegex):
        compiled(pattern).search(value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200_000,
        "a " * 200_000,
        "'" * 200_001,
        "metrics." * 100_000,
        "a.b = " * 50_000,
        "NOT " * 100_000,
        "`" * 200_001,
        "=" * 400_000,
        "1" * 400_000,
        "a.b-" * 100_000,
        "-" * 400_000,
        "1." * 200_000,
        " " * 400_000 + "x",
        "run_id IN (" + "'a'," * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_long_nonsense_takes_linear_time(text):
    started = time.process_time()
    with pytest.raises(FilterError):
        parse(text, RUNS)
    complete(text, len(text), RUNS)
    assert time.process_time() - started < 4


def test_a_list_of_many_ids_takes_linear_time():
    text = "run_id IN (" + ", ".join(f"'{number:032x}'" for number in range(20_000)) + ")"
    started = time.process_time()
    assert len(parse(text, RUNS).value) == 20_000
    assert time.process_time() - started < 4


@pytest.mark.parametrize("pattern", ["(a|a)*b", "(a+)(a+)(a+)(a+)b", "(.*)(.*)(.*)x", "^(a?){30}a{30}$", "(a|b|ab)*c"])
def test_a_regular_expression_takes_linear_time(pattern):
    started = time.process_time()
    compiled(pattern).search("a" * 8000)
    assert time.process_time() - started < 4


def test_a_like_pattern_takes_bounded_time():
    started = time.process_time()
    assert not like("a" * 8000, "%a" * 2000 + "%b%")
    assert time.process_time() - started < 4
