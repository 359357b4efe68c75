"""A base image for containers, made of this machine's own shell, Python and node: no image registry is needed."""

import glob
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from mlplatform import bootstrap

TOOLS = ["sh", "cat", "cp", "echo", "env", "id", "install", "ls", "mkdir", "rm", "sleep", "touch", "chmod", "chown", "tar"]
DATA = ["/etc/ssl/certs", "/etc/nsswitch.conf", "/etc/mime.types"]
# Loaded by name when they are needed; no program says that it needs them.
LOADED = [
    "libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2", "librt.so.1", "libutil.so.1", "libdl.so.2", "libpthread.so.0",
    "libgcc_s.so.1", "libstdc++.so.6", "libgomp.so.1",
]  # fmt: skip
NPM = '#!/bin/sh\nexec /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n'


def base_image(path: Path) -> Path:
    """A tar of a root file system with python, pip, node and npm, for `podman import`."""
    files = {f"bin/{tool}": os.path.realpath(found) for tool in TOOLS if (found := shutil.which(tool))}
    python = Path(sys.base_prefix)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    node, npm = _node()
    programs = [*files.values(), str(python / "bin" / version), str(node), *glob.glob(f"{python}/lib/{version}/lib-dynload/*.so")]
    for real in _libraries(programs):
        files[real.lstrip("/")] = os.path.realpath(real)
    with tarfile.open(path, "w") as archive:
        for name, real in files.items():
            archive.add(real, arcname=name)
        for extra in filter(os.path.exists, DATA):
            archive.add(extra, arcname=extra.lstrip("/"))
        archive.add(python / "bin" / version, arcname=f"usr/local/bin/{version}")
        archive.add(python / "lib" / version, arcname=f"usr/local/lib/{version}", filter=_without_packages)
        for shared in python.glob("lib/libpython*.so*"):
            archive.add(shared, arcname=f"lib/{shared.name}")
        archive.add(node, arcname="usr/local/bin/node")
        archive.add(npm, arcname="usr/local/lib/node_modules/npm")
        _text(archive, "usr/local/bin/npm", NPM, 0o755)
        _text(archive, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
        _text(archive, "etc/group", "root:x:0:\n")
        _link(archive, "usr/local/bin/python", version)
        _link(archive, "usr/local/bin/python3", version)
        _link(archive, "usr/bin", "../bin")
        _folder(archive, "tmp", 0o1777)
        _folder(archive, "root", 0o700)
    return path


def _node() -> tuple[Path, Path]:
    """(the program, npm's folder) that the project's own set-up would use."""
    command = bootstrap.node_command("npm")
    if len(command) == 2:
        return Path(command[0]), Path(command[1]).parents[1]
    return Path(os.path.realpath(bootstrap.node_command("node")[0])), Path(os.path.realpath(command[0])).parents[1]


def _libraries(programs: list[str]) -> set[str]:
    found: set[str] = set()
    for program in programs:
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        found |= {path for path in re.findall(r"(/\S+)", listed) if os.path.exists(path) and "libpython" not in path}
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    for name in LOADED:
        if match := re.search(rf"{re.escape(name)} .*=> (\S+)", cache):
            found.add(match[1])
    return found


def _without_packages(item: tarfile.TarInfo) -> tarfile.TarInfo | None:
    left_out = re.search(r"/(site-packages/.+|test|idlelib|__pycache__|config-[^/]+)$", item.name)
    return None if left_out else item


def _text(archive: tarfile.TarFile, name: str, text: str, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), mode
    archive.addfile(entry, io.BytesIO(text.encode()))


def _link(archive: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    archive.addfile(entry)


def _folder(archive: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    archive.addfile(entry)
