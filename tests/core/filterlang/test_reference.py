"""What the client's own parser accepts, ours accepts, and finds the same runs by."""

import itertools
from contextlib import suppress
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunData, RunInfo, RunInputs, RunTag
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchUtils

from apps.core.filterlang.dialects import RUNS
from apps.core.filterlang.evaluate import Facts, matches
from apps.core.filterlang.parser import parse

KEYS = [
    "metrics.a",
    "metric.`b c`",
    "params.a",
    'parameters."b c"',
    "tag.a",
    "tags.mlflow.x",
    "run_id",
    "attr.status",
    "run.user_id",
    "start_time",
    "attributes.end_time",
    "dataset.name",
    "datasets.context",
    "datasets.digest",
    "`run name`",
    "created",
    "unknown",
    "trial.x",
]
OPERATORS = ["=", "!=", ">", ">=", "<", "<=", "LIKE", "like", "ILIKE", "IN", "not in", "IS NULL", "is not null", "~"]
VALUES = ["1", "0.5", "-2", "1e2", "'a'", '"a"', "'A%'", "'_'", "'1'", "('a', 'b')", '("a")', "a", "()", "", "'2'", "'FINISHED'"]
SMALL = st.sampled_from(["a", "b", "A", "Ab", "1", "2", ""])
FACTS = st.builds(
    Facts,
    attributes=st.fixed_dictionaries(
        {
            "run_id": SMALL,
            "run_name": SMALL,
            "status": st.sampled_from(["FINISHED", "RUNNING"]),
            "user_id": SMALL,
            "start_time": st.integers(0, 2),
            "end_time": st.one_of(st.none(), st.integers(0, 2)),
        }
    ),
    metrics=st.dictionaries(st.sampled_from(["a", "b c"]), st.sampled_from([0.5, 1.0, 100.0])),
    params=st.dictionaries(st.sampled_from(["a", "b c"]), SMALL),
    tags=st.dictionaries(st.sampled_from(["a", "mlflow.x"]), SMALL),
    datasets=st.lists(
        st.fixed_dictionaries({"name": SMALL, "digest": SMALL, "context": st.one_of(st.none(), SMALL)}), max_size=2
    ),
)


def as_run(facts):
    info = facts.attributes
    inputs = [
        DatasetInput(
            dataset=Dataset(one["name"], one["digest"], "type", "source"),
            tags=[InputTag("mlflow.data.context", one["context"])] if one["context"] is not None else [],
        )
        for one in facts.datasets
    ]
    return Run(
        RunInfo(
            run_id=info["run_id"],
            experiment_id="0",
            user_id=info["user_id"],
            status=info["status"],
            start_time=info["start_time"],
            end_time=info["end_time"],
            lifecycle_stage="active",
            run_name=info["run_name"],
        ),
        RunData(
            [Metric(key, value, 0, 0) for key, value in facts.metrics.items()],
            [Param(key, value) for key, value in facts.params.items()],
            [RunTag(key, value) for key, value in facts.tags.items()],
        ),
        RunInputs(inputs),
    )


PROBE = Facts(
    attributes={"run_id": "a", "run_name": "a", "status": "FINISHED", "user_id": "a", "start_time": 1, "end_time": 1},
    metrics={"a": 1.0, "b c": 1.0},
    params={"a": "a", "b c": "a"},
    tags={"a": "a", "mlflow.x": "a"},
    datasets=[{"name": "a", "digest": "a", "context": "a"}],
)


@cache
def accepted():
    """The clauses that the reference accepts, of all there are: a list goes with IN only (it does not check that)."""
    found = []
    for key, operator, value in itertools.product(KEYS, OPERATORS, VALUES):
        clause = f"{key} {operator}" if "null" in operator.lower() else f"{key} {operator} {value}"
        if value.startswith("(") == operator.upper().endswith("IN"):
            with suppress(MlflowException, ValueError, TypeError):
                SearchUtils.filter([as_run(PROBE)], clause)
                found.append(clause)
    return found


FILTERS = st.deferred(lambda: st.lists(st.sampled_from(accepted()), min_size=1, max_size=3).map(" AND ".join))


@settings(max_examples=500, deadline=None)
@given(FILTERS, FACTS)
def test_what_the_reference_accepts_means_the_same_here(text, facts):
    assert matches(parse(text, RUNS), facts) == bool(SearchUtils.filter([as_run(facts)], text))


def test_everything_the_reference_accepts_is_accepted_here():
    for clause in accepted():
        parse(clause, RUNS)
    assert len(accepted()) > 300
