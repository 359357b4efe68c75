"""Jupyter notebooks as cells. Pure."""

import base64
import binascii
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.artifacts.previews.kinds import MB
from apps.artifacts.previews.markup import clean, markdown
from apps.artifacts.previews.shapes import Cell
from apps.artifacts.previews.text import highlight, plain

CELLS, OUTPUTS, OUTPUT_TEXT = 300, 20, 100_000
IMAGES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8", "image/gif": b"GIF8"}


def cells(notebook: Any) -> tuple[list[Cell], bool]:
    """The cells of a parsed notebook (format 4, or 3), and whether some were left out. Raises ValueError for what is none."""
    if not isinstance(notebook, dict):
        raise ValueError("no notebook")
    found = notebook.get("cells")
    if found is None:
        found = [cell for sheet in _list(notebook.get("worksheets")) for cell in _list(_dict(sheet).get("cells"))]
    if not isinstance(found, list):
        raise ValueError("no notebook")
    language = _dict(_dict(notebook.get("metadata")).get("kernelspec")).get("language") or "python"
    name = "x.r" if str(language).lower() == "r" else "x.jl" if language == "julia" else "x.py"
    return [_cell(_dict(cell), name) for cell in found[:CELLS]], len(found) > CELLS


def _cell(cell: dict[str, Any], name: str) -> Cell:
    source = _text(cell.get("source", cell.get("input", "")))
    if cell.get("cell_type") != "code":
        return Cell("markdown", markdown(source[:OUTPUT_TEXT]))
    outputs = [_output(_dict(output)) for output in _list(cell.get("outputs"))[:OUTPUTS]]
    return Cell("code", highlight(source[:OUTPUT_TEXT], name), [output for output in outputs if output])


def _output(output: dict[str, Any]) -> SafeString:
    """The richest form that is safe: a picture, else cleaned HTML, else text."""
    if output.get("output_type") == "error":
        lines = "\n".join(str(line) for line in _list(output.get("traceback")))
        return _pre(lines or f"{output.get('ename', '')}: {output.get('evalue', '')}")
    data = _dict(output.get("data"))
    for kind, start in IMAGES.items():
        if picture := _picture(_text(data.get(kind)), kind, start):
            return picture
    if html := _text(data.get("text/html")):
        return clean(html[:OUTPUT_TEXT])
    return _pre(_text(output.get("text")) or _text(data.get("text/plain")))


def _picture(encoded: str, kind: str, start: bytes) -> SafeString | None:
    try:
        data = base64.b64decode(encoded, validate=False)
    except (binascii.Error, ValueError):
        return None
    if not data.startswith(start) or len(data) > 4 * MB:
        return None
    return format_html('<img alt="" src="data:{};base64,{}">', kind, base64.b64encode(data).decode())


def _pre(text: str) -> SafeString:
    return format_html("<pre>{}</pre>", plain(text[:OUTPUT_TEXT])) if text else SafeString()


def _text(value: Any) -> str:
    """Notebooks write text as a string or as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
