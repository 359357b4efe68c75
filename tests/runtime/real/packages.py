"""Packages made on the spot, so that environments can be built without any index."""

import base64
import hashlib
import tarfile
import zipfile
from pathlib import Path


def wheel(
    folder: Path, name: str, version: str = "1.0", files: dict[str, str] | None = None, requires: tuple[str, ...] = ()
) -> Path:
    """A wheel with the module `name` and further files (paths inside site-packages)."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(
        f"Requires-Dist: {item}\n" for item in requires
    )
    contents = {
        f"{name}.py": f"VERSION = {version!r}\n",
        **(files or {}),
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in contents.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in {**contents, f"{info}/RECORD": record + f"{info}/RECORD,,\n"}.items():
            archive.writestr(inside, text)
    return path


# A build backend that needs nothing and tells, in the package that it builds, who ran it and what it saw.
BACKEND = """
import json, os, pathlib, sys
def _seen():
    secret = pathlib.Path({secret!r})
    return {{"uid": os.getuid(), "env": sorted(os.environ), "secret": os.access(secret, os.R_OK)}}
def build_wheel(directory, config_settings=None, metadata_directory=None):
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from packages import wheel
    return wheel(pathlib.Path(directory), {name!r}, {version!r}, {{{name!r} + "_seen.json": json.dumps(_seen())}}).name
def build_sdist(directory, config_settings=None):
    raise NotImplementedError
"""


def source_files(name: str, version: str = "1.0", secret: str = "/nowhere") -> dict[str, str]:
    """The files of a source package with a build backend of its own."""
    return {
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n',
        "backend.py": BACKEND.format(name=name, version=version, secret=secret),
        "packages.py": Path(__file__).read_text(),
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    }


def source(folder: Path, name: str, version: str = "1.0", secret: str = "/nowhere") -> Path:
    """A source distribution."""
    folder.mkdir(parents=True, exist_ok=True)
    top = f"{name}-{version}"
    content = folder / f".{top}"
    content.mkdir()
    for file, text in source_files(name, version, secret).items():
        (content / file).write_text(text)
    path = folder / f"{top}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(content, arcname=top)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
