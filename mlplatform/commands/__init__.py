"""The product's own words. Modules here run before Django is loaded; everything else is a Django management command."""

import ast
import importlib
import os
import sys
from pathlib import Path
from typing import TypeGuard

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST = ("run", "demo", "test", "lint", "bench", "serve")


def execute(arguments: list[str]) -> int:
    """Run one command line, without the program's name; returns the exit code."""
    if not arguments or arguments in (["help"], ["-h"], ["--help"]):
        print(vocabulary())
        return 0
    if arguments == ["serve", "--beat"]:
        from mlplatform import beat

        beat.main()
    name = arguments[0]
    if (Path(__file__).with_name(f"{name}.py")).exists() and name.isidentifier():
        result: int = importlib.import_module(f"{__name__}.{name}").main(arguments[1:])
        return result
    # Not before: pytest would take it for the settings to test with.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlplatform.settings")
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
    """`Command.help` if it is a plain text, else the module's docstring; its first line, read without importing anything."""
    module = ast.parse(path.read_text())
    helps = [ast.literal_eval(node.value) for node in ast.walk(module) if _is_help(node)]
    text = helps[0] if helps else ast.get_docstring(module) or ""
    return text.split("\n")[0].rstrip(".")


def _is_help(node: ast.AST) -> TypeGuard[ast.Assign]:
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
        return False
    return [target.id for target in node.targets if isinstance(target, ast.Name)] == ["help"]
