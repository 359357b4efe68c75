"""Section 3 of the protocol, and the shared rules of section 2 as far as experiments show them."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(people, api):
    return api(people.editor)


def test_experiment_zero_is_default_from_the_start(editor):
    found = editor.get("experiments/get", experiment_id="0").ok["experiment"]
    assert (found["name"], found["lifecycle_stage"], found["artifact_location"]) == ("Default", "active", "mlflow-artifacts:/0")


def test_what_create_says_get_by_name_finds(editor):
    number = editor.post("experiments/create", {"name": "a/b", "tags": [{"key": "k", "value": "v"}]}).ok["experiment_id"]
    found = editor.get("experiments/get-by-name", experiment_name="a/b").ok["experiment"]
    assert found["experiment_id"] == number
    assert found["tags"] == [{"key": "k", "value": "v"}]


def test_a_taken_name_is_refused_also_when_it_is_in_the_trash(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    again = editor.post("experiments/create", {"name": "x"})
    assert (again.status, again.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    editor.post("experiments/delete", {"experiment_id": number}).ok
    deleted = editor.post("experiments/create", {"name": "x"})
    assert deleted.status == 400
    assert "deleted state" in deleted.json["message"]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "   "}, {"name": 5}, {"name": "x" * 501}, {"name": "a\x00b"}])
def test_a_name_that_is_none_is_a_400_and_changes_nothing(editor, body):
    refused = editor.post("experiments/create", body)
    assert (refused.status, refused.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "name" in refused.json["message"]
    assert len(editor.post("experiments/search", {"max_results": 10}).ok["experiments"]) == 1


def test_an_unknown_name_is_a_404_with_the_words_that_clients_look_for(editor):
    refused = editor.get("experiments/get-by-name", experiment_name="nope")
    assert (refused.status, refused.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "Could not find experiment with name 'nope'" in refused.json["message"]


@pytest.mark.parametrize("number", ["abc", "-1", "1.5", "٣", "9" * 30])
def test_an_id_that_is_no_number_is_a_400(editor, number):
    assert editor.get("experiments/get", experiment_id=number).status == 400


def test_an_unknown_id_is_a_404(editor):
    assert "No Experiment with id=999 exists" in editor.get("experiments/get", experiment_id="999").json["message"]


def test_deleting_takes_the_runs_along_and_restoring_brings_all_back(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    runs = [editor.post("runs/create", {"experiment_id": number}).ok["run"]["info"]["run_id"] for _ in range(2)]
    editor.post("runs/delete", {"run_id": runs[0]}).ok
    editor.post("experiments/delete", {"experiment_id": number}).ok
    assert editor.get("runs/get", run_id=runs[1]).ok["run"]["info"]["lifecycle_stage"] == "deleted"
    assert editor.post("experiments/delete", {"experiment_id": number}).status == 404
    editor.post("experiments/restore", {"experiment_id": number}).ok
    stages = [editor.get("runs/get", run_id=run).ok["run"]["info"]["lifecycle_stage"] for run in runs]
    assert stages == ["active", "active"]
    assert editor.post("experiments/restore", {"experiment_id": number}).status == 404


def test_rename_moves_last_update_time_and_a_tag_does_not(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    before = editor.get("experiments/get", experiment_id=number).ok["experiment"]["last_update_time"]
    editor.post("experiments/set-experiment-tag", {"experiment_id": number, "key": "k", "value": ""}).ok
    assert editor.get("experiments/get", experiment_id=number).ok["experiment"]["last_update_time"] == before
    editor.post("experiments/update", {"experiment_id": number, "new_name": "y"}).ok
    found = editor.get("experiments/get", experiment_id=number).ok["experiment"]
    assert found["name"] == "y"
    assert found["last_update_time"] >= before


def test_a_deleted_experiment_takes_no_run_no_tag_and_no_name(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    editor.post("experiments/delete", {"experiment_id": number}).ok
    refusals = [
        editor.post("runs/create", {"experiment_id": number}),
        editor.post("experiments/set-experiment-tag", {"experiment_id": number, "key": "k", "value": "v"}),
        editor.post("experiments/update", {"experiment_id": number, "new_name": "y"}),
    ]
    assert [refused.status for refused in refusals] == [400, 400, 400]
    assert all("must be in the 'active' state" in refused.json["message"] for refused in refusals)


def test_experiment_tags_may_be_long_and_too_long_is_refused(editor):
    fine = {"experiment_id": "0", "key": "k", "value": "x" * 20_000}
    editor.post("experiments/set-experiment-tag", fine).ok
    assert editor.post("experiments/set-experiment-tag", fine | {"value": "x" * 20_001}).status == 400


def test_deleting_a_tag_that_is_not_there_is_a_404(editor):
    refused = editor.post("experiments/delete-experiment-tag", {"experiment_id": "0", "key": "k"})
    assert refused.status == 404
    assert "No tag with name" in refused.json["message"]


@pytest.mark.parametrize("location", ["s3://bucket/x", "file:/tmp/x", "/tmp/x", "mlflow-artifacts:/elsewhere"])
def test_a_foreign_location_is_echoed_and_runs_go_through_the_server_all_the_same(editor, location):
    number = editor.post("experiments/create", {"name": "x", "artifact_location": location}).ok["experiment_id"]
    assert editor.get("experiments/get", experiment_id=number).ok["experiment"]["artifact_location"] == location
    uri = editor.post("runs/create", {"experiment_id": number}).ok["run"]["info"]["artifact_uri"]
    assert uri.startswith(f"mlflow-artifacts:/{number}/")


@pytest.mark.parametrize(
    "location", ["mlflow-artifacts:/0", "mlflow-artifacts:/0/x", "s3://b/x#f", "s3://b/x?a=..", "runs:/1", "x" * 2049]
)
def test_a_location_that_reaches_into_others_or_is_malformed_is_refused(editor, location):
    assert editor.post("experiments/create", {"name": "x", "artifact_location": location}).status == 400


def test_search_without_max_results_is_refused_as_in_the_reference(editor):
    assert editor.post("experiments/search", {}).status == 400
    assert editor.get("experiments/search", max_results=1).ok["experiments"][0]["name"] == "Default"


def test_names_are_unique_inside_a_workspace_only(people, worlds, api):
    here = api(people.manager).get("experiments/get-by-name", experiment_name="churn").ok["experiment"]
    there = (
        api(people.outsider, workspace=worlds.there.workspace)
        .get("experiments/get-by-name", experiment_name="churn")
        .ok["experiment"]
    )
    assert here["experiment_id"] != there["experiment_id"]


def test_a_workspace_that_is_hidden_or_unknown_is_a_404(people, worlds, api):
    for name in (worlds.there.workspace, "nowhere"):
        assert api(people.reader, workspace=name).get("experiments/get", experiment_id="0").status == 404


def test_the_object_has_the_protocols_fields(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    assert number.isdigit()
    found = editor.get("experiments/get", experiment_id=number).ok["experiment"]
    assert found == found | {
        "experiment_id": number,
        "name": "x",
        "artifact_location": f"mlflow-artifacts:/{number}",
        "lifecycle_stage": "active",
        "workspace": "default",
    }
    assert type(found["creation_time"]) is type(found["last_update_time"]) is int
    assert "tags" not in found


def test_a_rename_to_a_taken_name_is_a_400_and_changes_nothing(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    assert editor.post("experiments/update", {"experiment_id": number, "new_name": "Default"}).status == 400
    assert editor.post("experiments/update", {"experiment_id": number}).status == 400
    assert editor.get("experiments/get", experiment_id=number).ok["experiment"]["name"] == "x"


def test_deleting_and_restoring_move_last_update_time(editor, monkeypatch):
    from apps.experiments.services import experiments

    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    for moment, act in ((2**42, "delete"), (2**42 + 1, "restore")):
        monkeypatch.setattr(experiments, "now_ms", lambda moment=moment: moment)
        editor.post(f"experiments/{act}", {"experiment_id": number}).ok
        assert editor.get("experiments/get", experiment_id=number).ok["experiment"]["last_update_time"] == moment


def test_a_tag_is_set_anew_and_may_be_empty(editor):
    for value in ("1", "2", ""):
        editor.post("experiments/set-experiment-tag", {"experiment_id": "0", "key": "k", "value": value}).ok
        assert editor.get("experiments/get", experiment_id="0").ok["experiment"]["tags"] == [{"key": "k", "value": value}]
    editor.post("experiments/delete-experiment-tag", {"experiment_id": "0", "key": "k"}).ok
    assert "tags" not in editor.get("experiments/get", experiment_id="0").ok["experiment"]


def test_search_is_asked_by_both_methods_and_by_its_old_name(editor):
    number = editor.post("experiments/create", {"name": "x"}).ok["experiment_id"]
    found = [
        editor.post("experiments/search", {"max_results": 5, "order_by": ["name DESC"]}),
        editor.get("experiments/search", max_results=5, order_by=["name DESC"]),
        editor.get("experiments/list"),
    ]
    assert [{one["experiment_id"] for one in answer.ok["experiments"]} for answer in found] == [{"0", number}] * 3
    assert found[0].ok == found[1].ok


def test_what_set_experiment_calls_in_a_race_ends_in_one_experiment(editor):
    for _ in range(2):  # both looked before either created
        assert editor.get("experiments/get-by-name", experiment_name="raced").status == 404
    made = editor.post("experiments/create", {"name": "raced"}).ok["experiment_id"]
    assert editor.post("experiments/create", {"name": "raced"}).error_code == "RESOURCE_ALREADY_EXISTS"
    assert editor.get("experiments/get-by-name", experiment_name="raced").ok["experiment"]["experiment_id"] == made
