"""Runs format, linters, import contracts, types, templates, migrations and front-end checks; all of them, with times."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mlplatform import bootstrap

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def main(arguments: list[str]) -> int:
    """Run every step, or those whose names are given; 0 only if all passed."""
    results = {name: _run(name, command) for name, command in steps().items() if not arguments or name in arguments}
    failed = [name for name, passed in results.items() if not passed]
    print(
        f"\n{len(results) - len(failed)} passed, {len(failed)} failed" + (f": {', '.join(failed)}" if failed else ""), flush=True
    )
    return 1 if failed or not results else 0


def steps() -> dict[str, list[str]]:
    """Name -> command of every check, in order of speed. Front-end checks are there once package.json has them."""
    found = {
        "format": [str(BIN / "ruff"), "format", "--check", "--output-format", "concise", "."],
        "ruff": [str(BIN / "ruff"), "check", "--output-format", "concise", "."],
        "imports": [str(BIN / "lint-imports")],
        "templates": [str(BIN / "djlint"), "templates", "--lint", "--quiet"],
        "migrations": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        "checks": [sys.executable, "manage.py", "check", "--fail-level", "WARNING"],
        "types": [str(BIN / "mypy")],
    }
    for script in ("lint", "test"):
        if bootstrap.has_script(script):
            found[f"front-end {script}"] = [*bootstrap.node_command("npm"), "run", "--silent", script]
    return found


def _run(name: str, command: list[str]) -> bool:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mlplatform-lint-") as home:
        environment = {**bootstrap.node_environment(), "MLPLATFORM_HOME": home, "MLPLATFORM_SKIP_SETUP": "1", "NO_COLOR": "1"}
        for variable in ("DATABASE_URL", "REDIS_URL"):
            environment.pop(variable, None)
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    if done.returncode != 0:
        print(_indented(done.stdout + done.stderr), flush=True)
    return done.returncode == 0


def _indented(text: str) -> str:
    return os.linesep.join(f"     {line}" for line in text.rstrip().splitlines())
