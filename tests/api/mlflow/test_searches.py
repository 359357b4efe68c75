"""Section 5 of the protocol through the door. What the filters mean is under test in tests/core and tests/experiments."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


def make(client, name, *, start=0, metrics=(), params=(), tags=(), experiment="0"):
    body = {"experiment_id": experiment, "run_name": name, "start_time": start}
    run_id = client.post("runs/create", body).ok["run"]["info"]["run_id"]
    batch = {
        "metrics": [{"key": key, "value": value, "timestamp": 1} for key, value in metrics],
        "params": [{"key": key, "value": value} for key, value in params],
        "tags": [{"key": key, "value": value} for key, value in tags],
    }
    client.post("runs/log-batch", {"run_id": run_id} | batch).ok
    return run_id


def found(client, filter_text="", **more):
    answer = client.post("runs/search", {"experiment_ids": ["0"], "filter": filter_text} | more).ok
    return [run["info"]["run_name"] for run in answer.get("runs", [])]


@pytest.fixture
def three(editor):
    make(editor, "a", start=1, metrics=[("m", 1)], params=[("p", "Ab")], tags=[("t", "x")])
    make(editor, "b", start=2, metrics=[("m", "NaN")], params=[("p", "ab")])
    make(editor, "c", start=3, params=[("odd key", "1")])


# 5.1 Grammar


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", "cba"),
        ("params.p = 'Ab' and metrics.m = 1", "a"),
        ("params.p like 'A%'", "a"),
        ("params.p ILIKE 'a_'", "ba"),
        ("params.p != 'Ab'", "b"),  # a missing key is not different
        ("params.`odd key` = '1'", "c"),
        ("params.\"odd key\" = '1'", "c"),
        ("tags.t IS NULL", "cb"),
        ("params.p IS NOT NULL", "ba"),
        ("metrics.m = 0", "b"),  # NaN compares as 0
        ("run_name = 'a' OR (run_name = 'b' AND NOT params.p = 'Ab')", "ba"),
        ("start_time > 1 and attributes.start_time <= 3", "cb"),
        ("status = 'RUNNING' and created >= 3", "c"),
        ("attr.`run name` != 'a'", "cb"),
        ("artifact_uri LIKE 'mlflow-artifacts:/0/%'", "cba"),
        ("user_id = 'nobody'", ""),
        ("end_time > 0", ""),
    ],
)
def test_filters_find_runs(editor, three, text, names):
    assert "".join(found(editor, text)) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("metrics.m >", "Invalid clause(s) in filter string"),
        ("metrics.m > 1 XOR metrics.m < 2", "Invalid clause(s) in filter string"),
        ("metrics.m > 1; metrics.m < 2", "Search filter contained multiple expression"),
        ("'1' = params.p", "Invalid"),
        ("params.p = 1", "quoted"),
        ("nonsense = 'x'", "Invalid attribute key"),
        ("metrics.m IS NULL", "IS NULL"),
        ("status IN ('RUNNING')", "list"),
    ],
)
def test_what_is_no_filter_is_a_400_with_the_protocols_words(editor, text, words):
    refused = editor.post("runs/search", {"experiment_ids": ["0"], "filter": text})
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert words in refused.json["message"]


# 5.2 Runs


@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        ([], "cba"),
        (["metrics.m"], "abc"),  # numbers, then NaN, then nothing
        (["metrics.m DESC"], "abc"),
        (["params.p desc", "start_time ASC"], "bac"),
        (["run_name ASC"], "abc"),
    ],
)
def test_runs_come_in_the_order_that_is_asked_for(editor, three, order_by, names):
    assert "".join(found(editor, order_by=order_by)) == names


@pytest.mark.parametrize(
    ("order_by", "words"),
    [
        (["start_time", "start_time DESC"], "contains duplicate fields"),
        (["datasets.name"], "order_by"),
        (["nonsense"], "Invalid attribute key"),
        (["start_time SIDEWAYS"], "order_by"),
    ],
)
def test_an_order_that_is_none_is_a_400(editor, order_by, words):
    refused = editor.post("runs/search", {"experiment_ids": ["0"], "order_by": order_by})
    assert refused.status == 400
    assert words in refused.json["message"]


def test_ties_go_by_run_id(editor):
    ids = [make(editor, "same", start=7) for _ in range(4)]
    runs = editor.post("runs/search", {"experiment_ids": ["0"], "order_by": ["start_time"]}).ok["runs"]
    assert [run["info"]["run_id"] for run in runs] == sorted(ids)


def test_results_carry_datasets_and_outputs_but_no_models_that_were_read(editor):
    run_id = make(editor, "a")
    dataset = {"name": "d", "digest": "x", "source_type": "t", "source": "s"}
    body = {"run_id": run_id, "datasets": [{"dataset": dataset}], "models": [{"model_id": "m-1"}]}
    editor.post("runs/log-inputs", body).ok
    editor.post("runs/outputs", {"run_id": run_id, "models": [{"model_id": "m-2", "step": 1}]}).ok
    (run,) = editor.post("runs/search", {"experiment_ids": ["0"]}).ok["runs"]
    assert run["inputs"] == {"dataset_inputs": [{"dataset": dataset}]}
    assert run["outputs"] == {"model_outputs": [{"model_id": "m-2", "step": 1}]}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("datasets.name = 'd1'", "a"),
        ("dataset.digest IN ('x', 'y')", "ba"),
        ("datasets.context = 'eval'", "b"),
        ("datasets.name NOT IN ('d1')", "b"),
        ("datasets.name LIKE 'd_'", "ba"),
    ],
)
def test_runs_are_found_by_their_datasets(editor, text, names):
    for start, (name, dataset, digest, context) in enumerate(
        [("a", "d1", "x", "train"), ("b", "d2", "y", "eval"), ("c", "", "", "")]
    ):
        run_id = make(editor, name, start=start)
        item = {
            "dataset": {"name": dataset, "digest": digest, "source_type": "t", "source": "s"},
            "tags": [{"key": "mlflow.data.context", "value": context}],
        }
        editor.post("runs/log-inputs", {"run_id": run_id, "datasets": [item] if dataset else []}).ok
    assert "".join(found(editor, text)) == names


def test_runs_are_found_by_lists_of_ids_in_any_case(editor):
    ids = [make(editor, name, start=start) for start, name in enumerate("abc")]
    assert found(editor, f"run_id IN ('{ids[0]}', '{ids[2]}')") == ["c", "a"]
    assert found(editor, f"run_id NOT IN ('{ids[0]}', 'ABC')") == ["c", "b"]


def test_no_experiments_have_no_runs_and_unknown_ones_are_passed_over(editor, three):
    assert editor.post("runs/search", {"experiment_ids": []}).ok == {}
    assert found(editor, experiment_ids=["0", "999"]) == ["c", "b", "a"]


# 5.3 Experiments


@pytest.fixture
def experiments(editor, monkeypatch):
    from apps.experiments.services import experiments as service

    for moment, name in enumerate(["alpha", "Beta", "gamma"]):
        monkeypatch.setattr(service, "now_ms", lambda moment=moment: 10_000_000_000_000 + moment)
        tags = [{"key": "team", "value": name[0]}] if name != "gamma" else []
        editor.post("experiments/create", {"name": name, "tags": tags}).ok


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ["gamma", "Beta", "alpha", "Default"]),
        ({"filter": "name LIKE 'B%'"}, ["Beta"]),
        ({"filter": "name ILIKE '%A'"}, ["gamma", "Beta", "alpha"]),
        ({"filter": "attribute.name != 'alpha' AND creation_time >= 10000000000000"}, ["gamma", "Beta"]),
        ({"filter": "tags.team = 'a'"}, ["alpha"]),
        ({"filter": "tag.team IS NULL"}, ["gamma", "Default"]),
        ({"filter": "tags.team IS NOT NULL AND last_update_time < 10000000000001"}, ["alpha"]),
        ({"order_by": ["name ASC"]}, ["Beta", "Default", "alpha", "gamma"]),
        ({"order_by": ["experiment_id"]}, ["Default", "alpha", "Beta", "gamma"]),
        ({"order_by": ["last_update_time DESC"]}, ["gamma", "Beta", "alpha", "Default"]),
    ],
)
def test_experiments_are_found_and_come_in_order(editor, experiments, body, names):
    answer = editor.post("experiments/search", {"max_results": 10} | body).ok["experiments"]
    assert [one["name"] for one in answer] == names


@pytest.mark.parametrize("body", [{"filter": "params.x = '1'"}, {"order_by": ["tags.team"]}, {"filter": "name > 'a'"}])
def test_a_search_of_experiments_that_makes_no_sense_is_a_400(editor, body):
    assert editor.post("experiments/search", {"max_results": 10} | body).status == 400
