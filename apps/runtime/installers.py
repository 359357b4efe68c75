"""The tools that fill an environment, told to get packages from where this machine gets them."""

import os
import shutil
import subprocess
import sys
from functools import cache

from apps.core.errors import Unavailable

CONDA_TOOLS = ("micromamba", "mamba", "conda")
# uv knows this as an option only; it travels with the variables all the same.
NO_INDEX = "MLPLATFORM_NO_INDEX"
# pip's settings and the variables by which uv knows the same.
SETTINGS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "no-index": NO_INDEX,
}
SEPARATORS = {"UV_FIND_LINKS": ","}


def uv() -> str:
    """The path of uv, which is installed with the platform. Raises Unavailable."""
    beside = os.path.join(os.path.dirname(sys.executable), "uv")
    found = beside if os.path.exists(beside) else shutil.which("uv")
    if not found:
        raise Unavailable("uv, which builds environments, is not installed")
    return found


def conda_tool() -> tuple[str, str]:
    """(name, path) of the first conda tool on the PATH; ("", "") if there is none."""
    for name in CONDA_TOOLS:
        if path := shutil.which(name):
            return name, path
    return "", ""


@cache
def index_settings() -> dict[str, str]:
    """Variables that make uv look for packages where pip on this machine does.

    uv reads none of pip's configuration, and a machine behind a mirror has nothing else. Where uv is configured, that holds.
    """
    ours = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
    if any(name in ours for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE")):
        return ours
    return {**parse_pip_settings(_pip_config()), **ours}


def local_places(settings: dict[str, str]) -> list[str]:
    """Folders and files of this machine that the settings name: whoever installs has to see them."""
    found = []
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_CONSTRAINT", "SSL_CERT_FILE", "UV_CONFIG_FILE"):
        for value in settings.get(name, "").replace(",", " ").split():
            path = value.removeprefix("file://")
            if path.startswith("/") and os.path.exists(path):
                found.append(path)
    return found


def parse_pip_settings(text: str) -> dict[str, str]:
    """What `pip config list` prints, as variables of uv. Later files win over earlier ones, as pip has it."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        variable = SETTINGS.get(name.rsplit(".", 1)[-1].replace("_", "-"))
        section = name.split(".", 1)[0]
        if not separator or not variable or section not in {"global", "install", ":env:", "site", "user"}:
            continue
        words = value.strip().strip("'\"").replace("\\n", " ").split()
        if words:
            found[variable] = SEPARATORS.get(variable, " ").join(words)
    if "UV_INDEX" in found:
        # pip takes the best version of all indexes; uv by itself stops at the first index that knows the name.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return found


def _pip_config() -> str:
    """pip's own answer, from pip itself: it knows its files, its sections and its variables."""
    try:
        result = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"],
            capture_output=True,
            timeout=30,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.decode("utf-8", "replace")
