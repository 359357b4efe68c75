"""A folder as an archive: the same folder always gives the same bytes, and nothing in it that a worker would refuse."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Iterator

from mlflow.exceptions import ExecutionException

MAX_BYTES = 1024**3
MAX_FILES = 20_000
LEFT_OUT = {".git", ".hg", ".svn", "__pycache__", ".ipynb_checkpoints", "mlruns", "mlartifacts"}


def pack(folder: str, target: str, max_bytes: int = MAX_BYTES) -> list[str]:
    """Write the folder as a tar.gz to `target`; answers with what was left out and why, as sentences for people.

    Raises ExecutionException for more than `max_bytes` or 20,000 files: before anything is sent.
    """
    remarks: list[str] = []
    found = list(_files(folder, remarks))
    _require_bounds(found, max_bytes)
    with (
        open(target, "wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, path, size in found:
            entry = tarfile.TarInfo(name)
            entry.size = size
            entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644
            with open(path, "rb") as content:
                archive.addfile(entry, content)
    return remarks


def _files(folder: str, remarks: list[str]) -> Iterator[tuple[str, str, int]]:
    """(name in the archive, path, bytes) of every file that goes along, in order. A link to a file counts as the file."""
    for parent, folders, names in os.walk(folder):
        for name in sorted(folders):
            path = os.path.join(parent, name)
            if reason := _unfit_folder(name, path):
                folders.remove(name)
                if reason != "left out":
                    remarks.append(f"{os.path.relpath(path, folder)} is {reason} and stays here")
        folders.sort()
        for name in sorted(names):
            path = os.path.join(parent, name)
            inside = os.path.relpath(path, folder)
            if os.path.isfile(path):
                yield inside.replace(os.sep, "/"), path, os.stat(path).st_size
            else:
                remarks.append(f"{inside} is no file and stays here")


def _unfit_folder(name: str, path: str) -> str:
    """Why a folder does not go along; "" if it does."""
    if name in LEFT_OUT:
        return "left out"
    if os.path.exists(os.path.join(path, "pyvenv.cfg")):
        return "a virtual environment"
    return "a link to a folder" if os.path.islink(path) else ""


def _require_bounds(found: list[tuple[str, str, int]], max_bytes: int) -> None:
    total = sum(size for _, _, size in found)
    if len(found) > MAX_FILES:
        raise ExecutionException(f"The project has {len(found)} files; {MAX_FILES} can be sent along")
    if total > max_bytes:
        largest = sorted(found, key=lambda item: -item[2])[:3]
        names = ", ".join(f"{name} ({size // 1024**2} MiB)" for name, _, size in largest)
        raise ExecutionException(
            f"The project has {total // 1024**2} MiB; {max_bytes // 1024**2} MiB can be sent along. The largest: {names}"
        )
