"""Projects in our own API: made from git or from an upload, described, changed, shared; secrets that nobody reads again."""

import io
import zipfile

import pytest

from apps.projects.models import Project
from apps.projects.services import inspection
from tests.support.worlds import SYSTEM

pytestmark = pytest.mark.django_db
V = "/api/v1/projects/"
GIT = {"name": "iris", "uri": "https://example.com/iris.git#train", "ref": "main", "limits": {"minutes": 5}}
MLPROJECT = (
    "name: iris\nentry_points: {main: {parameters: {alpha: {type: float, default: 0.5}, data: path}, command: 'x {alpha}'}}"
)


@pytest.fixture
def manager(api, people):
    return api(people.manager)


@pytest.fixture
def project(manager):
    return manager.post(V, GIT).json["id"]


def zipped(text=MLPROJECT):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("MLproject", text)
        archive.writestr("conda.yaml", "dependencies: []")
    return content.getvalue()


def test_a_project_of_a_repository_is_made_listed_and_shown(manager, people, api):
    made = manager.post(V, GIT)
    assert made.status == 201
    assert (made.json["uri"], made.json["subdirectory"], made.json["level"]) == (
        "https://example.com/iris.git",
        "train",
        "MANAGE",
    )
    assert (made.json["inspection"], made.json["entry_points"]) == ("WAITING", [])
    assert [item["name"] for item in manager.get(V).ok["items"]] == ["iris"]
    assert api(people.reader).get(f"{V}{made.json['id']}/").ok["level"] == "READ"


def test_a_project_of_an_upload_shows_entry_points_with_parameters(manager):
    kept = manager.request("POST", "/api/v1/archives/", zipped(), name="iris.zip")
    assert (kept.status, kept.json["name"]) == (201, "iris.zip")
    made = manager.post(V, {"name": "iris", "archive_id": kept.json["id"]})
    assert made.json["archive_sha256"] == kept.json["sha256"]
    inspection.inspect(SYSTEM, made.json["id"])
    shown = manager.get(f"{V}{made.json['id']}/").ok
    assert (shown["inspection"], shown["environment"]) == ("READY", "conda")
    assert shown["entry_points"] == [
        {
            "name": "main",
            "command": "x {alpha}",
            "parameters": [
                {"name": "alpha", "type": "float", "default": "0.5"},
                {"name": "data", "type": "path", "default": None},
            ],
        }
    ]


def test_a_large_upload_passes_the_limit_of_json_bodies(manager, settings):
    settings.MAX_BODY_BYTES = 1000
    content = zipped(MLPROJECT + "\n#" + "x" * 2000)
    assert manager.request("POST", "/api/v1/archives/", content, name="iris.zip").json["size"] == len(content)


BAD = [
    ({}, "name"),
    ({"name": "p"}, "give one of them"),
    ({"name": "a/b", "uri": "https://h/p"}, "Invalid project name"),
    ({"name": "p", "uri": "ext::sh"}, "not the address"),
    ({"name": "p", "uri": "https://u:secret@h/p"}, "GIT_TOKEN"),
    ({"name": "p", "uri": "https://h/p", "ref": "--upload-pack"}, "not the name"),
    ({"name": "p", "uri": "https://h/p", "limits": {"minutes": "many"}}, "minutes"),
    ({"name": "p", "uri": "https://h/p", "limits": []}, "object"),
    ({"name": "p", "archive_id": "x"}, "archive_id"),
    ({"name": "p", "uri": "https://h/p", "experiment_id": "x"}, "experiment"),
]


def test_a_bad_project_is_refused_with_words(manager):
    for body, words in BAD:
        answer = manager.post(V, body)
        assert answer.status in {400, 404}, body
        assert words.lower() in answer.json["message"].lower(), body
    assert not Project.objects.exists()


def test_a_bad_archive_is_refused_with_words(manager):
    answer = manager.request("POST", "/api/v1/archives/", b"x", name="p.exe")
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert ".tar.gz" in answer.json["message"]
    for content, words in ((b"", "empty"), (b"--form-data", "not a form")):
        assert words in manager.request("POST", "/api/v1/archives/", content, name="p.zip").json["message"]


def test_a_name_that_is_taken_is_refused(manager, project):
    assert manager.post(V, GIT).error_code == "RESOURCE_ALREADY_EXISTS"


def test_a_project_is_changed_looked_at_again_and_removed(manager, project):
    Project.objects.filter(pk=project).update(inspection="READY")
    changed = manager.patch(f"{V}{project}/", {"ref": "dev", "description": "d"}).ok
    assert (changed["ref"], changed["description"], changed["inspection"]) == ("dev", "d", "WAITING")
    Project.objects.filter(pk=project).update(inspection="READY")
    assert manager.post(f"{V}{project}/refresh/").ok["inspection"] == "WAITING"
    assert manager.delete(f"{V}{project}/").status == 204
    assert manager.get(f"{V}{project}/").status == 404


def test_a_secret_is_set_listed_by_name_and_never_returned(manager, project):
    assert manager.put(f"{V}{project}/secrets/DB_PASSWORD/", {"value": "hunter22"}).status == 204
    listed = manager.get(f"{V}{project}/secrets/")
    assert [(item["name"], item["updated_by"]) for item in listed.ok["items"]] == [("DB_PASSWORD", "manager")]
    assert b"hunter" not in listed.body + manager.get(f"{V}{project}/").body
    assert manager.delete(f"{V}{project}/secrets/DB_PASSWORD/").status == 204
    assert manager.delete(f"{V}{project}/secrets/DB_PASSWORD/").status == 404
    assert "platform" in manager.put(f"{V}{project}/secrets/PATH/", {"value": "hunter22"}).json["message"]


def test_a_project_is_shared_like_everything_else(manager, project, people, api):
    grants = f"/api/v1/grants/projects/{project}/"
    assert manager.put(grants, {"user": "editor", "level": "USE"}).status == 204
    assert api(people.editor).get(f"{V}{project}/").ok["level"] == "USE"
    assert [(item["user"], item["level"]) for item in manager.get(grants).ok["items"]] == [
        ("editor", "USE"),
        ("manager", "MANAGE"),
    ]
    assert manager.delete(grants, {"user": "editor"}).status == 204
    assert manager.get("/api/v1/grants/projects/x/").status == 404
