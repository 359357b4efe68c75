"""Registered models as clients see them (protocol, section 9)."""

import pytest

from tests.support.worlds import ELSEWHERE


def create(api, name, **fields):
    return api.post("registered-models/create", {"name": name, **fields}).ok["registered_model"]


def test_a_model_is_created_with_description_and_tags(api, people):
    made = create(api(people.editor), "churn", description="d", tags=[{"key": "a", "value": "1"}, {"key": "a", "value": "2"}])
    assert made["name"] == "churn"
    assert made["description"] == "d"
    assert made["tags"] == [{"key": "a", "value": "2"}]
    assert made["creation_timestamp"] == made["last_updated_timestamp"]
    assert "latest_versions" not in made


def test_a_name_that_is_taken_is_told_by_its_code(api, people):
    create(api(people.editor), "churn")
    answer = api(people.editor).post("registered-models/create", {"name": "churn"})
    assert (answer.status, answer.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    assert "already exists" in answer.json["message"]


def test_a_name_that_a_prompt_has_is_told_so(api, people):
    create(api(people.editor), "greeting", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])
    answer = api(people.editor).post("registered-models/create", {"name": "greeting"})
    assert answer.error_code == "RESOURCE_ALREADY_EXISTS"
    assert "taken by a prompt" in answer.json["message"]


@pytest.mark.parametrize("name", ["a/b", "a:b", ".", "..", " "])
def test_names_that_cannot_stand_in_an_address_are_refused(api, people, name):
    answer = api(people.editor).post("registered-models/create", {"name": name})
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")


def test_an_unknown_model_is_named_in_the_refusal(api, people):
    answer = api(people.editor).get("registered-models/get", name="nobody")
    assert answer.status == 404
    assert answer.json["message"] == "Registered Model with name=nobody not found"


def test_a_description_is_changed_and_cleared(api, people, model):
    client = api(people.editor)
    assert (
        client.patch("registered-models/update", {"name": model, "description": "x"}).ok["registered_model"]["description"] == "x"
    )
    assert "description" not in client.patch("registered-models/update", {"name": model}).ok["registered_model"]


def test_renaming_takes_versions_tags_aliases_and_grants_along(api, people, model):
    client = api(people.editor)
    assert client.post("registered-models/set-tag", {"name": model, "key": "k", "value": "v"}).status == 200
    assert client.post("registered-models/alias", {"name": model, "alias": "best", "version": "2"}).status == 200
    renamed = client.post("registered-models/rename", {"name": model, "new_name": "scam"}).ok["registered_model"]
    assert renamed["tags"] == [{"key": "k", "value": "v"}]
    assert renamed["aliases"] == [{"alias": "best", "version": "2"}]
    assert [version["version"] for version in renamed["latest_versions"]] == ["3"]
    assert client.get("registered-models/get", name=model).status == 404


def test_renaming_to_a_taken_name_is_refused(api, people, model):
    create(api(people.editor), "scam")
    answer = api(people.editor).post("registered-models/rename", {"name": model, "new_name": "scam"})
    assert answer.error_code == "RESOURCE_ALREADY_EXISTS"


def test_deleting_hides_the_model_and_its_versions(api, people, model):
    assert api(people.manager).delete("registered-models/delete", {"name": model}).status == 200
    assert api(people.manager).get("model-versions/get", name=model, version="1").status == 404
    assert api(people.manager).get("model-versions/search", filter=f"name = '{model}'").ok == {}


def test_a_model_made_anew_does_not_use_old_numbers_again(api, people, model):
    client = api(people.manager)
    assert client.delete("registered-models/delete", {"name": model}).status == 200
    create(client, model)
    made = client.post("model-versions/create", {"name": model, "source": "s3://b/m"}).ok["model_version"]
    assert made["version"] == "4"


def test_tags_are_set_changed_and_deleted(api, people, model):
    client = api(people.editor)
    for value in ("1", "2"):
        assert client.post("registered-models/set-tag", {"name": model, "key": "k", "value": value}).status == 200
    assert client.get("registered-models/get", name=model).ok["registered_model"]["tags"] == [{"key": "k", "value": "2"}]
    for _ in range(2):
        assert client.delete("registered-models/delete-tag", {"name": model, "key": "k"}).status == 200
    assert "tags" not in client.get("registered-models/get", name=model).ok["registered_model"]


def test_latest_versions_are_the_highest_of_each_stage(api, people, model):
    client = api(people.editor)
    for version, stage in (("1", "Production"), ("2", "production")):
        assert client.post("model-versions/transition-stage", {"name": model, "version": version, "stage": stage}).status == 200
    found = client.post("registered-models/get-latest-versions", {"name": model}).ok["model_versions"]
    assert {(one["version"], one["current_stage"]) for one in found} == {("2", "Production"), ("3", "None")}
    only = client.get("registered-models/get-latest-versions", name=model, stages=["Production"]).ok["model_versions"]
    assert [one["version"] for one in only] == ["2"]


def test_latest_versions_carry_aliases(api, people, model):
    client = api(people.editor)
    assert client.post("registered-models/alias", {"name": model, "alias": "best", "version": "3"}).status == 200
    assert client.post("registered-models/get-latest-versions", {"name": model}).ok["model_versions"][0]["aliases"] == ["best"]


def test_models_are_searched_by_name_pattern_and_tag(api, people):
    client = api(people.editor)
    for name in ("alpha", "Alpine", "beta"):
        create(client, name, tags=[{"key": "first", "value": name[0]}, {"key": "length", "value": str(len(name))}])

    def names(**query):
        return [one["name"] for one in client.get("registered-models/search", **query).ok.get("registered_models", [])]

    assert names() == ["Alpine", "alpha", "beta"]
    assert names(filter="name LIKE 'al%'") == ["alpha"]
    assert names(filter="name ILIKE 'al%'") == ["Alpine", "alpha"]
    assert names(filter="name != 'beta'", order_by=["name DESC"]) == ["alpha", "Alpine"]
    assert names(filter="tags.first = 'b' AND tags.length = '4'") == ["beta"]
    assert names(filter="tags.first = 'b' AND tags.length = '5'") == []


def test_a_search_goes_on_where_the_page_ended(api, people):
    client = api(people.editor)
    for number in range(5):
        create(client, f"m{number}")
    first = client.get("registered-models/search", max_results="2").ok
    second = client.get("registered-models/search", max_results="2", page_token=first["next_page_token"]).ok
    last = client.get("registered-models/search", max_results="2", page_token=second["next_page_token"]).ok
    assert [one["name"] for page in (first, second, last) for one in page["registered_models"]] == [f"m{n}" for n in range(5)]
    assert "next_page_token" not in last


@pytest.mark.parametrize(
    "query",
    [
        {"filter": "run_id = 'x'"},
        {"filter": "name > 'a'"},
        {"order_by": ["name", "name"]},
        {"order_by": ["size"]},
        {"max_results": "1001"},
    ],
)
def test_a_search_of_models_that_makes_no_sense_is_refused(api, people, query):
    answer = api(people.reader).get("registered-models/search", **query)
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")


def test_prompts_are_found_only_when_asked_for(api, people):
    client = api(people.editor)
    create(client, "model")
    create(client, "prompt", tags=[{"key": "mlflow.prompt.is_prompt", "value": "true"}])

    def names(text):
        found = client.get("registered-models/search", filter=text).ok
        return [one["name"] for one in found.get("registered_models", [])]

    tag = "tags.`mlflow.prompt.is_prompt`"
    assert names("") == ["model"]
    assert names(f"{tag} = 'true'") == ["prompt"]
    assert names(f"{tag} != 'false'") == ["prompt"]
    assert names(f"{tag} = 'false'") == ["model"]
    assert names(f"{tag} != 'true' AND name LIKE 'm%'") == ["model"]


def test_models_of_another_workspace_are_not_seen(api, people, model):
    assert api(people.outsider).get("registered-models/search").ok["registered_models"][0]["workspace"] == "default"
    there = api(people.outsider, ELSEWHERE).get("registered-models/get", name=model).ok["registered_model"]
    assert there["workspace"] == ELSEWHERE
    assert api(people.editor, ELSEWHERE).get("registered-models/get", name=model).status == 404


def test_a_model_without_access_reads_as_missing(api, people, model, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert api(people.stranger).get("registered-models/get", name=model).status == 404
    assert api(people.stranger).get("registered-models/search").ok == {}
    assert api(people.stranger).get("model-versions/search").ok == {}


def test_readers_may_not_change_and_editors_may_not_delete(api, people, model):
    answer = api(people.reader).patch("registered-models/update", {"name": model, "description": "x"})
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert answer.json["message"].startswith("Permission denied")
    assert api(people.editor).delete("registered-models/delete", {"name": model}).status == 403
