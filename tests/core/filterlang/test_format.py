"""A tree written out reads back as itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.filterlang.dialects import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from apps.core.filterlang.errors import FilterError
from apps.core.filterlang.format import format_filter, spell_key, spell_value
from apps.core.filterlang.parser import parse
from tests.core.filterlang.strategies import NONSENSE, nodes

DIALECTS = [RUNS, EXPERIMENTS, REGISTERED_MODELS, MODEL_VERSIONS, LOGGED_MODELS]


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(DIALECTS).flatmap(lambda dialect: st.tuples(st.just(dialect), nodes(dialect))))
def test_every_tree_survives_being_written_and_read(pair):
    dialect, node = pair
    assert parse(format_filter(node, dialect), dialect) == node


@settings(max_examples=250, deadline=None)
@given(NONSENSE, st.sampled_from(DIALECTS))
def test_whatever_is_read_can_be_written(text, dialect):
    try:
        node = parse(text, dialect)
    except FilterError:
        return
    assert parse(format_filter(node, dialect), dialect) == node


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("metric.a>1 and ((param.\"b\" = 'x'))", "metrics.a > 1 AND params.b = 'x'"),
        ("(run_id in ('a')) or not(tag.`x y` is not null)", "attributes.run_id IN ('a') OR NOT tags.`x y` IS NOT NULL"),
        (
            "(status='a' or status='b') and created>'today'",
            "(attributes.status = 'a' OR attributes.status = 'b') AND attributes.start_time > 'today'",
        ),
        ('params.a = "it\'s"', 'params.a = "it\'s"'),
    ],
)
def test_the_canonical_spelling(text, canonical):
    assert format_filter(parse(text, RUNS), RUNS) == canonical


def test_no_filter_is_no_text():
    assert format_filter(None, RUNS) == ""


@pytest.mark.parametrize("text", ["both ' and \""])
def test_a_text_that_no_quotes_can_hold_is_refused(text):
    with pytest.raises(ValueError):
        spell_value(text, RUNS)
    with pytest.raises(ValueError):
        spell_key('both ` and "', RUNS)
