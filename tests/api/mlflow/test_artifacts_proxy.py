"""The artifact proxy as clients call it (protocol, section 8)."""

import io
from urllib.parse import quote

import pytest

from apps.artifacts.services import uploads
from apps.audit.models import AuditRow
from apps.core.actor import Actor
from apps.experiments.models import LoggedModel, Run

PROXY = "/api/2.0/mlflow-artifacts/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.ARTIFACT_ROOT = str(tmp_path / "artifacts")


@pytest.fixture
def run_id(worlds):
    return worlds.here.run_ids[1]


@pytest.fixture
def run(worlds, run_id):
    return f"{worlds.here.experiment_id}/{run_id}/artifacts"


@pytest.fixture
def client(api, people):
    return api(people.manager)


def url(run, path):
    return f"{PROXY}artifacts/{run}/{quote(path)}"


NAMES = ["a.txt", "d/e/f.bin", "with space.txt", "Größe/日本.txt", "100%.txt", "images/k~1+step+3.png", "a&b=c?.txt", "a;b"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_goes_and_comes_by_any_name(client, run, name):
    assert client.put(url(run, name), name.encode()).ok == {}
    answer = client.get(url(run, name))
    assert (answer.status, answer.body) == (200, name.encode())


def test_the_headers_are_those_of_the_protocol(client, run):
    client.put(url(run, "d/page.html"), b"<p>")
    headers = client.get(url(run, "d/page.html")).headers
    assert headers["Content-Type"] == "text/html"
    assert headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Length"] == "3"


def test_an_empty_file_is_a_file(client, run):
    client.put(url(run, "empty"), b"")
    answer = client.get(url(run, "empty"))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


def test_a_list_has_base_names_and_no_size_for_folders(client, run):
    client.put(url(run, "d/f"), b"123")
    client.put(url(run, "d/e/f"), b"1")
    assert client.get(f"{PROXY}artifacts", path=f"{run}/d").ok == {
        "files": [{"path": "e", "is_dir": True}, {"path": "f", "is_dir": False, "file_size": 3}]
    }


@pytest.mark.parametrize("path", ["", "/missing", "/f"])
def test_a_list_of_nothing_is_empty(client, run, path):
    client.put(url(run, "d/f"), b"1")
    client.delete(url(run, "d"))
    assert client.get(f"{PROXY}artifacts", path=run + path).ok == {}


def test_a_list_without_a_path_shows_nothing_of_anybody(client, run):
    client.put(url(run, "f"), b"1")
    assert client.get(f"{PROXY}artifacts").ok == {}


def test_the_list_of_a_run_has_paths_from_its_root(client, run, run_id):
    client.put(url(run, "d/f"), b"123")
    assert client.get("artifacts/list", run_id=run_id, path="d").ok == {
        "root_uri": f"mlflow-artifacts:/{run}", "files": [{"path": "d/f", "is_dir": False, "file_size": 3}]
    }  # fmt: skip
    assert client.get("artifacts/list", run_uuid=run_id).ok["files"] == [{"path": "d", "is_dir": True}]
    assert client.get("artifacts/list", run_id=run_id, path="none").ok == {"root_uri": f"mlflow-artifacts:/{run}"}


def test_a_file_can_be_deleted_and_deleting_again_is_fine(client, run):
    client.put(url(run, "f"), b"1")
    assert [client.delete(url(run, "f")).ok for _ in range(2)] == [{}, {}]
    assert client.get(url(run, "f")).status == 404


def test_a_missing_file_is_404_and_not_the_500_that_makes_clients_wait(client, run):
    answer = client.get(url(run, "none"))
    assert (answer.status, answer.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize(
    "path", ["..%2Fx", "%2e%2e/x", "a/%2e%2e/%2e%2e/x", "%252e%252e/x", "a%5Cb", "a%23b", "%2Fetc/passwd%00"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_path_that_escapes_is_refused(client, run, method, path):
    answer = client.request(method, f"{PROXY}artifacts/{run}/{path}", b"x" if method == "PUT" else None)
    assert answer.status == 400
    assert answer.error_code in {"INVALID_PARAMETER_VALUE", "BAD_REQUEST"}


@pytest.mark.parametrize("path", ["..", "a/../..", "/etc", "a\\b", "a#b", "%2e%2e"])
def test_a_list_of_a_path_that_escapes_is_refused(client, run, path):
    answer = client.get(f"{PROXY}artifacts", path=path)
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.json["message"].startswith("Invalid path")


@pytest.mark.parametrize("path", ["x", "0/x", "1/" + "0" * 32 + "/artifacts/f", "999/models/m-1/artifacts/f", "0/nothing/else/f"])
def test_a_path_of_no_run_and_no_model_is_missing(client, path):
    assert client.get(f"{PROXY}artifacts/{path}").status == 404
    assert client.put(f"{PROXY}artifacts/{path}", b"x").status == 404


def test_a_run_under_another_experiment_is_missing(client, run_id):
    assert client.put(f"{PROXY}artifacts/0/{run_id}/artifacts/f", b"x").status == 404


def test_a_part_of_a_file_is_answered_as_such(client, run):
    client.put(url(run, "f"), b"0123456789")
    answer = client.request("GET", url(run, "f"), headers={"Range": "bytes=2-4"})
    assert (answer.status, answer.body, answer.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert client.request("GET", url(run, "f"), headers={"If-None-Match": answer.headers["ETag"]}).status == 304
    assert client.request("GET", url(run, "f"), headers={"Range": "bytes=99-"}).status == 416


def test_head_tells_the_size_without_the_bytes(client, run):
    client.put(url(run, "f"), b"0123456789")
    answer = client.request("HEAD", url(run, "f"))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "10")


def test_a_name_in_use_as_a_folder_is_refused(client, run):
    client.put(url(run, "a/b"), b"x")
    assert client.put(url(run, "a"), b"x").error_code == "INVALID_PARAMETER_VALUE"


def test_downloads_and_deletions_are_recorded_and_uploads_are_not(client, run):
    client.put(url(run, "f"), b"x")
    client.get(url(run, "f"))
    client.delete(url(run, "f"))
    acts = AuditRow.objects.filter(act__startswith="artifact").order_by("pk").values_list("act", "actor_name")
    assert list(acts) == [("artifact.download", "manager"), ("artifact.delete", "manager")]


def test_the_model_of_an_experiment_has_artifacts_of_its_own(client, worlds):
    made = client.post("logged-models", {"experiment_id": worlds.here.experiment_id, "name": "m"}).ok["model"]["info"]
    root = made["artifact_uri"].removeprefix("mlflow-artifacts:/")
    client.put(url(root, "MLmodel"), b"flavors: {}")
    assert client.get(url(root, "MLmodel")).body == b"flavors: {}"
    listed = client.get(f"logged-models/{made['model_id']}/artifacts/directories").ok
    assert listed == {"root_uri": made["artifact_uri"], "files": [{"path": "MLmodel", "is_dir": False, "file_size": 11}]}


def test_nothing_is_written_below_a_deleted_run(client, run, run_id):
    client.put(url(run, "f"), b"x")
    client.post("runs/delete", {"run_id": run_id})
    assert client.put(url(run, "g"), b"x").error_code == "INVALID_PARAMETER_VALUE"
    assert client.get(url(run, "f")).status == 200


def test_evidence_is_neither_overwritten_nor_deleted_but_may_grow(client, run, run_id):
    client.put(url(run, "f"), b"evidence")
    Run.objects.filter(run_id=run_id).update(holds=1)
    assert client.put(url(run, "f"), b"evidence").status == 200
    assert client.put(url(run, "more"), b"new").status == 200
    assert client.put(url(run, "f"), b"other").error_code == "PERMISSION_DENIED"
    assert client.delete(url(run, "f")).error_code == "PERMISSION_DENIED"
    assert client.get(url(run, "f")).body == b"evidence"


def test_evidence_of_a_model_is_held_too(client, worlds):
    made = client.post("logged-models", {"experiment_id": worlds.here.experiment_id, "name": "m"}).ok["model"]["info"]
    root = made["artifact_uri"].removeprefix("mlflow-artifacts:/")
    client.put(url(root, "f"), b"evidence")
    LoggedModel.objects.filter(model_id=made["model_id"]).update(holds=1)
    assert client.put(url(root, "f"), b"other").error_code == "PERMISSION_DENIED"


class TestMultipart:
    def create(self, client, run, parts=2, path="/home/someone/model.bin"):
        return client.post(f"{PROXY}mpu/create/{run}/d", {"path": path, "num_parts": parts}).ok

    def send(self, client, created, parts):
        done = []
        for credential, data in zip(created["credentials"], parts, strict=True):
            target = credential["url"].removeprefix("http://testserver")
            etag = type(client)(Nobody).put(target, data).headers["ETag"]
            done.append({"part_number": credential["part_number"], "etag": etag, "url": credential["url"]})
        return done

    @pytest.mark.parametrize("path", ["model.bin", "/home/someone/model.bin", "C:\\data\\model.bin"])
    def test_parts_are_sent_without_credentials_and_make_a_file(self, client, run, path):
        created = self.create(client, run, path=path)
        parts = self.send(client, created, [b"one ", b"two"])
        body = {"path": path, "upload_id": created["upload_id"], "parts": parts}
        assert [client.post(f"{PROXY}mpu/complete/{run}/d", body).ok for _ in range(2)] == [{}, {}]
        assert client.get(url(run, "d/model.bin")).body == b"one two"

    def test_an_upload_can_be_aborted(self, client, run):
        created = self.create(client, run)
        body = {"path": "model.bin", "upload_id": created["upload_id"]}
        assert client.post(f"{PROXY}mpu/abort/{run}/d", body).ok == {}
        assert type(client)(Nobody).put(created["credentials"][0]["url"].removeprefix("http://testserver"), b"x").status == 404

    def test_an_address_that_we_did_not_sign_is_refused(self, client, run):
        answer = type(client)(Nobody).put(f"{PROXY}mpu/part/0123-1:abc:def", b"x")
        assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
        assert answer.json["message"].startswith("Permission denied")

    def test_a_reader_begins_no_upload(self, api, people, run):
        answer = api(people.reader).post(f"{PROXY}mpu/create/{run}/d", {"path": "f", "num_parts": 1})
        assert answer.status == 403

    @pytest.mark.parametrize(
        "body", [{"num_parts": 1}, {"path": "f", "num_parts": 0}, {"path": "f", "num_parts": "x"}, {"path": "a/.."}]
    )
    def test_a_malformed_beginning_is_refused(self, client, run, body):
        assert client.post(f"{PROXY}mpu/create/{run}/d", body).error_code == "INVALID_PARAMETER_VALUE"

    @pytest.mark.parametrize(
        "parts", [None, [], [{"part_number": 1}], [{"part_number": 0, "etag": "x"}], [{"part_number": "a", "etag": "x"}]]
    )
    def test_a_malformed_end_is_refused(self, client, run, parts):
        created = self.create(client, run)
        body = {"path": "model.bin", "upload_id": created["upload_id"], "parts": parts}
        assert client.post(f"{PROXY}mpu/complete/{run}/d", body).error_code == "INVALID_PARAMETER_VALUE"


class Nobody:
    headers: dict = {}


def test_a_folder_signs_no_downloads_and_clients_fall_back(client, run):
    client.put(url(run, "f"), b"x")
    answer = client.get(f"{PROXY}presigned/{run}/f")
    assert (answer.status, answer.error_code) == (501, "NOT_IMPLEMENTED")


@pytest.mark.parametrize("which", ["upload", "download"])
def test_direct_addresses_are_not_for_proxied_artifacts(client, which, run_id):
    answer = client.post(f"artifacts/presigned-{which}-url", {"run_id": run_id, "path": "f"})
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("name", ["run_id", "run_uuid"])
def test_the_pages_of_mlflow_get_a_file_by_run(client, run, name, run_id):
    client.put(url(run, "d/f"), b"x")
    assert client.get("/get-artifact", path="d/f", **{name: run_id}).body == b"x"


class TestSmallUpload:
    TARGET = "/ajax-api/2.0/mlflow/upload-artifact"

    def send(self, client, body=b"x", **query):
        return client.request("POST", self.TARGET, body, **query)

    def test_the_body_becomes_the_file(self, client, run, run_id):
        answer = self.send(client, b"hello", run_uuid=run_id, path="d/f")
        assert (answer.status, answer.body) == (200, b"")
        assert client.get(url(run, "d/f")).body == b"hello"

    def test_what_is_missing_is_named(self, client, run_id):
        messages = [
            self.send(client, path="f"),
            self.send(client, run_uuid=run_id),
            self.send(client, b"", run_uuid=run_id, path="f"),
            self.send(client, b"x" * (10 * 1024 * 1024 + 1), run_uuid=run_id, path="f"),
        ]
        assert [(answer.status, answer.json["message"]) for answer in messages] == [
            (400, "Request must specify run_uuid."),
            (400, "Request must specify path."),
            (400, "Request must specify data."),
            (400, "Artifact size is too large. Max size is 10MB."),
        ]


class TestPermission:
    """Artifacts have the permission of their run, by every way to them."""

    @pytest.fixture(autouse=True)
    def files(self, worlds):
        for world in (worlds.here, worlds.there):
            root = f"{world.experiment_id}/{world.run_id}/artifacts"
            uploads.store(Actor.system("tests"), root, "f", io.BytesIO(b"secret"), 6)

    def ways(self, world):
        root = f"{world.experiment_id}/{world.run_id}/artifacts"
        return [
            ("GET", f"{PROXY}artifacts/{root}/f", {}, None),
            ("GET", f"{PROXY}artifacts", {"path": root}, None),
            ("GET", "artifacts/list", {"run_id": world.run_id}, None),
            ("GET", "/get-artifact", {"run_id": world.run_id, "path": "f"}, None),
            ("PUT", f"{PROXY}artifacts/{root}/f", {}, b"x"),
            ("POST", f"{PROXY}mpu/create/{root}", {}, {"path": "f", "num_parts": 1}),
            ("DELETE", f"{PROXY}artifacts/{root}/f", {}, None),
        ]

    def statuses(self, client, world):
        return [client.request(method, path, body, **query).status for method, path, query, body in self.ways(world)]

    @pytest.mark.parametrize(
        ("person", "expected"),
        [
            ("anonymous", [401] * 7),
            ("reader", [200] * 4 + [403] * 3),
            ("editor", [200] * 6 + [403]),
            ("manager", [200] * 7),
        ],
    )
    def test_everybody_gets_what_the_run_gives_them(self, api, people, worlds, person, expected):
        assert self.statuses(api(people[person]), worlds.here) == expected

    def test_what_is_elsewhere_is_missing_by_every_way(self, api, people, worlds):
        assert self.statuses(api(people.manager), worlds.there) == [404] * 7
