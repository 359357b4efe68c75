"""The product's own words. Modules here run before Django is loaded; everything else is a Django management command."""

import ast
import importlib
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST = ("run", "demo", "test", "lint", "bench", "serve")


def execute(arguments: list[str]) -> int:
    """Run one command line, without the program's name; returns the exit code."""
    if not arguments or arguments[0] in {"help", "-h", "--help"} and len(arguments) == 1:
        print(vocabulary())
        return 0
    name = arguments[0]
    if (Path(__file__).with_name(f"{name}.py")).exists() and name.isidentifier():
        result: int = importlib.import_module(f"{__name__}.{name}").main(arguments[1:])
        return result
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])
    return 0


def vocabulary() -> str:
    """What `manage.py` alone prints: each command of ours with the first line of its description."""
    found = {path.stem: path for folder in _folders() for path in folder.glob("*.py") if not path.name.startswith("_")}
    names = [name for name in FIRST if name in found] + sorted(set(found) - set(FIRST))
    width = max(map(len, names))
    lines = [f"  {name.ljust(width)}  {_summary(found[name])}" for name in names]
    return "\n".join(["MLPlatform: python3 manage.py COMMAND [options]", "", *lines, "", "COMMAND --help says more."])


def _folders() -> list[Path]:
    return [Path(__file__).parent, *CHECKOUT.glob("apps/*/management/commands"), CHECKOUT / "mlplatform/management/commands"]


def _summary(path: Path) -> str:
    """The first line of the module's docstring, read without importing it."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return text.split("\n")[0].rstrip(".")
