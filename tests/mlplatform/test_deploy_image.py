"""The image of deploy/Dockerfile, built and run by podman: not as root, on a root file system that nobody can write to."""

import os
import re
import shutil
import subprocess
from urllib.request import urlopen

import pytest

from tests.support import processes
from tests.support.http import HttpApi
from tests.support.images import base_image
from tests.support.session import CHECKOUT

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(shutil.which("podman") is None, reason="podman is not installed"),
]
BASE = "localhost/mlplatform-test-base:1"
# What this machine's clients of package registries are told by their environment.
CLIENT = ("PIP_", "NODE_EXTRA", "SSL_CERT", "npm_config_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
# As compose.yaml has it; without systemd podman runs no health checks of its own.
RIGHTS = [
    "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all", "--security-opt", "no-new-privileges",
    "--tmpfs", "/tmp:size=512m,mode=1777", "--network", "host", "--no-healthcheck",
]  # fmt: skip


def podman(*arguments, seconds=180):
    done = subprocess.run(["podman", *map(str, arguments)], capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """podman with a store of its own."""
    folder = tmp_path_factory.mktemp("podman")
    (folder / "storage.conf").write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n')
    (folder / "containers.conf").write_text(
        '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n'
        '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", str(folder / "storage.conf"))
        patch.setenv("CONTAINERS_CONF", str(folder / "containers.conf"))
        yield folder
        podman("rm", "--force", "--all")
        podman("rmi", "--force", "--all")


@pytest.fixture(scope="module")
def image(engine):
    """The platform's image, on a base of this machine's own Python and node."""
    archive = base_image(engine / "base.tar")
    told = [f"--change=ENV {name}={value}" for name, value in os.environ.items() if name.startswith(CLIENT)]
    podman("import", *told, archive, BASE)
    archive.unlink()
    # Certificates, and the folder of packages that this machine's pip looks into.
    shared = [path for path in ("/etc/ssl/certs", os.environ.get("PIP_FIND_LINKS", "")) if path and os.path.isdir(path)]
    podman(
        "build", "--format", "docker", "--layers=false", "--network", "host", "--target", "platform", "--tag", "mlplatform",
        "--file", "deploy/Dockerfile", f"--build-arg=PYTHON_IMAGE={BASE}", f"--build-arg=NODE_IMAGE={BASE}",
        *[f"--volume={path}:{path}:ro" for path in shared], CHECKOUT, seconds=900,
    )  # fmt: skip
    return "localhost/mlplatform"


@pytest.fixture(scope="module")
def container(image, engine):
    """(its name, its address), running and healthy."""
    data, port = engine / "data", processes.free_port()
    data.mkdir()
    os.chown(data, 10001, 10001)
    environment = {
        "MLPLATFORM_HOST": "127.0.0.1", "MLPLATFORM_PORT": port, "MLPLATFORM_ADMIN_PASSWORD": "correct horse battery staple",
    }  # fmt: skip
    told = [f"--env={name}={value}" for name, value in environment.items()]
    command = ["python", "manage.py", "serve", "--prepare"]
    podman("run", "--detach", "--name", "web", *RIGHTS, *told, f"--volume={data}:/data", image, *command)
    processes.wait_for(lambda: podman("exec", "web", "python", "manage.py", "probe", "web") == "", 120, "the container")
    yield "web", f"http://127.0.0.1:{port}"
    podman("stop", "--time", "20", "web")


def test_it_is_ready(container):
    ready = HttpApi(container[1], "").get("/ready").ok
    assert (ready["status"], ready["database"], ready["artifacts"]) == ("ready", "ok", "ok")


def test_it_is_not_root_and_may_write_its_data_alone(container):
    assert podman("exec", "web", "id", "-u") == "10001"
    tried = 'for place in /app/x /etc/x /venv/x /x; do touch $place 2>/dev/null && echo "$place"; done; touch /data/x /tmp/x'
    assert podman("exec", "web", "sh", "-c", tried) == ""


def test_its_files_were_collected_when_it_was_built(container):
    with urlopen(f"{container[1]}/login/") as answer:
        page = answer.read().decode()
    names = set(re.findall(r"/static/[\w./-]+", page))
    assert any(re.search(r"\.[0-9a-f]{12}\.css$", name) for name in names)
    for name in names:
        with urlopen(container[1] + name) as answer:
            assert answer.status == 200


def test_a_client_logs_to_it(container):
    api = HttpApi(container[1], podman("exec", "web", "python", "manage.py", "create_token", "admin"))
    run_id = api.post("runs/create", {"experiment_id": "0"}).ok["run"]["info"]["run_id"]
    path = f"/api/2.0/mlflow-artifacts/artifacts/0/{run_id}/artifacts/f"
    assert api.put(path, b"x" * 3_000_000).status == 200
    assert len(api.get(path).body) == 3_000_000
