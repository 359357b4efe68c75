"""docs/configuration.md names the variables that the settings and commands read, all of them and no others."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Between our own processes, and for the tests; nobody sets these by hand.
INNER = {"MLPLATFORM_READY_FD", "MLPLATFORM_EMBEDDED_BROKER", "MLPLATFORM_TEST_DATABASE"}


def variables(folder):
    """Names of variables that stand in quotes in its Python files."""
    return {
        name
        for path in (CHECKOUT / folder).rglob("*.py")
        for name in re.findall(r"[\"'](MLPLATFORM_[A-Z0-9_]*[A-Z0-9])\b", path.read_text())
    }


def test_every_variable_is_in_the_guide_and_every_one_in_the_guide_is_read():
    told = set(re.findall(r"`(MLPLATFORM_[A-Z0-9_]+)`", (CHECKOUT / "docs/configuration.md").read_text()))
    read = variables("mlplatform") - INNER
    assert (read - told, told - read - variables("apps")) == (set(), set())
