"""The pages of registered models, as different people see them."""

from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.registry.services import registered, transitions, versions
from apps.registry.services.versions import NewVersion
from tests.web.models.conftest import MODEL, NAME, SYSTEM


def test_the_list_names_models_with_stages_aliases_and_tags(visit):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False)
    page = visit("reader").get("/models/")
    for shown in (NAME, "Version 2", 'data-stage="Production"', "champion", "tree"):
        assert shown in page


def test_the_list_hides_models_that_one_may_not_see(visit, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert NAME not in visit("stranger").get("/models/")
    visit("stranger").get(MODEL, status=404)


def test_a_filter_leaves_what_matches(visit):
    registered.create_model(SYSTEM, "other")
    page = visit("reader").get("/models/", filter="tags.kind = 'tree'")
    assert NAME in page
    assert "/models/other/" not in page


def test_a_wrong_filter_is_explained_at_its_place(visit):
    page = visit("reader").get("/models/", status=400, filter="name = 'a' AND nonsense = 3")
    assert 'error-at="15"' in page
    assert 'id="filter-error"' in page


def test_a_plain_word_is_offered_as_a_filter_of_names(visit):
    assert "filter=name%20ILIKE%20%27%25churn%25%27" in visit("reader").get("/models/", status=400, filter="churn")


def test_the_filter_bar_completes_tags_and_names(visit):
    answer = visit("reader").client.get("/search/models/", {"text": "tags."}).json()
    assert [item["text"] for item in answer["groups"][0]["items"]] == ["kind"]
    answer = visit("reader").client.get("/search/models/", {"text": "name = '"}).json()
    assert [item["text"] for item in answer["groups"][0]["items"]] == [NAME]


def test_an_empty_workspace_says_how_a_model_gets_there(web, people):
    page = web(people.reader).get("/models/").content.decode()
    assert "registered_model_name=&quot;my-model&quot;" in page


def test_the_list_costs_the_same_with_50_models(visit):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            reader.get("/models/")
        return len(queries)

    reader = visit("reader")
    reader.get("/models/")
    before = cost()
    for number in range(50):
        registered.create_model(SYSTEM, f"model-{number}")
        versions.create_version(SYSTEM, NewVersion(f"model-{number}", "s3://bucket/m"))
    assert cost() == before <= 14


def test_a_model_costs_the_same_with_200_versions(visit, worlds):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            reader.get(MODEL)
        return len(queries)

    reader = visit("reader")
    reader.get(MODEL)
    before = cost()
    for run_id in worlds.here.run_ids * 67:
        versions.create_version(SYSTEM, NewVersion(NAME, "s3://bucket/m", run_id=run_id))
    # One of them for the names of keys, which a process remembers outside of a test's transaction.
    assert cost() == before <= 37


def test_versions_come_by_pages_and_by_stage(visit):
    for _ in range(60):
        versions.create_version(SYSTEM, NewVersion(NAME, "s3://bucket/m"))
    transitions.transition_version(SYSTEM, NAME, "1", "Staging", False)
    page = visit("reader").get(MODEL)
    assert f"{MODEL}versions/62/" in page
    assert 'rel="next"' in page
    assert f'value="{2}"' not in page
    staged = visit("reader").get(MODEL, stage="Staging")
    assert 'value="1"' not in staged  # one row alone is compared with nothing
    assert f"{MODEL}versions/1/" in staged
    assert 'rel="next"' not in staged


def test_metrics_of_versions_stand_beside_what_is_in_production(visit, worlds):
    transitions.transition_version(SYSTEM, NAME, "1", "Production", False)
    page = visit("reader").get(MODEL)
    assert '<th scope="col" class="num">loss</th>' in page
    assert "Differences are against version 1" in page


def test_what_stood_in_production_on_a_date_is_told(visit):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False)
    assert "Nothing stood there." in visit("reader").get(MODEL, on="2020-01-01T00:00")
    page = visit("reader").get(MODEL, on="2100-01-01T00:00")
    assert "Nothing stood there." not in page
    assert "Write a moment like" in visit("reader").get(MODEL, on="yesterday")


def test_the_history_tells_who_did_what_with_links(visit):
    transitions.transition_version(SYSTEM, NAME, "2", "Production", False, "it is better")
    page = visit("reader").get(f"{MODEL}activity/")
    assert f'moved <a href="{MODEL}versions/2/">version 2</a> from' in page
    assert "“it is better”" in page


def test_the_policies_of_a_model_are_told_in_words(visit, protect):
    protect()
    assert "Needs 1 approval of approver" in visit("reader").get(MODEL)


def test_readers_find_no_form_that_they_may_not_use(visit):
    page = visit("reader").get(MODEL)
    for absent in ("describe/", "tags/", "rename/", "delete/", "share/", "roll-back/"):
        assert f'action="{MODEL}{absent}' not in page


def test_any_name_that_a_model_may_have_makes_an_address(visit):
    names = ["collections scoring 2026", "p%20x#y?z", "ümläut & <b>bold", "a+b"]
    for name in names:
        registered.create_model(SYSTEM, name)
        versions.create_version(SYSTEM, NewVersion(name, "s3://bucket/m"))
    admin = visit("admin")
    links = [part.split('"')[0] for part in admin.get("/models/").split('href="') if "/versions/1/" in part.split('"')[0]]
    pages = [admin.get(unescape(link)) for link in dict.fromkeys(links) if NAME not in link]
    assert len(pages) == len(names)
    assert not any("<b>bold" in page for page in pages)


def test_models_of_another_workspace_stand_under_its_address(visit, worlds):
    page = visit("outsider").get(f"/w/elsewhere{MODEL}")
    assert f"/w/elsewhere{MODEL}versions/2/" in page
    visit("reader").get(f"/w/elsewhere{MODEL}", status=404)
