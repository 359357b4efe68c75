"""The artifact doctor on the page of the administration and in our own API."""

import pytest

from apps.artifacts.models import Artifact
from apps.artifacts.services import doctor
from apps.core.errors import Unavailable


def broken(monkeypatch):
    def fail(self):
        raise Unavailable("The store does not answer") from PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor._Probe, "write", fail)


def test_a_sound_store_passes_and_nothing_stays(web, people):
    page = web(people.admin).post("/admin/doctor/").content.decode()
    assert "Write a file" in page
    assert "circle-check" in page
    assert 'role="alert"' not in page
    assert not Artifact.objects.filter(root__key=doctor.PLATFORM_ROOT).exists()


def test_a_failure_is_named_with_its_fix(web, people, monkeypatch):
    broken(monkeypatch)
    page = web(people.admin).post("/admin/doctor/").content.decode()
    assert "Folder owner." in page
    assert "chown -R" in page
    assert page.count("Skipped") == 3


def test_a_run_is_examined_by_whoever_may_write_to_it(api, people, worlds):
    answer = api(people.editor).post("/api/v1/doctor", {"run_id": worlds.here.run_id})
    assert answer.status == 200
    assert answer.json["ok"] is True
    assert [step["name"] for step in answer.json["steps"]][-4:] == ["Write a file", "List it", "Read it back", "Delete it"]


def test_a_run_whose_store_fails_gets_the_layer_and_the_fix(api, people, worlds, monkeypatch):
    broken(monkeypatch)
    answer = api(people.editor).post("/api/v1/doctor", {"run_id": worlds.here.run_id})
    failed = next(step for step in answer.json["steps"] if step["state"] == "failed")
    assert (answer.json["ok"], failed["layer"], "chown" in failed["fix"]) == (False, "folder owner", True)


@pytest.mark.parametrize("person", ["reader", "stranger"])
def test_whoever_may_not_write_examines_nothing(api, people, worlds, person):
    assert api(people[person]).post("/api/v1/doctor", {"run_id": worlds.here.run_id}).status == 403
