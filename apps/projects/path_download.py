"""Downloads the value of a `path` parameter, inside the walls of the job and by its Python. Standard library only.

`python path_download.py URI FOLDER RESULT` writes the local path of what was downloaded into the file RESULT. Addresses of this
server (runs:, models:, mlflow-artifacts:) are fetched with the execution's own token, http and https as they are; for all else
the environment's own mlflow is asked.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

SERVER = os.environ.get("MLFLOW_TRACKING_URI", "").rstrip("/")
TOKEN = os.environ.get("MLFLOW_TRACKING_TOKEN", "")
SECONDS = 60


def ask(address, **query):
    """The JSON that the server answers."""
    text = urllib.parse.urlencode({name: value for name, value in query.items() if value})
    with fetch(f"{SERVER}{address}?{text}") as answer:
        return json.load(answer)


def fetch(address):
    """An open answer; our token goes to our server alone."""
    request = urllib.request.Request(address)
    if SERVER and address.startswith(SERVER + "/"):
        request.add_header("Authorization", f"Bearer {TOKEN}")
    return urllib.request.urlopen(request, timeout=SECONDS)


def save(address, path):
    """Stream an address into a file."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with fetch(address) as answer, open(path, "wb") as file:
        while True:
            block = answer.read(1024 * 1024)
            if not block:
                return path
            file.write(block)


def artifact_address(place):
    """Where the server gives out the artifact at a path of its proxy."""
    return f"{SERVER}/api/2.0/mlflow-artifacts/artifacts/{urllib.parse.quote(place)}"


def download_artifact(uri, folder):
    """A file or a folder below mlflow-artifacts:/…; the local path of it."""
    place = urllib.parse.unquote(urllib.parse.urlsplit(uri).path).strip("/")
    listed = ask("/api/2.0/mlflow-artifacts/artifacts", path=place).get("files", [])
    name = place.rsplit("/", 1)[-1]
    if not listed:
        return save(artifact_address(place), inside(folder, name))
    target = inside(folder, name)
    waiting = [(place, target)]
    while waiting:
        place, target = waiting.pop()
        os.makedirs(target, exist_ok=True)
        for entry in ask("/api/2.0/mlflow-artifacts/artifacts", path=place).get("files", []):
            below = f"{place}/{entry['path']}"
            if entry.get("is_dir"):
                waiting.append((below, inside(target, entry["path"])))
            else:
                save(artifact_address(below), inside(target, entry["path"]))
    return inside(folder, name)


def inside(folder, name):
    """The path of `name` in the folder; a name that leads out is refused."""
    path = os.path.normpath(os.path.join(folder, name))
    if not path.startswith(os.path.join(folder, "")):
        sys.exit(f"The server named a file outside of the folder: {name}")
    return path


def of_run(uri):
    """The address behind runs:/RUN/path."""
    run_id, _, path = urllib.parse.urlsplit(uri).path.strip("/").partition("/")
    return f"{ask('/api/2.0/mlflow/runs/get', run_id=run_id)['run']['info']['artifact_uri']}/{path}".rstrip("/")


def of_model(uri):
    """The address behind models:/m-ID, models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME@ALIAS."""
    rest = urllib.parse.unquote(urllib.parse.urlsplit(uri).path).strip("/")
    if "/" not in rest and rest.startswith("m-"):
        return ask(f"/api/2.0/mlflow/logged-models/{rest}")["model"]["info"]["artifact_uri"]
    name, _, version = rest.partition("/")
    if "@" in name:
        name, _, alias = name.rpartition("@")
        version = ask("/api/2.0/mlflow/registered-models/alias", name=name, alias=alias)["model_version"]["version"]
    elif not version.isdigit():
        stages = {} if version.lower() == "latest" else {"stages": version}
        found = ask("/api/2.0/mlflow/registered-models/get-latest-versions", name=name, **stages).get("model_versions", [])
        if not found:
            sys.exit(f"The model {name} has no version {version}")
        version = max(found, key=lambda one: int(one["version"]))["version"]
    return ask("/api/2.0/mlflow/model-versions/get-download-uri", name=name, version=version)["artifact_uri"]


def download(uri, folder):
    """The local path of what `uri` names."""
    scheme = urllib.parse.urlsplit(uri).scheme
    if scheme == "runs":
        return download(of_run(uri), folder)
    if scheme == "models":
        return download(of_model(uri), folder)
    if scheme == "mlflow-artifacts":
        return download_artifact(uri, folder)
    if scheme in {"http", "https"}:
        name = os.path.basename(urllib.parse.unquote(urllib.parse.urlsplit(uri).path)) or "download"
        return save(uri, inside(folder, name))
    command = [sys.executable, "-m", "mlflow", "artifacts", "download", "--artifact-uri", uri, "--dst-path", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode:
        raise OSError("the mlflow of the environment cannot do it, see above")
    said = done.stdout.decode().strip()
    return said.splitlines()[-1] if said else folder


def main():
    """Download, and say where to."""
    uri, folder, result = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    try:
        path = download(uri, folder)
    except (OSError, urllib.error.URLError, KeyError, ValueError) as error:
        sys.exit(f"{uri} could not be downloaded: {error}")
    with open(result, "w") as file:
        file.write(path)


if __name__ == "__main__":
    main()
