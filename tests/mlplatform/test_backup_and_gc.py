"""`backup` while somebody logs, `restore` into an empty place of either database, `gc` of what is in the trash."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.http import HttpApi
from tests.support.server import LiveServer


@pytest.fixture
def server(tmp_path: Path):
    """A platform of this test's own."""
    running: list[LiveServer] = []

    def made(name: str, database_url: str = "", **environment: str) -> LiveServer:
        running.append(LiveServer(tmp_path / name, database_url, **environment))
        return running[-1]

    yield made
    for one in running:
        one.stop()


def log(api: HttpApi, count: int = 3) -> list[str]:
    """Runs with metrics, params, tags and a file each."""
    found = []
    for number in range(count):
        info = api.post("runs/create", {"experiment_id": "0", "run_name": f"run {number}"}).ok["run"]["info"]
        batch = {
            "run_id": info["run_id"],
            "metrics": [
                {"key": "m", "value": value, "timestamp": 1, "step": step} for step, value in enumerate([0.1, "NaN", "Infinity"])
            ],
            "params": [{"key": "p", "value": "größe"}],
            "tags": [{"key": "t", "value": "x"}],
        }
        assert api.post("runs/log-batch", batch).status == 200
        path = f"/api/2.0/mlflow-artifacts/artifacts/0/{info['run_id']}/artifacts/deep/file.bin"
        assert api.put(path, bytes(range(256)) * (number + 1)).status == 200
        found.append(info["run_id"])
    return found


def everything(api: HttpApi, runs: list[str]) -> list:
    """All that the runs hold, as the wire shows it."""
    return [
        (
            api.get("runs/get", run_id=run).ok,
            api.get("metrics/get-history", run_id=run, metric_key="m").ok,
            api.get("/get-artifact", run_id=run, path="deep/file.bin").body,
        )
        for run in runs
    ]


def check_restored(first: LiveServer, second: LiveServer, token: str, runs: list[str], before: list, backup: Path) -> None:
    """The second place holds what the first held, works with the first one's token, and numbers what is new."""
    first.stop()
    second.manage("restore", str(backup))
    second.start()
    api = HttpApi(second.base, token)
    assert everything(api, runs) == before
    assert api.post("experiments/create", {"name": f"new in {second.home.name}"}).status == 200
    said = second.manage("verify_audit").lower()
    assert "whole" in said or "ok" in said


def test_a_backup_taken_while_somebody_logs_fills_a_postgresql_and_one_of_that_an_empty_folder(
    server: Callable[..., LiveServer], tmp_path: Path, own_postgres
):
    first, second, third = server("first"), server("second", own_postgres.new_database("platform")), server("third")
    first.start()
    runs = log(first.api())
    before = everything(first.api(), runs)
    stop = threading.Event()

    def go_on() -> None:
        api = first.api()
        while not stop.is_set():
            log(api, 1)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        said = first.manage("backup", str(tmp_path / "1.tar"))
    finally:
        stop.set()
        writer.join()
    assert "rows of" in said
    assert "warning" not in said
    check_restored(first, second, first.token(), runs, before, tmp_path / "1.tar")
    second.manage("backup", str(tmp_path / "2.tar"))
    check_restored(second, third, first.token(), runs, before, tmp_path / "2.tar")


def test_a_place_that_is_not_empty_is_left_alone(server: Callable[..., LiveServer], tmp_path: Path):
    only = server("only")
    only.start()
    runs = log(only.api(), 1)
    only.manage("backup", str(tmp_path / "b.tar"))
    with pytest.raises(AssertionError, match="users already"):
        only.manage("restore", str(tmp_path / "b.tar"))
    assert everything(only.api(), runs)


def test_gc_removes_rows_and_bytes_of_the_trash_and_nothing_else(server: Callable[..., LiveServer]):
    only = server("only")
    only.start()
    api = only.api()
    gone, kept = log(api, 2)
    before = everything(api, [kept])
    assert api.post("runs/delete", {"run_id": gone}).status == 200
    assert "removed 0 runs" in only.manage("gc")
    assert "would remove 1 runs" in only.manage("gc", "--older-than", "0s", "--dry-run")
    assert api.get("runs/get", run_id=gone).status == 200
    assert "removed 1 runs" in only.manage("gc", "--older-than", "0s")
    assert api.get("runs/get", run_id=gone).status == 404
    assert api.get("/get-artifact", run_id=gone, path="deep/file.bin").status == 404
    assert everything(api, [kept]) == before
