"""Text and code as safe HTML. Pure."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token

from apps.artifacts.previews.kinds import KB, LANGUAGES, extension
from apps.core import clock

HIGHLIGHT_BYTES = 256 * KB
SECONDS = 1.0
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b\][^\x07]*\x07")
_CODES = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def decode(data: bytes) -> str:
    """Text of bytes: UTF-8, UTF-16 by its mark, else Latin-1, which reads anything. A cut last character is dropped."""
    for code, mark in _CODES.items():
        if data.startswith(mark):
            return data[2:].decode(code, "ignore")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 3:
            return data[: error.start].decode("utf-8-sig")
        return data.decode("latin-1")


def plain(text: str) -> SafeString:
    """Escaped; colours of terminals are left out."""
    return escape(_ANSI.sub("", text))


def highlight(text: str, name: str) -> SafeString:
    """Code as spans with Pygments' short classes (`k`, `s1` …), by the file's name; unknown, long or slow text stays plain."""
    language = LANGUAGES.get(extension(name))
    if language is None or len(text) > HIGHLIGHT_BYTES:
        return plain(text)
    deadline = clock.monotonic() + SECONDS
    spans, done = [], 0
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    for kind, value in lexer.get_tokens(text):
        spans.append(_span(kind, value))
        done += len(value)
        if len(spans) % 500 == 0 and clock.monotonic() > deadline:
            return mark_safe("".join(spans) + plain(text[done:]))
    return mark_safe("".join(spans))


def stylesheet(style: str = "default", selector: str = ".code") -> str:
    """The CSS of the classes that `highlight` uses."""
    return str(HtmlFormatter(style=style).get_style_defs(selector))


def _span(kind: object, value: str) -> str:
    while kind not in STANDARD_TYPES:
        kind = kind.parent  # type: ignore[attr-defined]
    short = STANDARD_TYPES[kind] if kind is not Token else ""
    return f'<span class="{short}">{escape(value)}</span>' if short else escape(value)
