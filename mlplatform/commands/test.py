"""Runs the test suite: without arguments all of it in parallel, with --all the long tests too; else pytest's own options."""

import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Replace this process by pytest."""
    os.chdir(CHECKOUT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *options(arguments)])


def options(arguments: list[str]) -> list[str]:
    """Pytest's options: two workers unless paths or -n are given; `--all` lifts the exclusion of long tests."""
    rest = [argument for argument in arguments if argument != "--all"]
    chosen = [] if "--all" not in arguments else ["-m", ""]
    if not any(_is_path(argument) or argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in rest):
        chosen += ["-n", "2"]
    return chosen + rest


def _is_path(argument: str) -> bool:
    return not argument.startswith("-") and (CHECKOUT / argument.split("::")[0]).exists()
