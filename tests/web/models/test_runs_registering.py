"""From a run to a registered version."""

import pytest

from apps.registry.queries import versions
from apps.registry.queries.registered import search_models
from apps.registry.services import registered
from tests.web.models.conftest import NAME, SYSTEM


@pytest.fixture
def run(worlds):
    return f"/runs/{worlds.here.run_id}/"


def test_a_run_names_the_versions_that_come_from_it(visit, run):
    page = visit("reader").get(run)
    assert f'href="/models/{NAME}/versions/2/"' in page


def test_versions_of_hidden_models_are_not_named(visit, run, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    registered.create_model(SYSTEM, "secret")
    assert "secret" not in visit("reader").get(run)


def test_a_logged_model_is_registered_under_a_new_name(visit, run, worlds):
    assert f"register/?source=models:/{worlds.here.model_id}" in visit("reader").get(run)
    location = visit("reader").post(f"{run}register/", name="fresh", source=f"models:/{worlds.here.model_id}")
    assert location == "/models/fresh/versions/1/"
    made = versions.get_version(SYSTEM, "fresh", "1")
    assert (made.logged_model_id, made.run_id) == (worlds.here.model_id, worlds.here.run_id)


def test_a_folder_with_an_mlmodel_is_registered_into_a_model_that_exists(visit, run, packed):
    packed(("amount", "double", True))
    page = visit("editor").get(f"{run}artifacts/", path="packed")
    assert "/register/?source=mlflow-artifacts%3A%2F" in page
    source = next(value for value, _ in _sources(visit("editor").get(f"{run}register/")) if value.endswith("/packed"))
    assert visit("editor").post(f"{run}register/", name=NAME, source=source) == f"/models/{NAME}/versions/4/"


def _sources(page):
    """(value, label) of the choices of the form."""
    parts = page.partition('<select name="source"')[2].partition("</select>")[0].split('<option value="')[1:]
    return [(part.split('"')[0], part.partition(">")[2].partition("<")[0]) for part in parts]


def test_a_reader_of_the_model_is_told_that_registering_needs_more(visit, run, worlds):
    page = visit("reader").post(f"{run}register/", status=403, name=NAME, source=f"models:/{worlds.here.model_id}")
    assert "needs EDIT" in page


def test_what_the_run_has_not_logged_is_no_choice(visit, run):
    assert 'id="id_source_note"' in visit("editor").post(f"{run}register/", status=400, name="x", source="s3://bucket/m")


def test_a_name_that_cannot_be_leaves_nothing_behind(visit, run, worlds):
    visit("reader").post(f"{run}register/", status=400, name="a/b", source=f"models:/{worlds.here.model_id}")
    assert len(registered_names()) == 1


def registered_names():
    return [model.name for model in search_models(SYSTEM).rows]
