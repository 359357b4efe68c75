"""From a name and a way to read to a preview. Pure."""

import csv
from collections.abc import Callable

from django.utils.safestring import SafeString

from apps.artifacts.previews import jsons, markup, mlmodels, notebooks, plots, tables
from apps.artifacts.previews.kinds import LIMITS, MB, extension, kind_of
from apps.artifacts.previews.shapes import Preview
from apps.artifacts.previews.text import decode, highlight, plain

HEAD = 1024
CUT = "Only the beginning is shown."
INLINE_LIMIT = {"image": 50 * MB, "pdf": 100 * MB, "page": 20 * MB}


def preview(name: str, size: int, read: Callable[[int], bytes]) -> Preview:
    """What a page can show of the file `name` of `size` bytes; `read(n)` gives its first n bytes (or all)."""
    kind, inline = kind_of(name, read(HEAD))
    if inline:
        if size > INLINE_LIMIT.get(kind, size):
            return Preview("none", note=f"The file is too large to be shown here ({size // MB} MB).")
        return Preview(kind, inline=inline)
    if kind == "none":
        return Preview("none", note="There is no preview for this kind of file." if size else "The file is empty.")
    limit = plots.LIMIT if kind == "json" and plots.may_be_figure(read(HEAD)) else LIMITS[kind]
    text = decode(read(limit))
    return BUILDERS[kind](name, text, size > limit)


def _text(name: str, text: str, is_cut: bool) -> Preview:
    html = highlight(text, name)
    return Preview("code" if html != plain(text) else "text", html=html, note=CUT if is_cut else "")


def _json(name: str, text: str, is_cut: bool) -> Preview:
    try:
        value = jsons.parse(text)
    except ValueError:
        return _text(name, text, is_cut)
    if plots.is_figure(value):
        return Preview("plot")
    if isinstance(value, dict) and (table := tables.split(value)):
        return Preview("table", table=table, note=CUT if table.more else "")
    laid_out, was_cut = jsons.pretty(value)
    return _text(name, laid_out, was_cut)


def _table(name: str, text: str, is_cut: bool) -> Preview:
    try:
        table = tables.separated(text, tabs=extension(name) == "tsv", is_cut=is_cut)
    except csv.Error:
        return _text(name, text, is_cut)
    return Preview("table", table=table, note=CUT if table.more else "")


def _markdown(name: str, text: str, is_cut: bool) -> Preview:
    return Preview("markdown", html=markup.markdown(text), note=CUT if is_cut else "")


def _notebook(name: str, text: str, is_cut: bool) -> Preview:
    try:
        cells, some_left_out = notebooks.cells(jsons.parse(text))
    except ValueError:
        return _text(name, text[: LIMITS["text"]], is_cut or len(text) > LIMITS["text"])
    return Preview("notebook", cells=cells, note=CUT if some_left_out else "")


def _model(name: str, text: str, is_cut: bool) -> Preview:
    html: SafeString = highlight(text, name)
    try:
        data = mlmodels.load(text)
    except ValueError:
        return Preview("code", html=html, note=CUT if is_cut else "")
    return Preview("model", html=html, facts=mlmodels.facts(data), tables=mlmodels.signature(data))


BUILDERS: dict[str, Callable[[str, str, bool], Preview]] = {
    "text": _text,
    "json": _json,
    "table": _table,
    "markdown": _markdown,
    "notebook": _notebook,
    "model": _model,
}
