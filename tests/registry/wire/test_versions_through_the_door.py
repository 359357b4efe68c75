"""Versions and aliases as clients see them (protocol, section 9)."""

import pytest

from apps.core.clock import now_ms
from apps.experiments.services import logged_models
from apps.experiments.services.logged_models import NewModel
from apps.registry.services.trash import purge_registry
from tests.registry.conftest import SYSTEM


def create(client, name, source="s3://bucket/model", **fields):
    return client.post("model-versions/create", {"name": name, "source": source, **fields}).ok["model_version"]


def test_a_version_is_ready_at_once_and_in_no_stage(api, people, model):
    made = create(api(people.editor), model, description="d", tags=[{"key": "k", "value": "v"}], run_link="http://x")
    assert made["version"] == "4"
    assert (made["status"], made["current_stage"]) == ("READY", "None")
    assert made["tags"] == [{"key": "k", "value": "v"}]
    assert api(people.reader).get("model-versions/get", name=model, version="4").ok["model_version"] == made


def test_a_version_of_an_unknown_model_is_missing(api, people):
    answer = api(people.editor).post("model-versions/create", {"name": "nobody", "source": "s3://b/m"})
    assert (answer.status, answer.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    ("version", "status"), [("x", 400), ("9", 404), ("1.5", 400), ("99999999999", 404), ("-1", 404), (2, 200)]
)
def test_a_version_is_known_by_its_number_alone(api, people, model, version, status):
    answer = api(people.reader).get("model-versions/get", name=model, version=version)
    assert answer.status == status
    if status == 400:
        assert f"Parameter 'version' must be an integer, got '{version}'" in answer.json["message"]
    if status == 404:
        assert "Model Version (name=fraud, version=" in answer.json["message"]


def test_numbers_of_deleted_versions_are_not_used_again(api, people, model):
    assert api(people.manager).delete("model-versions/delete", {"name": model, "version": "3"}).status == 200
    assert api(people.manager).get("model-versions/get", name=model, version="3").status == 404
    assert create(api(people.editor), model)["version"] == "4"


def test_a_local_path_is_no_source(api, people, model):
    answer = api(people.editor).post("model-versions/create", {"name": model, "source": "/etc/passwd"})
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Invalid model version source" in answer.json["message"]


def test_bytes_of_one_run_do_not_pass_as_another_runs(api, people, model, worlds):
    first, second = worlds.here.run_ids[:2]
    source = f"mlflow-artifacts:/{worlds.here.experiment_id}/{second}/artifacts/model"
    answer = api(people.editor).post("model-versions/create", {"name": model, "source": source, "run_id": first})
    assert "The run_id request parameter must identify the resource" in answer.json["message"]


def test_a_logged_model_as_source_brings_location_and_run(api, people, model, worlds):
    new = NewModel(worlds.here.experiment_id, "forest", source_run_id=worlds.here.run_id)
    model_id = logged_models.create_logged_model(people.editor.actor, new)
    client = api(people.editor)
    made = create(client, model, f"models:/{model_id}", model_id=model_id)
    assert (made["source"], made["run_id"], made["model_id"]) == (f"models:/{model_id}", worlds.here.run_id, model_id)
    location = client.get("model-versions/get-download-uri", name=model, version=made["version"]).ok["artifact_uri"]
    assert location == f"mlflow-artifacts:/{worlds.here.experiment_id}/models/{model_id}/artifacts"
    tags = client.get(f"logged-models/{model_id}").ok["model"]["info"]["tags"]
    assert tags == [{"key": "mlflow.modelVersions", "value": '[{"name": "fraud", "version": 4}]'}]


def test_a_copy_has_the_artifacts_and_the_run_of_its_original(api, people, model, worlds):
    client = api(people.editor)
    assert client.post("registered-models/create", {"name": "copy"}).status == 200
    made = create(client, "copy", f"models:/{model}/2")
    assert (made["source"], made["run_id"], made["current_stage"]) == (f"models:/{model}/2", worlds.here.run_id, "None")
    original = client.get("model-versions/get-download-uri", name=model, version="2").ok
    assert client.get("model-versions/get-download-uri", name="copy", version="1").ok == original


def test_a_copy_of_what_is_not_there_is_refused(api, people, model):
    for source, status in ((f"models:/{model}/77", 404), ("models:/m-" + "0" * 32, 404), ("models:/fraud@best", 400)):
        assert api(people.editor).post("model-versions/create", {"name": model, "source": source}).status == status


def test_a_run_that_is_hidden_cannot_be_named(api, people, model, worlds):
    hidden = worlds.there.run_id
    answer = api(people.editor).post("model-versions/create", {"name": model, "source": "s3://b/m", "run_id": hidden})
    assert answer.status == 404


def test_a_run_id_that_names_no_run_is_kept_as_text(api, people, model):
    assert create(api(people.editor), model, run_id="imported-from-elsewhere")["run_id"] == "imported-from-elsewhere"


def test_stage_and_alias_in_the_body_or_tags_do_nothing(api, people, model):
    tags = [{"key": "stage", "value": "Production"}, {"key": "mlflow.alias", "value": "champion"}]
    made = create(api(people.editor), model, stage="Production", current_stage="Production", aliases=["champion"], tags=tags)
    assert made["current_stage"] == "None"
    assert "aliases" not in made


def test_transitions_archive_others_when_asked(api, people, model):
    client = api(people.editor)

    def move(version, stage, archive):
        body = {"name": model, "version": version, "stage": stage, "archive_existing_versions": archive}
        return client.post("model-versions/transition-stage", body).ok["model_version"]["current_stage"]

    assert move("1", "production", False) == "Production"
    assert move("2", "PRODUCTION", False) == "Production"
    assert move("3", "Production", True) == "Production"
    found = client.get("model-versions/search", filter=f"name='{model}'").ok["model_versions"]
    assert {one["version"]: one["current_stage"] for one in found} == {"1": "Archived", "2": "Archived", "3": "Production"}


def test_stages_that_there_are_not_are_refused(api, people, model):
    body = {"name": model, "version": "1", "stage": "Released", "archive_existing_versions": False}
    answer = api(people.editor).post("model-versions/transition-stage", body)
    assert answer.status == 400
    assert (
        "Invalid Model Version stage: Released. Value must be one of None, Staging, Production, Archived."
        in answer.json["message"]
    )


def test_archiving_others_needs_an_active_stage(api, people, model):
    body = {"name": model, "version": "1", "stage": "None", "archive_existing_versions": True}
    answer = api(people.editor).post("model-versions/transition-stage", body)
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Model version transition cannot archive existing model versions because" in answer.json["message"]


def test_a_transition_moves_the_times_of_version_and_model(api, people, model):
    client = api(people.editor)
    before = client.get("registered-models/get", name=model).ok["registered_model"]["last_updated_timestamp"]
    moved = client.post("model-versions/transition-stage", {"name": model, "version": "1", "stage": "Staging"}).ok[
        "model_version"
    ]
    after = client.get("registered-models/get", name=model).ok["registered_model"]["last_updated_timestamp"]
    assert after >= before
    assert moved["last_updated_timestamp"] >= before


def test_an_alias_is_set_moved_read_and_removed(api, people, model):
    client = api(people.manager)
    for version in ("1", "2"):
        assert client.post("registered-models/alias", {"name": model, "alias": "best", "version": version}).status == 200
    assert client.get("registered-models/alias", name=model, alias="best").ok["model_version"]["version"] == "2"
    assert client.get("model-versions/get", name=model, version="2").ok["model_version"]["aliases"] == ["best"]
    for _ in range(2):
        assert client.delete("registered-models/alias", {"name": model, "alias": "best"}).status == 200
    answer = client.get("registered-models/alias", name=model, alias="best")
    assert (answer.status, answer.json["message"]) == (400, "Registered model alias best not found.")


def test_the_alias_latest_is_the_newest_version(api, people, model):
    client = api(people.reader)
    assert client.get("registered-models/alias", name=model, alias="latest").ok["model_version"]["version"] == "3"


@pytest.mark.parametrize("alias", ["latest", "LATEST", "v1", "V22", "a b", "a/b"])
def test_reserved_and_malformed_aliases_are_refused(api, people, model, alias):
    answer = api(people.editor).post("registered-models/alias", {"name": model, "alias": alias, "version": "1"})
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")


def test_aliases_go_with_their_version(api, people, model):
    client = api(people.manager)
    assert client.post("registered-models/alias", {"name": model, "alias": "best", "version": "1"}).status == 200
    assert client.delete("model-versions/delete", {"name": model, "version": "1"}).status == 200
    assert client.get("registered-models/alias", name=model, alias="best").status == 400
    assert "aliases" not in client.get("registered-models/get", name=model).ok["registered_model"]


def test_tags_of_a_version_are_set_and_deleted(api, people, model):
    client = api(people.manager)
    assert client.post("model-versions/set-tag", {"name": model, "version": "1", "key": "k", "value": "v"}).status == 200
    assert client.get("model-versions/get", name=model, version="1").ok["model_version"]["tags"] == [{"key": "k", "value": "v"}]
    for _ in range(2):
        assert client.delete("model-versions/delete-tag", {"name": model, "version": "1", "key": "k"}).status == 200
    assert "tags" not in client.get("model-versions/get", name=model, version="1").ok["model_version"]


def test_a_description_of_a_version_is_changed(api, people, model):
    changed = (
        api(people.editor).patch("model-versions/update", {"name": model, "version": "1", "description": "x"}).ok["model_version"]
    )
    assert changed["description"] == "x"


def test_versions_are_searched_by_everything_the_protocol_names(api, people, model, worlds):
    client = api(people.editor)
    create(client, model, "s3://bucket/other", tags=[{"key": "size", "value": "big"}])

    def numbers(text, **query):
        found = client.get("model-versions/search", filter=text, **query).ok
        return [int(one["version"]) for one in found.get("model_versions", [])]

    assert numbers(f"name = '{model}'") == [4, 3, 2, 1]
    assert numbers("name LIKE 'fra%' AND version_number > 2") == [4, 3]
    mine = f"AND name = '{model}'"
    assert numbers(f"run_id = '{worlds.here.run_id}' {mine}", order_by=["version_number ASC"]) == [1, 2, 3]
    assert numbers(f"run_id IN ('{worlds.here.run_id}') {mine}", order_by=["version_number"]) == [1, 2, 3]
    assert numbers(f"run_id != '{worlds.here.run_id}'") == []
    assert numbers("source_path = 's3://bucket/other'") == [4]
    assert numbers("tags.size = 'big'") == [4]
    assert numbers("tags.size = 'big' AND tags.size = 'small'") == []
    assert numbers(f"(version_number = 1 OR tags.size ILIKE 'B%') {mine}", order_by=["version_number"]) == [1, 4]
    assert numbers(f"NOT name = '{model}' AND name LIKE 'fra%'") == []


def test_a_search_of_versions_pages_without_aliases(api, people, model):
    client = api(people.editor)
    assert client.post("registered-models/alias", {"name": model, "alias": "best", "version": "3"}).status == 200
    page = client.get("model-versions/search", filter=f"name='{model}'", max_results="2").ok
    assert [one["version"] for one in page["model_versions"]] == ["3", "2"]
    assert all("aliases" not in one for one in page["model_versions"])
    rest = client.get("model-versions/search", filter=f"name='{model}'", max_results="2", page_token=page["next_page_token"]).ok
    assert [one["version"] for one in rest["model_versions"]] == ["1"]


@pytest.mark.parametrize(
    "query",
    [{"filter": "creation_timestamp > 1"}, {"filter": "version_number LIKE '1'"}, {"order_by": ["run_id"]}, {"page_token": "x"}],
)
def test_a_search_of_versions_that_makes_no_sense_is_refused(api, people, query):
    assert api(people.reader).get("model-versions/search", **query).status == 400


def test_versions_of_prompts_are_found_only_when_asked_for(api, people):
    client = api(people.editor)
    tag = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    assert client.post("registered-models/create", {"name": "greeting", "tags": [tag]}).status == 200
    create(client, "greeting", "dummy-source", tags=[tag, {"key": "mlflow.prompt.text", "value": "Hello"}])
    assert client.get("model-versions/search").ok == {}
    found = client.get("model-versions/search", filter="tags.`mlflow.prompt.is_prompt` = 'true'").ok["model_versions"]
    assert [one["name"] for one in found] == ["greeting"]


def test_levels_say_who_may_do_what_to_versions(api, people, model):
    body = {"name": model, "version": "1", "stage": "Staging"}
    assert api(people.reader).post("model-versions/transition-stage", body).status == 403
    assert api(people.reader).post("model-versions/create", {"name": model, "source": "s3://b/m"}).status == 403
    assert api(people.editor).delete("model-versions/delete", {"name": model, "version": "1"}).status == 403
    assert api(people.editor).delete("registered-models/alias", {"name": model, "alias": "a"}).status == 403
    assert api(people.teammate).post("model-versions/transition-stage", body).status == 200
    assert api(people.anonymous).get("model-versions/get", name=model, version="1").status == 401


def test_a_file_of_a_version_is_read_by_whoever_may_read_its_run(api, people, worlds, settings):
    ask = {"name": worlds.here.registered, "version": "1", "path": "readme.txt"}
    assert api(people.reader).get("/model-versions/get-artifact", **ask).body == b"hello"
    assert api(people.reader).get("/model-versions/get-artifact", **ask | {"path": "../../x"}).status == 400
    assert api(people.reader).get("/model-versions/get-artifact", **ask | {"path": "nothing"}).status == 404
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert api(people.stranger).get("/model-versions/get-artifact", **ask).status == 404


def test_the_trash_is_emptied_for_good(api, people, model):
    client = api(people.manager)
    assert client.delete("model-versions/delete", {"name": model, "version": "3"}).status == 200
    purged = purge_registry(SYSTEM, now_ms() + 1, dry_run=True)
    assert (purged.models, purged.versions) == (0, 1)
    assert purge_registry(SYSTEM, now_ms() + 1).versions == 1
    assert create(client, model)["version"] == "4"
    assert client.delete("registered-models/delete", {"name": model}).status == 200
    assert purge_registry(SYSTEM, now_ms() + 1).models == 1
    assert client.get("/api/v1/models/trash/").ok["items"] == []
