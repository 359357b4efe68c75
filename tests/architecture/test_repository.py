"""What is committed is ours, names no package registry, and what it documents exists."""

import json
import re

import pytest
from django.core.management import call_command, get_commands

from tests.architecture import source

# Written in two halves, so that this file does not name them either.
REGISTRIES = [
    "pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "npmjs" + ".org", "unpkg" + ".com", "jsdelivr" + ".net",
    "cdnjs" + ".cloudflare", "esm" + ".sh",
]  # fmt: skip
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".json",
    ".txt",
    ".in",
    ".html",
    ".css",
    ".js",
    ".mjs",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".sh",
    ".conf",
    "",
}
# Set by the platform for its own processes.
INTERNAL = {"MLPLATFORM_EMBEDDED_BROKER"}
DOCUMENTS = ["README.md", "CHANGELOG.md", "ARCHITECTURE.md", "docs/configuration.md"]


def texts():
    """(path, text) of every committed text file."""
    return [(path, path.read_text(errors="replace")) for path in source.tracked() if path.suffix in TEXT]


def test_no_file_names_a_package_registry():
    assert [f"{source.where(path)} {name}" for path, text in texts() for name in REGISTRIES if name in text] == []


def test_lock_files_record_no_addresses():
    locks = [path for path in source.tracked() if path.name == "package-lock.json"]
    assert [source.where(path) for path in locks if '"resolved": "http' in path.read_text()] == []


def test_lock_files_record_hashes():
    for path in (path for path in source.tracked() if path.name == "package-lock.json"):
        packages = json.loads(path.read_text())["packages"]
        assert [name for name, entry in packages.items() if name and not entry.get("link") and "integrity" not in entry] == []
    for name in ("base.txt", "test.txt"):
        pinned = re.findall(r"^[a-z0-9._\[\]-]+==.*$", (source.ROOT / "requirements" / name).read_text(), re.MULTILINE)
        assert pinned
        assert [line for line in pinned if not line.endswith("\\")] == []


def test_no_third_party_code_is_committed():
    foreign = re.compile(r"node_modules|\.min\.(js|css)$|\.map$|site-packages|vendor/")
    assert [source.where(path) for path in source.tracked() if foreign.search(str(path.relative_to(source.ROOT)))] == []


def test_no_machine_path_is_committed():
    checkout = str(source.ROOT) + "/"
    assert [source.where(path) for path, text in texts() if checkout in text] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_documents_are_there(name):
    assert (source.ROOT / name).stat().st_size > 200


def documented(pattern):
    """Matches of a pattern in the README and the guides."""
    paths = [source.ROOT / "README.md", *sorted((source.ROOT / "docs").rglob("*.md"))]
    return {match for path in paths for match in re.findall(pattern, path.read_text())}


def test_every_documented_command_exists():
    known = {*get_commands(), *commands_of_the_entry()}
    assert sorted(documented(r"manage\.py ([a-z][a-z_]+)") - known) == []


def commands_of_the_entry():
    """Commands that work before Django is there: quoted words of the bootstrap."""
    return set(re.findall(r"\"([a-z_]+)\"", (source.ROOT / "mlplatform" / "bootstrap.py").read_text()))


def test_the_documented_variables_are_those_that_are_read():
    table = set(re.findall(r"`((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)`", (source.ROOT / "docs/configuration.md").read_text()))
    assert table == variables_read() - INTERNAL


def variables_read():
    """Variables that the roof asks the environment for."""
    names = set()
    for path in (source.ROOT / "mlplatform").rglob("*.py"):
        names |= set(
            re.findall(r"(?:env\w*|environment)\.\w+\(\s*\"((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)\"", path.read_text())
        )
        names |= set(
            re.findall(
                r"\b(?:text|flag|integer|choice|items|url)\(\s*\"((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)\"", path.read_text()
            )
        )
        names |= set(re.findall(r"\bname: str = \"((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)\"", path.read_text()))
        names |= set(re.findall(r"os\.environ(?:\.get\(|\[)\s*\"((?:MLPLATFORM|DATABASE|REDIS)_[A-Z0-9_]+)\"", path.read_text()))
    return names


def test_links_between_documents_lead_somewhere():
    bad = []
    for path in (path for path in source.tracked() if path.suffix == ".md"):
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text()):
            if not re.match(r"[a-z]+:|/", target) and not (path.parent / target).exists():
                bad.append(f"{source.where(path)} {target}")
    assert bad == []


@pytest.mark.django_db
def test_migrations_say_what_the_models_say():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_openapi_schema_generates_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))
    assert (tmp_path / "schema.yml").stat().st_size > 1000


def test_the_system_check_finds_nothing():
    call_command("check", "--fail-level", "WARNING")
