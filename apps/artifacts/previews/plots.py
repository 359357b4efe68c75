"""Plotly's figures, drawn by the platform's own copy of plotly.js. Pure.

The pages that `mlflow.log_figure` writes load it from a host of Plotly's: they would stay blank wherever that is out of reach.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from apps.artifacts.delivery import Opened
from apps.artifacts.previews.kinds import KB, MB

LIMIT = 8 * MB  # of a figure that is drawn from its JSON, in bytes
_LOOKED_AT = 64 * KB  # of a page; writers put the script before the figure
_ELSEWHERE = re.compile(rb'<script\b[^>]*\bsrc="https://cdn\.plot\.ly/plotly-[\w.-]+\.js"[^>]*>\s*</script>')
_BEGINS = re.compile(rb'\s*\{\s*"(?:data|layout|frames)"\s*:\s*[\[{]')
_BEFORE = b"""<!doctype html><html><head><meta charset="utf-8">
<style>html, body, #plot { height: 100%; margin: 0; }</style></head>
<body><div id="plot"></div><script src="SCRIPT"></script><script type="application/json" id="figure">"""
_AFTER = b"""</script><script>
const figure = JSON.parse(document.getElementById("figure").textContent);
Plotly.newPlot("plot", figure.data, figure.layout, { responsive: true, displaylogo: false, ...figure.config });
</script></body></html>"""


class Source(Opened, Protocol):
    """A file whose beginning can be read by itself."""

    def read(self, limit: int) -> bytes:
        """The first bytes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page made of a file: `head` stands for its first `skipped` bytes. It can be delivered as a file can."""

    source: Source
    head: bytes
    skipped: int

    @property
    def name(self) -> str:
        """The file's."""
        return self.source.name

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.head) + self.source.size - self.skipped

    @property
    def sha256(self) -> str:
        """Another than the file's, which is kept apart from it in caches."""
        return f"{self.source.sha256}-drawn"

    @property
    def modified(self) -> datetime:
        """The file's."""
        return self.source.modified

    def blocks(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` to before `end`."""
        stop, shift = self.size if end is None else end, self.skipped - len(self.head)
        if start < len(self.head):
            yield self.head[start:stop]
        if stop > len(self.head) and self.size > len(self.head):
            yield from self.source.blocks(max(start, len(self.head)) + shift, stop + shift)


def page(file: Source, script: str) -> Opened:
    """A page of HTML with plotly.js from the address `script`, if it asks for Plotly's; else the page as it is."""
    head = file.read(_LOOKED_AT)
    drawn = _ELSEWHERE.sub(f'<script src="{script}"></script>'.encode(), head)
    return file if drawn == head else Drawn(file, drawn, len(head))


def figure(file: Source, script: str) -> Drawn:
    """A page that draws the figure whose JSON the file is."""
    # "<" stands in strings alone, and there it may be written so: then nothing in the file can end the element.
    text = file.read(LIMIT).replace(b"<", b"\\u003c")
    return Drawn(file, _BEFORE.replace(b"SCRIPT", script.encode()) + text + _AFTER, file.size)


def may_be_figure(head: bytes) -> bool:
    """Whether JSON that begins like this is worth reading further than other JSON."""
    return _BEGINS.match(head) is not None


def is_figure(value: Any) -> bool:
    """Whether this is what `Figure.to_json` writes."""
    if not isinstance(value, dict) or not isinstance(value.get("layout"), dict):
        return False
    traces = value.get("data")
    return isinstance(traces, list) and bool(traces) and all(isinstance(trace, dict) for trace in traces)
