"""The project's files as trees, for the tests of this folder."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOORS = ("api", "web")
FLOORLESS = (*DOORS, "core")  # rooms without services of their own


def rooms() -> list[str]:
    """All rooms of the house."""
    return sorted(path.name for path in (ROOT / "apps").iterdir() if (path / "__init__.py").exists())


def domain_rooms() -> list[str]:
    """Rooms that keep something: neither a door nor the tool shed."""
    return [room for room in rooms() if room not in FLOORLESS]


def files(*names: str) -> Iterator[Path]:
    """Python files of the named rooms, without migrations."""
    for room in names:
        yield from sorted(path for path in (ROOT / "apps" / room).rglob("*.py") if "migrations" not in path.parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def where(path: Path, node: ast.AST | None = None) -> str:
    """`apps/x/y.py:12`, clickable."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(ROOT)}{line}"


def kind(path: Path) -> str:
    """`services`, `queries`, `models` … of a file in a room; "" at the room's top."""
    inside = path.relative_to(ROOT / "apps").parts[1:]
    return inside[0].removesuffix(".py") if inside else ""


def public_functions(path: Path) -> list[ast.FunctionDef]:
    """Functions of a module's top level whose names do not begin with an underscore, and that are defined there."""
    return [node for node in tree(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def dotted(path: Path, function: ast.FunctionDef) -> str:
    """`room.services.noun.verb`."""
    return ".".join([*path.relative_to(ROOT / "apps").with_suffix("").parts, function.name])


def called_name(node: ast.AST) -> str:
    """The last part of the name that a call calls; "" if it is no call."""
    function = getattr(node, "func", None)
    return getattr(function, "id", "") or getattr(function, "attr", "")


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Files that are, or are about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())
