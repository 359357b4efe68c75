"""The backend itself: what `mlflow run` was told becomes a submission."""

from __future__ import annotations

import json
from typing import Any

import mlflow
from mlflow.exceptions import ExecutionException
from mlflow.projects import utils
from mlflow.projects.backend.abstract_backend import AbstractBackend
from mlflow.projects.submitted_run import SubmittedRun

from mlplatform_client import sources
from mlplatform_client.server import Server
from mlplatform_client.submitted import PlatformRun, say

# Keys of the backend's configuration that are ours; `wait` holds `mlflow run` until the end.
OURS = {"priority", "limits", "run_name", "wait"}
# Those that mlflow adds to it by itself.
MLFLOWS = {
    utils.PROJECT_ENV_MANAGER,
    utils.PROJECT_SYNCHRONOUS,
    utils.PROJECT_DOCKER_ARGS,
    utils.PROJECT_STORAGE_DIR,
    utils.PROJECT_BUILD_IMAGE,
    utils.PROJECT_DOCKER_AUTH,
}


class PlatformBackend(AbstractBackend):
    """Runs a project on a worker of the server behind the tracking URI."""

    def run(
        self,
        project_uri: str,
        entry_point: str,
        params: dict[str, Any] | None,
        version: str | None,
        backend_config: Any,
        tracking_uri: str,
        experiment_id: str,
    ) -> SubmittedRun:
        """Queue it; a folder of this machine is packed and sent along. Raises ExecutionException with what is wrong."""
        config = read_config(backend_config)
        server = Server(tracking_uri)
        with sources.opened(project_uri, version) as source:
            for remark in source.remarks:
                say(remark)
            submission = {
                "entry_point": entry_point or "main",
                "params": {str(name): str(value) for name, value in (params or {}).items()},
                "experiment_id": str(experiment_id),
                "subdirectory": source.subdirectory,
                **_parent(),
                **{name: config[name] for name in ("priority", "limits", "run_name") if name in config},
            }
            if source.path:
                submission["archive_id"] = server.upload(source.name, source.path)["id"]
            else:
                submission |= {"uri": source.uri, "ref": source.ref}
            execution = server.submit(submission)
            _tag(execution["run_id"], source.tags)
        say(f"execution {execution['id']}, run {execution['run_id']}: {server.page(execution['id'])}")
        run = PlatformRun(server, execution)
        if config.get("wait"):
            _wait(run)
        return run


def _wait(run: PlatformRun) -> None:
    """As mlflow waits for its own: an interruption ends the execution, a failure raises ExecutionException."""
    try:
        if not run.wait():
            raise ExecutionException(f"Run (ID '{run.run_id}') failed")
    except KeyboardInterrupt:
        run.cancel()
        raise


def read_config(given: Any) -> dict[str, Any]:
    """The configuration, ours and mlflow's. Raises ExecutionException for what is unknown or cannot be done on a worker."""
    if isinstance(given, str):
        with open(given, encoding="utf-8") as file:
            given = json.load(file)
    config = dict(given or {})
    if unknown := sorted(set(config) - OURS - MLFLOWS):
        raise ExecutionException(
            f"Unknown in the backend's configuration: {', '.join(unknown)}. There are: {', '.join(sorted(OURS))}"
        )
    if config.get(utils.PROJECT_ENV_MANAGER) == "local":
        raise ExecutionException(
            "A worker has no environment of yours: it builds the one that the project's files describe. Leave --env-manager out."
        )
    refused = {
        utils.PROJECT_DOCKER_ARGS: "Arguments for docker are not passed on (-A): set `limits` in the backend's configuration",
        utils.PROJECT_STORAGE_DIR: "A worker has its own folder for downloads: leave --storage-dir out",
        utils.PROJECT_DOCKER_AUTH: "The worker's own credentials open its registries: leave docker_auth out",
    }
    for name, words in refused.items():
        if config.get(name):
            raise ExecutionException(words)
    return config


def _parent() -> dict[str, str]:
    """A run that is open around the call becomes the parent, as with mlflow's own backends."""
    active = mlflow.active_run()
    return {"parent_run_id": active.info.run_id} if active else {}


def _tag(run_id: str, tags: dict[str, str]) -> None:
    for name, value in tags.items():
        mlflow.MlflowClient().set_tag(run_id, name, value)
