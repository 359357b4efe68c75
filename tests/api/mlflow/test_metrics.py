"""Section 6 of the protocol: latest values, histories and the samples of charts."""

import math

import pytest

from apps.core.paging import decode_token, encode_token
from apps.experiments.models import Point, Series

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.fixture
def run_id(editor):
    return editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]


def log(client, run_id, *points, key="m"):
    metrics = [{"key": key, "value": value, "timestamp": stamp, "step": step} for value, stamp, step in points]
    client.post("runs/log-batch", {"run_id": run_id, "metrics": metrics}).ok


def latest(client, run_id, key="m"):
    found = client.get("runs/get", run_id=run_id).ok["run"]["data"]["metrics"]
    return next(metric for metric in found if metric["key"] == key)


def history(client, run_id, key="m", **more):
    return client.get("metrics/get-history", run_id=run_id, metric_key=key, **more).ok.get("metrics", [])


@pytest.mark.parametrize(
    ("points", "value"),
    [
        ([(1, 1, 1), (2, 1, 2)], 2),
        ([(2, 1, 2), (1, 9, 1)], 2),  # the greater step wins over the later time
        ([(1, 1, 1), (2, 2, 1)], 2),  # then the later time
        ([(2, 1, 1), (1, 1, 1)], 2),  # then the greater value
        ([(-1, 1, 1), ("NaN", 1, 1)], "NaN"),  # NaN counts as 0
        ([(1, 1, 1), ("NaN", 1, 1)], 1),
        ([(1, 1, -5), (2, 1, -9)], 1),  # negative steps are steps
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_the_latest_is_the_greatest_by_step_time_and_value(editor, run_id, points, value, together):
    for part in [points] if together else [[point] for point in points]:
        log(editor, run_id, *part)
    assert latest(editor, run_id)["value"] == value


def test_values_that_are_not_finite_are_kept_and_answered_as_the_reference_does(editor, run_id):
    log(editor, run_id, ("NaN", 1, 1), ("Infinity", 1, 2), ("-Infinity", 1, 3), (1e308, 1, 4))
    assert [point["value"] for point in history(editor, run_id)] == [
        "NaN",
        1.7976931348623157e308,
        -1.7976931348623157e308,
        1e308,
    ]


def test_bare_nan_tokens_of_pythons_json_are_read(editor, run_id):
    body = f'{{"run_id": "{run_id}", "key": "m", "value": NaN, "timestamp": 1}}'.encode()
    editor.request("POST", "runs/log-metric", body, headers={"Content-Type": "application/json"}).ok
    assert latest(editor, run_id)["value"] == "NaN"


def test_nan_infinity_and_the_number_that_stands_for_it_are_three_points(editor, run_id):
    log(editor, run_id, ("NaN", 1, 1), (0, 1, 1), ("Infinity", 1, 1), (1.7976931348623157e308, 1, 1))
    assert len(history(editor, run_id)) == 4


def test_a_series_knows_count_extremes_and_where_they_stood(editor, run_id):
    log(editor, run_id, (3, 1, 1), (1, 1, 2), (1, 1, 3), ("NaN", 1, 4), (5, 1, 5), (5, 1, 6))
    log(editor, run_id, (3, 1, 1), (0.5, 1, 9), (5, 1, 0))
    series = Series.objects.get()
    assert (series.count, series.nan_count, series.first_step) == (8, 1, 0)
    assert (series.min_value, series.min_step, series.max_value, series.max_step) == (0.5, 9, 5.0, 0)
    assert Point.objects.count() == 8


def test_a_series_of_nothing_but_nan_has_no_extremes_until_a_number_comes(editor, run_id):
    log(editor, run_id, ("NaN", 1, 1))
    assert Series.objects.get().min_value is None
    log(editor, run_id, (2, 1, 2))
    log(editor, run_id, ("NaN", 1, 3))
    series = Series.objects.get()
    assert (series.min_value, series.max_value, series.latest_kind) == (2.0, 2.0, 1)


def test_history_is_sorted_by_time_step_and_value_and_pages(editor, run_id):
    log(editor, run_id, (3, 2, 1), (2, 1, 2), (1, 1, 1), (0, 1, 1))
    assert [(p["timestamp"], p["step"], p["value"]) for p in history(editor, run_id)] == [
        (1, 1, 0),
        (1, 1, 1),
        (1, 2, 2),
        (2, 1, 3),
    ]
    first = editor.get("metrics/get-history", run_id=run_id, metric_key="m", max_results=3).ok
    second = editor.get(
        "metrics/get-history", run_id=run_id, metric_key="m", max_results=3, page_token=first["next_page_token"]
    ).ok
    assert (len(first["metrics"]), len(second["metrics"])) == (3, 1)
    assert "next_page_token" not in second


def in_pages(client, run_id, size):
    """(The points, the tokens between the pages.)"""
    points, tokens, token = [], [], ""
    while True:
        page = client.get("metrics/get-history", run_id=run_id, metric_key="m", max_results=size, page_token=token).ok
        points += page["metrics"]
        assert len(page["metrics"]) <= size
        if not (token := page.get("next_page_token", "")):
            return points, tokens
        tokens.append(decode_token(token))


# Each is a value, its time, its step.
WITH_ITS_STEPS = [
    (0.1, 1, 1),
    (0.3, 1, 1),
    (-0.0, 1, 1),
    ("NaN", 1, 2),
    (2, 1, 2),
    (1e308, 4, 3),
    ("-Infinity", 4, 3),
    (5, 9, 7),
    (5, 9, 8),
]
AGAINST_ITS_STEPS = [*WITH_ITS_STEPS, (7, 3, 9)]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize(("points", "is_behind"), [(WITH_ITS_STEPS, True), (AGAINST_ITS_STEPS, False)], ids=["with", "against"])
def test_pages_are_the_whole_whether_time_runs_with_the_steps_or_not(editor, run_id, points, is_behind, size):
    log(editor, run_id, *points)
    whole = history(editor, run_id)
    assert len(whole) == len(points)
    paged, tokens = in_pages(editor, run_id, size)
    assert paged == whole
    assert {"after" in token for token in tokens} == {is_behind}


def test_a_point_that_comes_between_two_pages_moves_no_other(editor, run_id):
    log(editor, run_id, *[(step, step, step) for step in range(4)])
    first = editor.get("metrics/get-history", run_id=run_id, metric_key="m", max_results=2).ok
    log(editor, run_id, (0, 0, -1), (9, 1, 1), (4, 4, 4))
    token = first["next_page_token"]
    rest = history(editor, run_id, page_token=token)
    assert [point["step"] for point in rest] == [1, 2, 3, 4]


def test_a_history_of_what_is_not_there_is_empty(editor, run_id):
    assert editor.get("metrics/get-history", run_id="f" * 32, metric_key="m").ok == {}
    assert editor.get("metrics/get-history", run_id=run_id, metric_key="m").ok == {}


def test_a_bad_page_token_is_a_400(editor, run_id):
    log(editor, run_id, (1, 1, 1))
    behind = [{"after": bad} for bad in (1, [], [1, 1, 1], [1, 1, "1", 0], [1, True, 1, 0], [2**63, 1, 1, 0], [1, 1, 1.5, 0.5])]
    for token in ("!", *map(encode_token, [{"offset": -1}, *behind])):
        refused = editor.get("metrics/get-history", run_id=run_id, metric_key="m", page_token=token)
        assert refused.status == 400
        assert "Invalid page token" in refused.json["message"]


def test_the_bulk_history_is_by_run_id_and_cut_overall(editor):
    runs = sorted(editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"] for _ in range(2))
    for run in runs:
        log(editor, run, (1, 1, 1), (2, 2, 2))
    found = editor.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", run_id=runs[::-1], metric_key="m", max_results=3).ok[
        "metrics"
    ]
    assert [(point["run_id"], point["value"]) for point in found] == [(runs[0], 1), (runs[0], 2), (runs[1], 1)]


@pytest.mark.parametrize(
    ("query", "words"),
    [({}, "must specify at least one run_id"), ({"run_id": ["f" * 32] * 101}, "cannot specify more than 100 run_ids")],
)
def test_the_bulk_history_wants_one_to_a_hundred_runs(editor, query, words):
    refused = editor.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", metric_key="m", **query)
    assert refused.status == 400
    assert words in refused.json["message"]


def test_the_interval_takes_every_nth_step_and_the_last_and_each_runs_ends(editor, run_id):
    log(editor, run_id, *[(step, 1, step) for step in range(1, 101)])
    found = editor.get("metrics/get-history-bulk-interval", run_ids=[run_id], metric_key="m", max_results=10).ok["metrics"]
    steps = [point["step"] for point in found]
    assert steps == [1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 100]


def test_the_interval_answers_everything_inside_a_small_range(editor, run_id):
    log(editor, run_id, *[(step, 1, step) for step in range(100)])
    query = {"run_ids": [run_id], "metric_key": "m", "start_step": 10, "end_step": 14}
    assert [point["step"] for point in editor.get("metrics/get-history-bulk-interval", **query).ok["metrics"]] == [
        10,
        11,
        12,
        13,
        14,
    ]


@pytest.mark.parametrize(
    "query", [{"start_step": 1}, {"end_step": 1}, {"start_step": 2, "end_step": 1}, {"max_results": 0}, {"max_results": 2501}]
)
def test_the_interval_refuses_half_and_empty_ranges(editor, run_id, query):
    assert editor.get("metrics/get-history-bulk-interval", run_ids=[run_id], metric_key="m", **query).status == 400


def test_histories_of_hidden_runs_are_left_out(people, worlds, api):
    both = [worlds.here.run_id, worlds.there.run_id]
    found = api(people.reader).get("metrics/get-history-bulk-interval", run_ids=both, metric_key="loss").ok["metrics"]
    assert {point["run_id"] for point in found} == {worlds.here.run_id}
    assert api(people.reader).get("metrics/get-history", run_id=worlds.there.run_id, metric_key="loss").ok == {}


def test_a_metric_of_a_model_is_the_runs_and_the_models(editor, run_id):
    model = editor.post("logged-models", {"experiment_id": "0"}).ok["model"]["info"]["model_id"]
    metric = {"key": "m", "value": 0.5, "timestamp": 1, "step": 2, "model_id": model, "dataset_name": "d", "dataset_digest": "x"}
    for _ in range(2):
        editor.post("runs/log-metric", {"run_id": run_id} | metric).ok
        editor.post("runs/log-batch", {"run_id": run_id, "metrics": [metric]}).ok
    found = editor.get(f"logged-models/{model}").ok["model"]["data"]["metrics"]
    assert found == [metric | {"run_id": run_id}]
    assert latest(editor, run_id)["value"] == 0.5


def test_logging_needs_a_constant_number_of_statements(people, worlds, api, django_assert_num_queries):
    client = api(people.manager)
    body = {"run_id": worlds.here.run_id, "key": "loss", "value": 1, "timestamp": 77}
    client.post("runs/log-metric", body).ok
    metrics = [{"key": f"k{number}", "value": 1, "timestamp": 1} for number in range(100)]
    client.post("runs/log-batch", {"run_id": worlds.here.run_id, "metrics": metrics}).ok
    # The token, the run with its permission, and the keys (cached only once their transaction has been committed).
    # committed.
    from django.db import connection

    writes = 1 if connection.vendor == "postgresql" else 2
    with django_assert_num_queries(5 + writes):
        client.post("runs/log-batch", {"run_id": worlds.here.run_id, "metrics": [m | {"timestamp": 2} for m in metrics]}).ok


def test_math_is_kept_to_the_last_bit(editor, run_id):
    log(editor, run_id, (math.pi, 1, 1), (0.1 + 0.2, 1, 2), (5e-324, 1, 3))
    assert [point["value"] for point in history(editor, run_id)] == [math.pi, 0.1 + 0.2, 5e-324]


def test_a_history_without_a_size_is_whole_up_to_a_page(editor, run_id, monkeypatch):
    from apps.experiments.queries import metrics

    assert metrics.MAX_HISTORY_PAGE == 25_000
    monkeypatch.setattr(metrics, "MAX_HISTORY_PAGE", 3)
    log(editor, run_id, *[(step, 1, step) for step in range(5)])
    first = editor.get("metrics/get-history", run_id=run_id, metric_key="m").ok
    assert [point["step"] for point in first["metrics"]] == [0, 1, 2]
    greedy = {"max_results": 100, "page_token": first["next_page_token"]}
    assert [point["step"] for point in history(editor, run_id, **greedy)] == [3, 4]
    bulk = editor.get("metrics/get-history-bulk", run_id=run_id, metric_key="m", max_results=100).ok["metrics"]
    assert len(bulk) == 3


@pytest.mark.parametrize("path", ["metrics/get-history", "metrics/get-history-bulk"])
def test_a_size_below_nothing_is_a_400(editor, run_id, path):
    log(editor, run_id, (1, 1, 1))
    assert editor.get(path, run_id=run_id, metric_key="m", max_results=-1).status == 400


def test_nan_is_a_text_in_bulk_too_where_the_reference_writes_no_json(editor, run_id):
    log(editor, run_id, ("NaN", 1, 1))
    found = editor.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk", run_id=run_id, metric_key="m").ok["metrics"]
    assert found == [{"key": "m", "value": "NaN", "timestamp": 1, "step": 1, "run_id": run_id}]


def test_the_interval_of_many_runs_shares_steps_and_keeps_each_runs_ends(editor):
    runs = [editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"] for _ in range(2)]
    log(editor, runs[0], *[(step, 9, step) for step in range(100)])
    log(editor, runs[1], *[(step, 9, step) for step in range(33, 47)])
    query = {"run_ids": runs[::-1], "metric_key": "m", "max_results": 4}
    found = editor.get("metrics/get-history-bulk-interval", **query).ok["metrics"]
    steps = [(runs.index(point["run_id"]), point["step"]) for point in found]
    assert steps == [(1, 33), (1, 46), *[(0, step) for step in (0, 25, 33, 46, 50, 75, 99)]]


def test_the_interval_counts_steps_where_a_gap_and_a_repeated_step_balance(editor, run_id):
    """Ten points from 0 to 9, none at 4 and two at 7: the count alone looks like one at each step."""
    log(editor, run_id, *[(step, 1, step) for step in (0, 1, 2, 3, 5, 6, 7, 8, 9)], (70, 2, 7))
    query = {"run_ids": [run_id], "metric_key": "m", "max_results": 5}
    found = editor.get("metrics/get-history-bulk-interval", **query).ok["metrics"]
    assert [point["step"] for point in found] == [0, 1, 2, 3, 5, 6, 7, 7, 8, 9]


def test_the_interval_begins_at_step_0_unless_it_is_told_otherwise(editor, run_id):
    log(editor, run_id, (1, 1, -5), (2, 1, 0), (3, 1, 5))
    query = {"run_ids": run_id, "metric_key": "m"}
    assert [point["step"] for point in editor.get("metrics/get-history-bulk-interval", **query).ok["metrics"]] == [0, 5]
    query |= {"start_step": -9, "end_step": 0}
    assert [point["step"] for point in editor.get("metrics/get-history-bulk-interval", **query).ok["metrics"]] == [-5, 0]


def test_points_of_one_step_come_by_time_and_value(editor, run_id):
    log(editor, run_id, (2, 2, 1), (9, 1, 1), (1, 2, 1))
    found = editor.get("metrics/get-history-bulk-interval", run_ids=run_id, metric_key="m").ok["metrics"]
    assert [point["value"] for point in found] == [9, 1, 2]


def test_the_interval_is_of_one_to_a_hundred_runs(editor):
    for ids in ([], ["f" * 32] * 101):
        assert editor.get("metrics/get-history-bulk-interval", run_ids=ids, metric_key="m").status == 400
