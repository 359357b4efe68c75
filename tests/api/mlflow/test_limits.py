"""docs/limits.md: every row, at its limit and one beyond."""

import re

import pytest

from tests.support.session import CHECKOUT

pytestmark = pytest.mark.django_db


def stated() -> dict[str, int]:
    """The numbers of the page by what they limit."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d,]+)[^|]* \|", (CHECKOUT / "docs/limits.md").read_text(), re.MULTILINE)
    return {what.strip(): int(number.replace(",", "")) for what, number in rows}


def metrics(count):
    return [{"key": f"k{number}", "value": 1, "timestamp": 1} for number in range(count)]


def pairs(count):
    return [{"key": f"k{number}", "value": "v"} for number in range(count)]


def batch(**items):
    return lambda run: ("runs/log-batch", {"run_id": run} | items)


REQUESTS = {
    "metrics in a log-batch": lambda n: batch(metrics=metrics(n)),
    "params in a log-batch": lambda n: batch(params=pairs(n)),
    "tags in a log-batch": lambda n: batch(tags=pairs(n)),
    "items in a log-batch together": lambda n: batch(metrics=metrics(n - 50), params=pairs(50)),
    "key of a metric, param or tag": lambda n: batch(metrics=[{"key": "x" * n, "value": 1, "timestamp": 1}]),
    "value of a param": lambda n: batch(params=[{"key": "p", "value": "x" * n}]),
    "value of a run's tag": lambda n: batch(tags=[{"key": "t", "value": "x" * n}]),
    "value of an experiment's tag": lambda n: (
        lambda run: (
            "experiments/set-experiment-tag",
            {"experiment_id": "0", "key": "k", "value": "x" * n},
        )
    ),
    "name of an experiment": lambda n: lambda run: ("experiments/create", {"name": "x" * n}),
    "artifact_location": lambda n: (
        lambda run: ("experiments/create", {"name": "l", "artifact_location": "s3://b/" + "x" * (n - 7)})
    ),
    "runs in a page of a search": lambda n: lambda run: ("runs/search", {"experiment_ids": ["0"], "max_results": n}),
    "clauses in a filter": lambda n: (
        lambda run: (
            "runs/search",
            {"experiment_ids": ["0"], "filter": " and ".join(["metrics.m > 1"] * n)},
        )
    ),
}
CUT = {"value of a param", "value of a run's tag"}
# test_metrics.py, tests/mlplatform, tests/projects/pure/test_archives_unpacking.py, tests/api/native/test_executions_api.py
ELSEWHERE = {
    "points in a page of a history",
    "runs in a bulk history",
    "a JSON body",
    "an archive of a project",
    "followed logs",
}


@pytest.mark.parametrize("what", sorted(REQUESTS))
def test_a_limit_is_what_the_page_says(people, api, what):
    limit, client = stated()[what], api(people.editor)
    run = client.post("runs/create", {}).ok["run"]["info"]["run_id"]
    path, body = REQUESTS[what](limit)(run)
    assert client.post(path, body).status == 200
    run = client.post("runs/create", {}).ok["run"]["info"]["run_id"]
    path, body = REQUESTS[what](limit + 1)(run)
    assert client.post(path, body).status == (200 if what in CUT else 400)


def test_every_row_of_the_page_is_tried():
    assert set(stated()) == set(REQUESTS) | ELSEWHERE
