"""Filters, things and nonsense for property tests."""

from hypothesis import strategies as st

from apps.core.filterlang.ast import Comparison, IsNull, Node, Not, Period, all_of, any_of
from apps.core.filterlang.dialects import LISTS, NUMERIC, Dialect
from apps.core.filterlang.evaluate import Facts
from apps.core.filterlang.fields import Field, attribute_operators

KEYS = ["a", "b", "a b", "mlflow.parentRunId", "system/cpu", "Ä"]
TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "aB",
    "b%",
    "a_b",
    "[a]*",
    "é",
    "É",
    "a'b",
    "1",
    "0.5",
    "1e-3",
    "-7",
    "None",
    "x\ny",
    "aaab",
    "\\",
    "日本",
]
PATTERNS = ["%", "_", "a%", "%b", "%a%", "a_", "A%", "%É", "[a]%", "%*%", "\\", "%\\%", "a%b_%", "__", "%'%", "?"]
REGEXES = ["a", "^a", "b$", "^$", "a|b", "(a|a)*b", "[a-c]{2}", "[^a]", r"\d", r"\W", ".", r"\\", "a+b?", "É"]
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -7.0, 1e-3, 1.5, 1e300, 2**62, -(2**62)]))
TIMES = [0, 1, 1793491200000, 1793491199999, 1793577600000, 1793664000000]
PERIODS = ["2026-11-01", "2026-11", "2026-11-01T00:00", "2026-11-02T01:00+01:00", "today", "yesterday", "now-1d", "1970-01-01"]
NOW = 1793577600000 + 5000


def fields(dialect: Dialect) -> list[Field]:
    """Some field of every sort the dialect has."""
    found = [
        Field("attribute", one.name, one.kind, attribute_operators(one, dialect)) for one in dialect.attributes if one.filterable
    ]
    for entity in dialect.entities:
        if entity.name != "attribute":
            keys = entity.keys or KEYS
            found += [
                Field(entity.name, key, entity.kind, entity.operators, entity.nullable, numeric_text=entity.numeric_text)
                for key in keys
            ]
    return found


@st.composite
def comparisons(draw: st.DrawFn, dialect: Dialect) -> Node:
    field = draw(st.sampled_from(fields(dialect)))
    if field.nullable and draw(st.booleans()):
        return IsNull(field.entity, field.key, draw(st.booleans()))
    if field.numeric_text and draw(st.booleans()):
        return Comparison(field.entity, field.key, draw(st.sampled_from(NUMERIC[2:])), draw(NUMBERS))
    operator = draw(st.sampled_from(field.operators))
    texts = [text for text in TEXTS if dialect.double_quotes or "'" not in text]
    if field.kind == "number":
        value = draw(NUMBERS)
    elif field.kind == "time":
        value = draw(st.one_of(st.sampled_from(TIMES), NUMBERS, st.sampled_from(PERIODS).map(Period)))
    elif operator in LISTS:
        value = tuple(draw(st.lists(st.sampled_from(texts), min_size=1, max_size=3)))
    elif operator in ("LIKE", "ILIKE"):
        value = draw(st.sampled_from([one for one in PATTERNS + texts if dialect.double_quotes or "'" not in one]))
    else:
        value = draw(st.sampled_from(REGEXES if operator == "RLIKE" else texts))
    return Comparison(field.entity, field.key, operator, value)


def nodes(dialect: Dialect) -> st.SearchStrategy[Node]:
    """Trees of a few comparisons."""
    return st.recursive(
        comparisons(dialect),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(all_of),
            st.lists(inner, min_size=1, max_size=3).map(any_of),
            inner.map(Not),
        ),
        max_leaves=8,
    )


def mappings(values: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.dictionaries(st.sampled_from(KEYS), values, max_size=3)


FLOATS = st.one_of(st.sampled_from([0.0, 0.5, -7.0, 1.0, float("nan"), float("inf"), float("-inf"), 1e300]), st.floats(-5, 5))
TEXT = st.sampled_from(TEXTS)
DATASETS = st.lists(st.fixed_dictionaries({"name": TEXT, "digest": TEXT, "context": st.one_of(st.none(), TEXT)}), max_size=2)
RUN_FACTS = st.builds(
    Facts,
    attributes=st.fixed_dictionaries(
        {
            "run_id": TEXT,
            "run_name": TEXT,
            "status": st.sampled_from(["RUNNING", "FINISHED", "FAILED"]),
            "artifact_uri": TEXT,
            "user_id": TEXT,
            "start_time": st.sampled_from(TIMES),
            "end_time": st.one_of(st.none(), st.sampled_from(TIMES)),
        }
    ),
    metrics=mappings(FLOATS),
    params=mappings(TEXT),
    tags=mappings(TEXT),
    datasets=DATASETS,
)

WORDS = [
    "metrics.a",
    "params.`a b`",
    'tags."x"',
    "status",
    "run_id",
    "start_time",
    "=",
    "!=",
    "<",
    ">=",
    "==",
    "<>",
    "~",
    "LIKE",
    "ilike",
    "RLIKE",
    "IN",
    "NOT",
    "NOT IN",
    "IS",
    "NULL",
    "IS NULL",
    "AND",
    "and",
    "OR",
    "(",
    ")",
    ",",
    ";",
    "'x'",
    '"y"',
    "'2026-11-01'",
    "1",
    "-1.5e3",
    "1e999",
    "`",
    "'",
    '"',
    "true",
    "params.",
    ".",
    "datasets.name",
    "('a','b')",
    "()",
    "--",
    "é",
    "\u2028",
    "\x00",
    "\ud800",
    "'(a|'",
    "trial.x",
    "%",
]
NONSENSE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=40),
    st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=14).map("".join),
)
