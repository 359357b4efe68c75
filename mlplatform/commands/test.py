"""Runs the test suite: on SQLite, what touches the database again on PostgreSQL, then what wants the machine for itself.

Paths and pytest's options are passed on to each pass. `--on sqlite|postgresql|alone` runs one pass; `--all` adds the long tests.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[2]
NO_TESTS_COLLECTED = 5


class Pass(NamedTuple):
    """One run of pytest: which database, which marked tests, how many workers."""

    database: str
    marks: str
    workers: int


PASSES = {
    "sqlite": Pass("sqlite", "not alone", 2),
    "postgresql": Pass("postgresql", "not alone", 2),
    "alone": Pass("sqlite", "alone", 0),
}


def main(arguments: list[str]) -> int:
    """Run the passes; 0 only if at least one of them ran tests and none failed."""
    chosen, rest = _only(arguments)
    results = {}
    for name in chosen:
        began = time.monotonic()
        print(f"\n=== tests: {name}", flush=True)
        results[name] = subprocess.run(
            [sys.executable, "-m", "pytest", *options(PASSES[name], rest)],
            cwd=CHECKOUT,
            env={**os.environ, "MLPLATFORM_TEST_DATABASE": PASSES[name].database},
            check=False,
        ).returncode
        killed = f", killed by signal {-results[name]}" if results[name] < 0 else ""
        print(f"=== tests: {name}: {time.monotonic() - began:.0f} s{killed}", flush=True)
    ran = [code for code in results.values() if code != NO_TESTS_COLLECTED]
    failed = [name for name, code in results.items() if code not in (0, NO_TESTS_COLLECTED)]
    print(f"=== tests: failed in {', '.join(failed)}" if failed else f"=== tests: all passed in {', '.join(chosen)}", flush=True)
    return 1 if failed else 0 if ran else NO_TESTS_COLLECTED


def options(wanted: Pass, arguments: list[str]) -> list[str]:
    """Pytest's options for a pass: its marks (with `-m` added to them), its workers unless paths, -n or --pdb are given."""
    rest = [argument for argument in arguments if argument != "--all"]
    marks = wanted.marks if "--all" in arguments else f"{wanted.marks} and not long"
    if "-m" in rest:
        at = rest.index("-m")
        marks, rest = f"{marks} and ({rest[at + 1]})", rest[:at] + rest[at + 2 :]
    chosen = ["-m", marks]
    if wanted.workers and not any(
        _is_path(argument) or argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in rest
    ):
        chosen += ["-n", str(wanted.workers)]
    return chosen + rest


def _only(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The passes asked for, and the other arguments."""
    if "--on" not in arguments:
        return list(PASSES), arguments
    at = arguments.index("--on")
    name = arguments[at + 1] if at + 1 < len(arguments) else ""
    if name not in PASSES:
        raise SystemExit(f"manage.py test: --on takes one of {', '.join(PASSES)}")
    return [name], arguments[:at] + arguments[at + 2 :]


def _is_path(argument: str) -> bool:
    return not argument.startswith("-") and (CHECKOUT / argument.split("::")[0]).exists()
