"""The comparison of runs: baseline, differences, permissions."""

import html
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, runs
from apps.web import differences
from apps.web.differences import Cell
from apps.web.directions import direction


@pytest.fixture
def three(people, worlds):
    """Ids of runs with lr 0.1, 0.2, 0.2 and loss 1, 0.5, 2; the tag `kind` on the last alone; the same seed."""
    ids = []
    for number, (lr, loss) in enumerate([("0.1", 1.0), ("0.2", 0.5), ("0.2", 2.0)]):
        run = runs.create_run(
            people.manager.actor, runs.NewRun(worlds.here.experiment_id, f"run {number}", start_time=number + 1)
        )
        tags = [Tag("kind", "slow")] if number == 2 else []
        points = [MetricInput("loss", loss, 1, step) for step in (0, 1)]
        batches.log_batch(people.manager.actor, run.run_id, Batch(points, [Tag("lr", lr), Tag("seed", "1")], tags))
        ids.append(run.run_id)
    return ids


@pytest.fixture
def page(web, people, worlds):
    """The text of the comparison, as a reader sees it."""

    def get(*run_ids, person=people.reader, **query):
        query = "&".join([f"runs={','.join(run_ids)}", *[f"{name}={value}" for name, value in query.items()]])
        return web(person).get(f"/experiments/{worlds.here.experiment_id}/compare/?{query}")

    return get


def table_of(answer):
    """Rows of the differences: name -> texts of the cells."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", answer.content.decode(), re.DOTALL):
        if name := re.search(r'<th scope="row">(.*?)</th>', row):
            cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
            found[name[1]] = [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", cell).split())) for cell in cells]
    return found


def test_only_what_differs_is_shown_and_the_rest_is_counted(page, three):
    answer = page(*three)
    assert list(table_of(answer)) == ["lr", "loss", "kind"]
    assert "1 identical row is hidden." in answer.content.decode()


def test_all_rows_are_shown_when_asked_for(page, three):
    assert table_of(page(*three, all=1))["seed"] == ["1", "1", "1"]


def test_metrics_have_difference_and_percent_against_the_baseline(page, three):
    assert table_of(page(*three))["loss"] == ["1.0000", "0.5000 −0.5000 (−50.0 %)", "2.0000 +1.0000 (+100.0 %)"]


def test_another_baseline_comes_first(page, three):
    assert table_of(page(*three, base=three[2]))["lr"] == ["0.2", "0.1", "0.2"]


def test_runs_that_are_hidden_are_left_out_and_counted(page, three, worlds):
    answer = page(*three, worlds.there.run_id)
    assert "Compare 3 runs" in answer.content.decode()
    assert "1 is not there, or hidden from you" in answer.content.decode()


def test_the_charts_get_params_and_metrics_by_column(page, three):
    found = re.search(r'<script id="compare-runs" type="application/json">(.*?)</script>', page(*three).content.decode())
    assert json.loads(found[1])[0]["values"] == {"params.lr": "0.1", "params.seed": "1", "metrics.loss": 1.0}


def test_curves_are_those_of_metrics_with_several_points(page, three, people):
    batches.log_metric(people.manager.actor, three[0], MetricInput("final", 1.0, 1))
    keys = re.findall(r'<chart-card [^>]*key="([^"]+)"', page(*three).content.decode())
    assert keys == ["loss"]


@pytest.mark.parametrize("query", ["", "x", "0" * 32])
def test_a_comparison_of_nothing_says_what_to_do(page, query):
    answer = page(query)
    assert answer.status_code == 200
    assert "No run to compare" in answer.content.decode()


def test_a_hundred_and_one_runs_are_too_many(page):
    assert page(*[f"{number:032x}" for number in range(101)]).status_code == 400


def test_twelve_runs_take_no_more_statements_than_two(page, three, people, worlds):
    def statements(ids):
        with CaptureQueriesContext(connection) as queries:
            page(*ids)
        return len(queries)

    more = [runs.create_run(people.manager.actor, runs.NewRun(worlds.here.experiment_id)).run_id for _ in range(10)]
    statements(three)
    assert statements([*three[:2], *more]) == statements(three[:2])


@pytest.mark.parametrize(
    ("key", "way"),
    [
        ("val/loss", -1),
        ("train_rmse", -1),
        ("accuracy", 1),
        ("val/auc", 1),
        ("f1", 1),
        ("epoch", 0),
        ("map_size", 0),
        ("merror", -1),
    ],
)
def test_names_say_which_way_is_better_or_nothing(key, way):
    assert direction(key) == way


def test_what_is_added_or_missing_is_told_apart_from_what_changed():
    cells = differences._text_cells(["a", "a", "b", ""])
    assert [cell.diff for cell in cells] == ["", "", "chg", "del"]
    assert differences._text_cells(["", "a"])[1] == Cell("a", "add")
