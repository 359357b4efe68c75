"""What a project URI means here: a repository that the worker fetches, or something on this machine that is sent along."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname, urlopen

from mlflow.exceptions import ExecutionException

from mlplatform_client.packing import MAX_BYTES, pack

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2")
_REMOTE = re.compile(r"^((git\+)?(https?|ssh|git)://|[\w.-]+@[\w.-]+:)")
_WEB = re.compile(r"^https?://")


@dataclass
class Source:
    """Either `uri` with `ref`, or an archive at `path`; `tags` say which commit the files are of."""

    subdirectory: str = ""
    uri: str = ""
    ref: str = ""
    path: str = ""
    name: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


@contextmanager
def opened(project_uri: str, version: str | None) -> Iterator[Source]:
    """The source of a project URI; an archive made for it is gone afterwards. Raises ExecutionException."""
    address, _, subdirectory = project_uri.strip().strip("'\"").partition("#")
    with tempfile.TemporaryDirectory(prefix="mlplatform-") as scratch:
        if _WEB.match(address) and address.endswith(ARCHIVES):
            _require_no_version(version, address)
            yield Source(subdirectory, path=_download(address, scratch), name=address.rsplit("/", 1)[-1])
        elif _REMOTE.match(address):
            yield Source(subdirectory, uri=address.replace("git+", "", 1), ref=version or "")
        else:
            yield _local(_path(address), version, subdirectory, scratch)


def _local(path: str, version: str | None, subdirectory: str, scratch: str) -> Source:
    if os.path.isfile(path) and path.endswith(ARCHIVES):
        _require_no_version(version, path)
        return Source(subdirectory, path=path, name=os.path.basename(path))
    if not os.path.isdir(path):
        raise ExecutionException(f"There is no project at {path}")
    name = f"{os.path.basename(os.path.realpath(path)) or 'project'}.tar.gz"
    target = os.path.join(scratch, "project.tar.gz")
    if version:
        commit = _git(path, "rev-parse", "--verify", "--quiet", f"{version}^{{commit}}")
        if not commit:
            raise ExecutionException(f"{path} has no version {version!r}: name a commit, branch or tag of its repository")
        _git(path, "archive", "--format=tar.gz", f"--output={target}", commit, required=True)
        return Source(subdirectory, path=target, name=name, tags=_tags(path, commit))
    remarks = pack(path, target)
    return Source(subdirectory, path=target, name=name, tags=_tags(path), remarks=remarks)


def _path(address: str) -> str:
    if address.startswith("file:"):
        return url2pathname(unquote(urlsplit(address).path))
    return os.path.expanduser(address)


def _tags(path: str, commit: str = "") -> dict[str, str]:
    """What the local repository says of itself, by the official client's tags; {} outside of one."""
    found = {
        "mlflow.source.git.commit": commit or _git(path, "rev-parse", "--verify", "--quiet", "HEAD"),
        "mlflow.source.git.branch": "" if commit else _git(path, "symbolic-ref", "--quiet", "--short", "HEAD"),
        "mlflow.source.git.repoURL": re.sub(r"//[^/@]*@", "//", _git(path, "config", "--get", "remote.origin.url")),
        "mlflow.source.git.dirty": "true" if not commit and _git(path, "status", "--porcelain", "--", ".") else "",
    }
    return {name: value for name, value in found.items() if value} if found["mlflow.source.git.commit"] else {}


def _git(path: str, *arguments: str, required: bool = False) -> str:
    git = shutil.which("git")
    if git is None:
        if required:
            raise ExecutionException("git is needed to take another version of a folder")
        return ""
    done = subprocess.run([git, "-C", path, *arguments], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode and required:
        raise ExecutionException(f"git {arguments[0]}: {done.stderr.strip()}")
    return "" if done.returncode else done.stdout.strip()


def _download(address: str, scratch: str) -> str:
    """A zip or tar of the web, fetched here: the server follows no such address."""
    target = os.path.join(scratch, "download")
    left = MAX_BYTES
    with urlopen(address, timeout=60) as answer, open(target, "wb") as file:
        while block := answer.read(1024 * 1024):
            left -= len(block)
            if left < 0:
                raise ExecutionException(f"{address} is larger than {MAX_BYTES // 1024**2} MiB")
            file.write(block)
    return target


def _require_no_version(version: str | None, address: str) -> None:
    if version:
        raise ExecutionException(f"An archive has no versions: leave --version out, or name a repository instead of {address}")
