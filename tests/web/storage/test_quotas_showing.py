"""Use, quotas and holds on their pages, and a quota as clients meet it."""

import pytest

from apps.artifacts.models import Quota
from apps.artifacts.services import quotas
from apps.experiments.models import Run
from tests.support.worlds import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.ARTIFACT_ROOT = str(tmp_path / "artifacts")


def test_administrators_see_who_keeps_how_much_and_set_quotas_by_name(web, people, worlds):
    client = web(people.admin)
    for kind in ("person", "team", "experiment"):
        assert client.get(f"/admin/storage/?kind={kind}").status_code == 200
    for kind, name, subject in (
        ("person", "manager", people.manager.user.pk),
        ("experiment", worlds.here.experiment_id, worlds.here.experiment_id),
        ("team", "", ""),
    ):
        client.post("/admin/storage/", {"kind": kind, "name": name, "size": "5 MB"})
        assert Quota.objects.get(kind=kind).subject == str(subject)
    page = client.get("/admin/storage/?kind=person").content.decode()
    assert "of 5 MB" in page
    client.post("/admin/storage/quota/remove/", {"quota": "team:"})
    client.post("/admin/storage/", {"kind": "person", "name": "manager", "size": ""})
    assert Quota.objects.count() == 1


@pytest.mark.parametrize("given", [{"name": "nobody-like-that"}, {"size": "much"}, {"kind": "stored"}])
def test_a_quota_that_cannot_be_meant_is_refused(web, people, given):
    answer = web(people.admin).post("/admin/storage/", {"kind": "person", "name": "", "size": "5 GB"} | given)
    assert answer.status_code in {400, 404}
    assert not Quota.objects.exists()


def test_the_rule_of_the_trash_is_set_and_told(web, people):
    client = web(people.admin)
    client.post("/admin/storage/trash-rule/", {"days": "30"})
    assert "30 days goes for good by itself" in client.get("/trash/").content.decode()
    assert client.post("/admin/storage/trash-rule/", {"days": "x"}).status_code == 400


def test_everybody_sees_what_they_keep_beside_their_quota(web, people, worlds):
    quotas.set_quota(SYSTEM, "person", str(people.manager.user.pk), 5_000_000)
    assert "of 5 MB" in web(people.manager).get("/settings/profile/").content.decode()
    assert "1 file" in web(people.reader).get(f"/experiments/{worlds.here.experiment_id}/storage/").content.decode()


def test_a_hold_is_set_shown_and_lifted(web, people, worlds):
    client, run, experiment = web(people.manager), worlds.here.run_id, worlds.here.experiment_id
    client.post(f"/runs/{run}/hold/", {"reason": "inquiry of the court"})
    assert "inquiry of the court" in web(people.reader).get(f"/runs/{run}/").content.decode()
    answer = client.post(f"/runs/{run}/delete/")
    assert (answer.status_code, "inquiry of the court" in answer.content.decode()) == (403, True)
    client.post(f"/experiments/{experiment}/storage/", {"reason": "matter 4711"})
    assert "matter 4711" in web(people.admin).get("/admin/storage/").content.decode()
    assert client.post(f"/experiments/{experiment}/storage/", {"reason": ""}).status_code == 400
    for hold in Run.objects.get(run_id=run).legal_holds.all():
        client.post(f"/holds/{hold.pk}/lift/")
    assert "matter 4711" in client.get(f"/runs/{run}/").content.decode()
    assert "inquiry of the court" not in client.get(f"/runs/{run}/").content.decode()


def test_a_client_over_its_quota_is_told_507_which_one_and_how_to_get_more(api, people, worlds):
    quotas.set_quota(SYSTEM, "person", str(people.editor.user.pk), 10)
    editor = api(people.editor)
    path = f"/api/2.0/mlflow-artifacts/artifacts/{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts/big.bin"
    answer = editor.put(path, b"x" * 11)
    assert (answer.status, answer.error_code) == (507, "RESOURCE_EXHAUSTED")
    assert "The quota of 10 bytes of your account is used up" in answer.json["message"]
    assert "ask an administrator for more" in answer.json["message"]
    assert editor.put(path, b"x" * 10).status == 200


def test_the_doctor_names_the_quota(api, people, worlds):
    quotas.set_quota(SYSTEM, "experiment", worlds.here.experiment_id, 10)
    answer = api(people.editor).post("/api/v1/doctor", {"run_id": worlds.here.run_id}).ok
    bad = next(step for step in answer["steps"] if step["state"] == "failed")
    assert (bad["name"], bad["layer"]) == ("Write a file", "quota")
    assert f"of experiment {worlds.here.experiment_id}" in bad["detail"]


def test_the_own_api_tells_and_sets_the_same(api, people, worlds):
    admin, manager = api(people.admin), api(people.manager)
    assert admin.put("/api/v1/storage/quotas/", {"kind": "person", "size": 1000}).status == 204
    assert [row["size"] for row in admin.get("/api/v1/storage/quotas/").ok["items"]] == [1000]
    mine = manager.get("/api/v1/storage/").ok
    assert (mine["files"], mine["size"]) == (1, 5)
    assert manager.get(f"/api/v1/storage/experiments/{worlds.here.experiment_id}/").ok["size"] == 5
    assert admin.get("/api/v1/storage/use/person/").ok["items"][0]["amount"]["size"] == 5
    held = manager.post("/api/v1/holds/", {"run_id": worlds.here.run_id, "reason": "inquiry"})
    assert held.status == 201
    assert [row["reason"] for row in admin.get("/api/v1/holds/").ok["items"]] == ["inquiry"]
    refused = manager.post("/api/2.0/mlflow/runs/delete", {"run_id": worlds.here.run_id})
    assert (refused.status, "legal hold (inquiry" in refused.json["message"]) == (403, True)
