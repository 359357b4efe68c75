"""A training that has a URL, a token and one library, as another user of the system who may write in one folder alone."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.wire.conftest import make_environment

pytestmark = pytest.mark.long
NOBODY = 65534

# Everything is mounted read-only in a namespace of the job's own but its folder; then it becomes nobody.
WALLS = """
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
awk '{print $5}' /proc/self/mountinfo | while read -r point; do
  [ "$point" = "$1" ] || mount -o remount,bind,ro "$point" 2>/dev/null || true
done
cd "$1"
shift
exec "$@"
"""

CODE = """
import importlib.util, json, os, pathlib, sys
import numpy
import mlflow
from mlflow import MlflowClient
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

def may_write(folder):
    try:
        pathlib.Path(folder, "probe").write_text("x")
    except OSError:
        return False
    return True

writable = [folder for folder in json.loads(os.environ["FOLDERS"]) if may_write(folder)]
foreign = [name for name in ("django", "boto3", "mlplatform", "flask", "sqlalchemy") if importlib.util.find_spec(name)]
mlflow.set_experiment("elsewhere")
mlflow.sklearn.autolog()
X, y = load_iris(return_X_y=True)
with mlflow.start_run() as run:
    model = LogisticRegression(max_iter=300).fit(X, y)
    mlflow.log_text("hello", "notes/a.txt")
    numpy.save("weights.npy", model.coef_)
    mlflow.log_artifact("weights.npy", "weights")
client = MlflowClient()
got = client.get_run(run.info.run_id)
logged = client.search_logged_models([got.info.experiment_id], filter_string=f"source_run_id = '{run.info.run_id}'")
loaded = mlflow.sklearn.load_model(logged[0].model_uri)
by_run = mlflow.sklearn.load_model(f"runs:/{run.info.run_id}/model")
back = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path="back")
print(json.dumps({
    "user": os.getuid(), "writable": writable, "foreign": foreign, "scheme": got.info.artifact_uri.split(":")[0],
    "status": got.info.status, "param": got.data.params["max_iter"], "score": got.data.metrics["training_score"] > 0.9,
    "same": bool((loaded.predict(X) == model.predict(X)).all() and (by_run.predict(X) == model.predict(X)).all()),
    "weights": bool((numpy.load(pathlib.Path(back, "weights", "weights.npy")) == model.coef_).all()),
    "files": sorted(item.path for item in client.list_artifacts(run.info.run_id)),
    # The client's temporary folders are here for want of another place.
    "local": sorted(path.name for path in pathlib.Path(".").iterdir() if not path.name.startswith("tmp")),
}))
"""


@pytest.fixture
def ground():
    """A folder that everybody may enter: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="mlplatform-elsewhere-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def as_nobody() -> list[str]:
    """The words before a command that make it somebody else's.

    Without root there is no other user to be: the job stays who it is, and still may write nowhere else.
    """
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--"]


def interpreter(ground: Path) -> tuple[str, dict[str, str]]:
    """(a Python that the other user may start, what it wants in its environment): the machine's, else a copy of ours."""
    ours = getattr(sys, "_base_executable", sys.executable)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for found in (ours, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        if found and subprocess.run([*as_nobody(), found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found, {}
    without = shutil.ignore_patterns("site-packages", "test", "__pycache__")
    shutil.copytree(Path(sys.base_prefix, "lib"), ground / "python/lib", ignore=without, symlinks=True)
    (ground / "python/bin").mkdir()
    return shutil.copy(os.path.realpath(ours), ground / "python/bin" / version), {"LD_LIBRARY_PATH": str(ground / "python/lib")}


def test_another_user_without_any_other_place_to_write_trains_and_loads(platform, ground):
    platform.create_user("jo")
    base, needed = interpreter(ground)
    python = make_environment(ground / "venv", "3", base)
    own = ground / "own"
    own.mkdir()
    if os.getuid() == 0:
        os.chown(own, NOBODY, NOBODY)
    folders = ["/tmp", "/var/tmp", "/dev/shm", "/", str(ground), str(platform.home), str(Path.home()), os.getcwd()]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "FOLDERS": json.dumps(folders), **needed,
        "MLFLOW_TRACKING_URI": platform.base, "MLFLOW_TRACKING_TOKEN": platform.token("jo"), "MLFLOW_DISABLE_TELEMETRY": "true",
    }  # fmt: skip
    walls = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--user", "--map-root-user"])]
    done = subprocess.run(
        [*walls, "sh", "-c", WALLS, "sh", own, *as_nobody(), python, "-c", CODE],
        cwd=own, env=environment, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found.pop("user") == (NOBODY if os.getuid() == 0 else 0)
    assert found == {
        "writable": [], "foreign": [], "scheme": "mlflow-artifacts", "status": "FINISHED", "param": "300", "score": True,
        "same": True, "weights": True, "files": ["estimator.html", "notes", "weights"], "local": ["back", "weights.npy"],
    }  # fmt: skip
