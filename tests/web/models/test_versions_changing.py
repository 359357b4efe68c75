"""What people change on the page of a version, and how they are told that they may not."""

from apps.registry.queries import requests, versions
from apps.registry.services import transitions
from tests.web.models.conftest import MODEL, NAME, SYSTEM

VERSION = f"{MODEL}versions/2/"


def version(number="2"):
    return versions.get_version(SYSTEM, NAME, number)


def pending():
    return [(one.act, one.target, one.requester) for one in requests.list_requests(SYSTEM, name=NAME)]


def test_a_version_is_described(visit):
    assert visit("editor").post(f"{VERSION}describe/", description="*calibrated*") == VERSION
    assert "<em>calibrated</em>" in visit("reader").get(VERSION)


def test_a_tag_is_set_by_editors_and_removed_by_managers(visit):
    visit("editor").post(f"{VERSION}tags/", key="reviewed", value="yes")
    assert "needs MANAGE" in visit("editor").post(f"{VERSION}tags/?remove=reviewed", status=403)
    visit("manager").post(f"{VERSION}tags/?remove=reviewed")
    assert dict(version().tags) == {"checked": "yes"}


def test_an_alias_is_set_and_removed(visit):
    visit("editor").post(f"{VERSION}aliases/", alias="challenger")
    assert version().aliases == ["challenger"]
    assert "needs MANAGE" in visit("editor").post(f"{VERSION}aliases/?remove=challenger", status=403)
    visit("manager").post(f"{VERSION}aliases/?remove=challenger")
    assert version().aliases == []


def test_an_alias_that_cannot_be_is_explained_at_its_field(visit):
    assert "alias name (case insensitive) is reserved" in visit("editor").post(f"{VERSION}aliases/", status=400, alias="latest")
    assert 'id="alias-alias_note"' in visit("editor").post(f"{VERSION}aliases/", status=400, alias="with space")


def test_a_protected_alias_is_refused_with_the_way_to_ask_for_it(visit, protect):
    protect("champion", "alias")
    page = visit("editor").post(f"{VERSION}aliases/", status=403, alias="champion")
    assert "is protected" in page
    assert "Request champion" in page
    location = visit("editor").post(f"{VERSION}request/", act="set_alias", target="champion")
    assert location.startswith("/approvals/")
    assert pending() == [("set_alias", "champion", "editor")]


def test_a_version_moves_where_no_policy_applies(visit):
    transitions.transition_version(SYSTEM, NAME, "1", "Production", False)
    visit("editor").post(f"{VERSION}stage/", stage="Production", archive_existing="on", comment="better")
    assert (version().stage, version("1").stage) == ("Production", "Archived")


def test_a_move_that_a_policy_forbids_is_explained_on_the_page(visit, protect):
    protect()
    page = visit("editor").post(f"{VERSION}stage/", status=403, stage="Production")
    assert "is protected" in page
    assert "Ask for it at" not in page
    assert version().stage == "None"


def test_a_stage_that_is_none_is_explained(visit):
    assert "Invalid Model Version stage" in visit("editor").post(f"{VERSION}stage/", status=400, stage="Nowhere")


def test_a_request_for_promotion_is_opened_and_its_page_follows(visit, protect):
    protect()
    location = visit("reader").post(f"{VERSION}request/", target="Production", comment="please")
    assert pending() == [("transition", "Production", "reader")]
    assert location == f"/approvals/{requests.list_requests(SYSTEM, name=NAME)[0].id}/"


def test_a_second_request_for_the_same_names_the_first(visit, protect):
    protect()
    visit("reader").post(f"{VERSION}request/", target="Production")
    assert "by reader for" in visit("editor").post(f"{VERSION}request/", status=400, target="Production")


def test_a_request_for_where_it_stands_is_explained(visit):
    assert "is in stage None already" in visit("reader").post(f"{VERSION}request/", status=400, target="None")


def test_a_deleted_version_comes_back(visit):
    manager = visit("manager")
    assert manager.post(f"{VERSION}delete/") == MODEL
    assert f"{VERSION}restore/" in manager.get(MODEL)
    assert manager.post(f"{VERSION}restore/") == VERSION


def test_the_deletion_of_what_a_policy_protects_is_asked_for(visit, protect):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False)
    protect()
    assert "which a policy protects" in visit("manager").post(f"{VERSION}delete/", status=403)
    page = visit("manager").get(VERSION)
    assert "Ask for its deletion" in page
    assert f'action="{VERSION}delete/"' not in page
    visit("manager").post(f"{VERSION}request/", act="delete_version", target="")
    assert pending() == [("delete_version", "", "manager")]


def test_forms_of_hidden_models_are_missing(visit, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    for address in (f"{VERSION}stage/", f"{VERSION}request/", f"{VERSION}aliases/", f"{MODEL}roll-back/"):
        visit("stranger").post(address, status=404, stage="Staging", target="Staging", alias="a")
