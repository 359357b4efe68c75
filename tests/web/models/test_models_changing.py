"""What people change on the page of a model, and how they are told that they may not."""

from apps.access.levels import Level
from apps.registry.queries import registered as queries
from apps.registry.services import grants, overrides, requests, transitions, votes
from apps.registry.services.votes import Ballot
from tests.support.people import PASSWORD
from tests.web.models.conftest import MODEL, NAME, SYSTEM


def model(name=NAME):
    return queries.get_registered_model(SYSTEM, name)


def test_a_model_is_registered(visit):
    assert visit("reader").post("/models/", name="new-one", description="**bold**") == "/models/new-one/"
    assert model("new-one").description == "**bold**"


def test_a_taken_name_is_explained_in_the_dialog(visit):
    page = visit("reader").post("/models/", status=400, name=NAME)
    assert '<dialog class="dialog" id="new-model" aria-labelledby="new-model-title" data-show>' in page
    assert f"Registered Model (name={NAME}) already exists." in page


def test_a_name_with_a_slash_is_explained(visit):
    assert "cannot contain &#x27;/&#x27;" in visit("reader").post("/models/", status=400, name="a/b")


def test_the_description_is_markdown(visit):
    assert visit("editor").post(f"{MODEL}describe/", description="**Finds** churn") == MODEL
    assert "<strong>Finds</strong>" in visit("reader").get(MODEL)


def test_a_reader_is_told_that_describing_needs_more(visit):
    assert "Model.update needs EDIT and you have READ" in visit("reader").post(f"{MODEL}describe/", status=403, description="x")
    assert model().description == ""


def test_tags_are_set_and_removed(visit):
    visit("editor").post(f"{MODEL}tags/", key="team", value="risk")
    visit("editor").post(f"{MODEL}tags/?remove=kind")
    assert dict(model().tags) == {"team": "risk"}


def test_a_tag_without_a_key_is_explained(visit):
    assert 'id="tag-key_note"' in visit("editor").post(f"{MODEL}tags/", status=400, key="", value="x")


def test_a_model_is_renamed(visit):
    assert visit("editor").post(f"{MODEL}rename/", name="churn 2") == "/models/churn%202/"


def test_a_renaming_that_a_policy_forbids_is_explained_in_the_dialog(visit, protect):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False)
    protect()
    page = visit("manager").post(f"{MODEL}rename/", status=403, name="elsewhere")
    assert f"Version 2 of {NAME} stands in Production, which a policy protects" in page


def test_a_deleted_model_comes_back(visit):
    manager = visit("manager")
    pk = model().pk
    assert manager.post(f"{MODEL}delete/") == "/models/"
    assert f"/models/trash/{pk}/restore/" in manager.get("/models/")
    assert manager.post(f"/models/trash/{pk}/restore/") == MODEL


def test_a_deletion_that_a_policy_forbids_is_explained_on_the_page(visit, protect):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False)
    protect()
    assert "which a policy protects" in visit("manager").post(f"{MODEL}delete/", status=403)


def test_a_level_is_given_and_taken_away(visit):
    visit("manager").post(f"{MODEL}share/", kind="user", name="stranger", level="EDIT")
    assert ("stranger", Level.EDIT) in [(one.grantee, one.level) for one in queries.list_model_grants(SYSTEM, NAME)]
    visit("manager").post(f"{MODEL}share/", remove="user:stranger")
    assert "stranger" not in [one.grantee for one in queries.list_model_grants(SYSTEM, NAME)]


def test_a_changed_level_keeps_the_right_to_stages(visit):
    grants.put_model_grant(SYSTEM, NAME, Level.READ, user="reader", stages=1)
    visit("manager").post(f"{MODEL}share/", kind="user", name="reader", level="EDIT")
    assert (("reader", Level.EDIT), 1) in [
        ((one.grantee, one.level), right) for one, right in queries.list_grants_by_id(SYSTEM, model().pk)
    ]


def test_somebody_who_is_not_there_is_explained(visit):
    assert 'id="id_name_note"' in visit("manager").post(f"{MODEL}share/", status=409, kind="user", name="nobody", level="READ")


def test_what_stood_in_production_before_is_brought_back(visit):
    for number in ("1", "2"):
        transitions.transition_version(SYSTEM, NAME, number, "Production", True)
    assert "Bring version 1 back to Production?" in visit("editor").get(MODEL)
    assert visit("editor").post(f"{MODEL}roll-back/") == MODEL
    assert [version.number for version in model().latest_versions if version.stage == "Production"] == [1]


def test_a_roll_back_that_needs_approval_leads_to_its_request(visit, protect):
    for number in ("1", "2"):
        transitions.transition_version(SYSTEM, NAME, number, "Production", True)
    protect()
    assert visit("editor").post(f"{MODEL}roll-back/").startswith("/approvals/")


def test_a_roll_back_to_nothing_is_explained(visit):
    page = visit("editor").post(f"{MODEL}roll-back/", status=400)
    assert f"No version of {NAME} stood in Production before" in page


def test_an_override_stands_on_the_page_until_another_version_moves_in(visit, people, protect):
    protect()
    number = requests.open_request(people.manager.actor, NAME, "2", "transition", "Production")
    overrides.override_request(people.admin.actor, number, "the site is down", PASSWORD)
    page = visit("reader").get(MODEL)
    assert "Version 2 stands in Production by an override of admin: “the site is down”." in page.replace("&#x27;", "'")
    number = requests.open_request(people.manager.actor, NAME, "1", "transition", "Production")
    votes.cast_vote(people.approver.actor, number, Ballot("approve"))
    assert "by an override" not in visit("reader").get(MODEL)
