"""Projects on their pages: the list, making one, settings, secrets, who may."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.access.levels import Level
from apps.projects.models import Archive, Project, ProjectSecret
from apps.projects.queries import projects as queries
from apps.projects.records import NewProject
from apps.projects.services import archives, projects, secrets
from tests.web.projects.conftest import OFFER, URI, ready, submit, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(web, people):
    return web(people.manager)


def error_of(answer, field: str) -> str:
    """What stands below a field, "" if nothing is wrong with it."""
    found = re.search(rf'field__error" id="id_{field}_note">.*?<span>(.*?)</span>', answer.content.decode(), re.DOTALL)
    return found[1].strip() if found else ""


def test_without_projects_the_page_tells_the_ways_to_start_one(manager):
    page = manager.get("/projects/").content.decode()
    assert "mlflow run https://github.com/mlflow/mlflow-example --backend mlplatform" in page
    assert "/api/v1/executions/" in page
    assert re.search(r"pip install mlflow http://testserver/clients/\S+\.whl", page)


def test_the_list_shows_what_became_of_the_last_executions(manager, people, project):
    pk = submit(people, project)
    page = manager.get("/projects/").content.decode()
    assert "github.com/acme/iris.git" in page
    assert f'href="/executions/{pk}/"' in page
    assert page.count('<i data-state="queued"') == 1


def test_the_list_is_searched_by_name(manager, project):
    assert f'href="/projects/{project}/"' in manager.get("/projects/?q=IRI").content.decode()
    assert "No project that you may see" in manager.get("/projects/?q=zzz").content.decode()


def test_the_palette_finds_projects(web, people, project):
    found = web(people.reader).get("/search/suggest/?q=IRI").json()["items"]
    assert {"label": "iris", "kind": "project", "icon": "folder", "url": f"/projects/{project}/"} in found


@pytest.mark.parametrize("number", [2, 12])
def test_the_list_costs_the_same_for_any_length(manager, people, project, number, django_assert_max_num_queries):
    for count in range(number):
        other = projects.create_project(people.manager.actor, NewProject(f"p{count}", URI))
        projects.put_grant(people.manager.actor, other, Level.USE, user="editor")
        ready(other, offer=OFFER)
        for _ in range(2):
            submit(people, other)
    manager.get("/projects/")
    with django_assert_max_num_queries(11):
        manager.get("/projects/")


def test_a_project_in_git_is_made_and_looked_at(manager, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = manager.post("/projects/new/", {"name": "iris", "uri": URI, "ref": "v1", "subdirectory": "sub"})
    made = Project.objects.get(name="iris")
    assert answer["Location"] == f"/projects/{made.pk}/"
    assert (made.uri, made.ref, made.subdirectory) == (URI, "v1", "sub")
    assert sent == ["projects.inspect"]
    assert "A worker looks what the project offers" in manager.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("uri", "ext::sh -c id", "spaces or control"),
        ("uri", "http://plain/host", "not the address of a project"),
        ("uri", "https://me:pw@host/p", "GIT_TOKEN"),
        ("uri", "/etc", "administrator"),
        ("uri", "", "required"),
        ("ref", "-x", "not the name of a branch"),
        ("subdirectory", "../up", "not allowed"),
        ("name", "a/b", "Invalid project name"),
    ],
)
def test_what_is_refused_is_explained_at_its_field(manager, field, value, words):
    answer = manager.post("/projects/new/", {"name": "iris", "uri": URI, field: value})
    assert answer.status_code == 400
    assert words in error_of(answer, field)
    assert not Project.objects.exists()


def test_a_name_that_is_taken_is_refused_at_the_name(manager, project):
    answer = manager.post("/projects/new/", {"name": "iris", "uri": URI})
    assert answer.status_code == 400
    assert "already exists" in error_of(answer, "name")


def test_an_upload_becomes_a_project(manager):
    upload = SimpleUploadedFile("iris.zip", zipped(train__py="print(1)"))
    answer = manager.post("/projects/new/?from=upload", {"name": "iris", "archive": upload})
    made = Project.objects.get(name="iris")
    assert answer["Location"] == f"/projects/{made.pk}/"
    assert (made.source, made.archive.name) == ("archive", "iris.zip")


def test_an_upload_of_another_kind_is_refused_at_the_file(manager):
    answer = manager.post("/projects/new/?from=upload", {"name": "iris", "archive": SimpleUploadedFile("iris.rar", b"x")})
    assert answer.status_code == 400
    assert "The archive has to be one of: .zip" in error_of(answer, "archive")


def test_a_zip_that_is_none_is_refused_at_the_file(manager):
    answer = manager.post("/projects/new/?from=upload", {"name": "iris", "archive": SimpleUploadedFile("iris.zip", b"no zip")})
    assert error_of(answer, "archive") == "That is not an archive of the kind that its name says."


def test_no_file_is_refused_at_the_file(manager):
    answer = manager.post("/projects/new/?from=upload", {"name": "iris"})
    assert error_of(answer, "archive") == "Choose a file."
    label = manager.get("/projects/new/?from=upload").content.decode().partition(">Archive")[2].partition("</label>")[0]
    assert "optional" not in label


def test_whoever_mends_the_name_need_not_upload_again(manager, project):
    upload = SimpleUploadedFile("iris.zip", zipped(train__py="print(1)"))
    refused = manager.post("/projects/new/?from=upload", {"name": "iris", "archive": upload})
    kept = Archive.objects.get()
    assert "iris.zip is uploaded" in refused.content.decode()
    assert f'name="archive_id" value="{kept.pk}"' in refused.content.decode()
    manager.post("/projects/new/?from=upload", {"name": "other", "archive_id": kept.pk, "archive_name": "iris.zip"})
    assert Project.objects.get(name="other").archive == kept


def test_why_a_project_is_not_readable_stands_on_its_page(manager, project):
    ready(project, inspection="FAILED", problem="The host github.com does not know the branch main")
    page = manager.get(f"/projects/{project}/").content.decode()
    assert "does not know the branch main" in page
    assert 'role="alert"' in page


def test_a_worker_is_asked_to_look_again(web, people, project, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert web(people.editor).post(f"/projects/{project}/refresh/").status_code == 302
    assert sent == ["projects.inspect"]


def test_settings_change_name_experiment_and_limits(manager, project):
    body = {"part": "facts", "name": "iris 2", "description": "d", "experiment": "brand new", "minutes": "5", "offline": "on"}
    assert manager.post(f"/projects/{project}/settings/", body).status_code == 302
    row = Project.objects.get(pk=project)
    assert (row.name, row.experiment.name, row.limits) == ("iris 2", "brand new", {"minutes": 5, "network": False})


def test_a_limit_that_cannot_be_meant_is_refused_at_its_field(manager, project):
    answer = manager.post(f"/projects/{project}/settings/", {"part": "facts", "name": "iris", "memory_mb": "1"})
    assert answer.status_code == 400
    assert error_of(answer, "memory_mb") == "A whole number from 64 to 100000000."


def test_settings_change_the_source(manager, project):
    body = {"part": "source", "uri": "https://example.com/other.git", "ref": "", "subdirectory": ""}
    assert manager.post(f"/projects/{project}/settings/", body).status_code == 302
    row = Project.objects.get(pk=project)
    assert (row.uri, row.ref, row.inspection) == ("https://example.com/other.git", "", "WAITING")


def test_settings_take_another_archive(manager, people):
    first = archives.upload(people.manager.actor, "one.zip", SimpleUploadedFile("one.zip", zipped(a__py="1")))
    pk = projects.create_project(people.manager.actor, NewProject("zip", archive_id=first.pk))
    body = {"part": "source", "archive": SimpleUploadedFile("two.zip", zipped(a__py="2")), "subdirectory": ""}
    assert manager.post(f"/projects/{pk}/settings/", body).status_code == 302
    assert Project.objects.get(pk=pk).archive.name == "two.zip"


def test_a_secret_is_written_and_never_shown(manager, project):
    body = {"part": "secret", "secret": "API_KEY", "value": "very secret value"}
    assert manager.post(f"/projects/{project}/settings/", body).status_code == 302
    for page in (f"/projects/{project}/", f"/projects/{project}/settings/"):
        content = manager.get(page).content.decode()
        assert "API_KEY" in content
        assert "very secret value" not in content


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("MLFLOW_RUN_ID", "long enough", "secret"), ("A B", "long enough", "secret"), ("A", "x", "value")],
)
def test_a_secret_that_cannot_be_one_is_refused_at_its_field(manager, project, name, value, field):
    answer = manager.post(f"/projects/{project}/settings/", {"part": "secret", "secret": name, "value": value})
    assert answer.status_code == 400
    assert error_of(answer, field)
    assert not ProjectSecret.objects.exists()


def test_a_secret_is_removed(manager, people, project):
    secrets.put_secret(people.manager.actor, project, "API_KEY", "value")
    manager.post(f"/projects/{project}/settings/", {"part": "secret", "remove": "API_KEY"})
    assert not ProjectSecret.objects.exists()


def test_levels_are_given_and_taken(manager, people, project):
    body = {"part": "grant", "kind": "team", "name": "crew", "level": "USE"}
    assert manager.post(f"/projects/{project}/settings/", body).status_code == 302
    assert queries.get_project(people.teammate.actor, project).level == Level.USE
    manager.post(f"/projects/{project}/settings/", {"part": "grant", "remove": "team:crew"})
    grants = queries.list_project_grants(people.manager.actor, project)
    assert "crew" not in {grant.grantee for grant in grants}


def test_a_person_who_is_not_there_is_refused_at_the_name(manager, project):
    answer = manager.post(f"/projects/{project}/settings/", {"part": "grant", "kind": "user", "name": "nobody", "level": "USE"})
    assert answer.status_code == 400
    assert error_of(answer, "name")


def test_a_project_is_deleted_and_its_runs_stay(manager, people, project):
    answer = manager.post(f"/projects/{project}/delete/")
    assert answer["Location"] == "/projects/"
    assert not Project.objects.filter(pk=project).exists()


def test_a_project_with_a_waiting_execution_is_kept(manager, people, project):
    submit(people, project)
    answer = manager.post(f"/projects/{project}/delete/")
    assert answer.status_code == 409
    assert "cancel them first" in answer.content.decode()


def test_who_only_reads_it_is_told_so_and_gets_no_form(web, people, project):
    page = web(people.reader).get(f"/projects/{project}/").content.decode()
    assert "You may see this project, not run it" in page
    assert 'name="param-0"' not in page
    assert web(people.reader).get(f"/projects/{project}/settings/").status_code == 403
