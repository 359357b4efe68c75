"""Section 7 of the protocol: datasets and logged models that a run read."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


@pytest.fixture
def run_id(editor):
    return editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]


def dataset(name="d", digest="x", **parts):
    return {"name": name, "digest": digest, "source_type": "local", "source": "s"} | parts


def inputs_of(client, run_id):
    return client.get("runs/get", run_id=run_id).ok["run"].get("inputs", {})


def log(client, run_id, *items):
    client.post("runs/log-inputs", {"run_id": run_id, "datasets": list(items)}).ok


def test_a_dataset_comes_back_with_all_its_parts_and_tags(editor, run_id):
    tags = [{"key": "mlflow.data.context", "value": "training"}]
    whole = {"dataset": dataset(schema="{}", profile="p"), "tags": tags}
    log(editor, run_id, whole)
    assert inputs_of(editor, run_id) == {"dataset_inputs": [whole]}


def test_of_one_name_and_digest_the_first_content_and_tags_stay(editor, run_id):
    first = {"dataset": dataset(source="one"), "tags": [{"key": "k", "value": "1"}]}
    again = {"dataset": dataset(source="two"), "tags": [{"key": "k", "value": "2"}]}
    log(editor, run_id, first, again)
    log(editor, run_id, again)
    assert inputs_of(editor, run_id)["dataset_inputs"] == [first]
    other = editor.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    log(editor, other, again)
    assert inputs_of(editor, other)["dataset_inputs"] == [first | {"tags": again["tags"]}]


def test_another_experiment_has_its_own_content_of_the_same_name_and_digest(editor):
    for source in ("one", "two"):
        number = editor.post("experiments/create", {"name": source}).ok["experiment_id"]
        run_id = editor.post("runs/create", {"experiment_id": number}).ok["run"]["info"]["run_id"]
        log(editor, run_id, {"dataset": dataset(source=source)})
        assert inputs_of(editor, run_id)["dataset_inputs"][0]["dataset"]["source"] == source


def test_missing_parts_are_empty_texts_and_no_datasets_are_fine(editor, run_id):
    for body in ({}, {"datasets": []}, {"datasets": [{"dataset": {"name": "d"}}]}):
        editor.post("runs/log-inputs", {"run_id": run_id} | body).ok
    empty = {"name": "d", "digest": "", "source_type": "", "source": ""}
    assert inputs_of(editor, run_id)["dataset_inputs"] == [{"dataset": empty}]


@pytest.mark.parametrize(
    ("item", "named"),
    [(5, "datasets[0]"), ({}, "datasets[0].dataset"), ({"dataset": {"name": 5}}, "datasets[0].dataset.name")],
)
def test_what_is_no_dataset_is_named(editor, run_id, item, named):
    refused = editor.post("runs/log-inputs", {"run_id": run_id, "datasets": [item]})
    assert refused.status == 400
    assert f"'{named}'" in refused.json["message"]


def test_models_are_linked_once_whether_they_exist_or_not(editor, run_id):
    for _ in range(2):
        editor.post("runs/log-inputs", {"run_id": run_id, "models": [{"model_id": "m-unknown"}]}).ok
    assert inputs_of(editor, run_id) == {"model_inputs": [{"model_id": "m-unknown"}]}


def test_datasets_of_experiments_are_listed_once_each_with_their_context(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    training = [{"key": "mlflow.data.context", "value": "training"}]
    for _ in range(2):
        run_id = editor.post("runs/create", {"experiment_id": number}).ok["run"]["info"]["run_id"]
        log(editor, run_id, {"dataset": dataset("a"), "tags": training}, {"dataset": dataset("b")})
    found = editor.post("/ajax-api/2.0/mlflow/experiments/search-datasets", {"experiment_ids": [number]}).ok
    common = {"experiment_id": number, "digest": "x"}
    assert found["dataset_summaries"] == [common | {"name": "a", "context": "training"}, common | {"name": "b"}]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (20, 200), (21, 400)])
def test_datasets_are_asked_for_of_one_to_twenty_experiments(editor, count, status):
    answer = editor.post("experiments/search-datasets", {"experiment_ids": [str(number) for number in range(count)]})
    assert answer.status == status


def test_at_most_a_thousand_datasets_are_listed(editor, run_id, monkeypatch):
    from apps.experiments.queries import datasets

    monkeypatch.setattr(datasets, "MAX_SUMMARIES", 2)
    log(editor, run_id, *[{"dataset": dataset(name)} for name in "abc"])
    assert len(editor.post("experiments/search-datasets", {"experiment_ids": ["0"]}).ok["dataset_summaries"]) == 2
