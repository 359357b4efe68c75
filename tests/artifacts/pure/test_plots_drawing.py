"""Plotly's figures as pages that need nobody else's host."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from apps.artifacts.delivery import Asked, deliver
from apps.artifacts.previews import plots, preview

SCRIPT = "https://ml.example.org/static/vendor/plotly.min.js"
ELSEWHERE = b'<script charset="utf-8" src="https://cdn.plot.ly/plotly-4.1.1.min.js" integrity="sha256-x"></script>'
FIGURE = {
    "data": [{"type": "bar", "x": ["</script><script>alert(1)</script>"], "y": [1]}],
    "layout": {"title": {"text": "größe"}},
}


@dataclass
class File:
    """A file in memory."""

    content: bytes
    name: str = "plot.html"
    sha256: str = "abc"
    modified: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def size(self):
        return len(self.content)

    def blocks(self, start=0, end=None):
        yield self.content[start:end]

    def read(self, limit):
        return self.content[:limit]


def whole(page):
    return b"".join(page.blocks())


def test_a_page_of_the_client_loads_the_script_from_here():
    page = plots.page(File(b"<html>" + ELSEWHERE + b"<p>figure</p>"), SCRIPT)
    assert whole(page) == b"<html>" + f'<script src="{SCRIPT}"></script>'.encode() + b"<p>figure</p>"
    assert page.size == len(whole(page))


def test_what_stands_far_down_a_page_comes_behind_it():
    rest = bytes(range(256)) * 1000
    page = plots.page(File(ELSEWHERE + rest), SCRIPT)
    content = whole(page)
    assert content.endswith(rest)
    for start, end in [(0, 10), (5, page.size), (60_000, 90_000), (page.size - 7, page.size), (0, None)]:
        assert b"".join(page.blocks(start, end)) == content[start:end]


@pytest.mark.parametrize(
    "content",
    [
        b"<p>no figure</p>",
        b'<script src="https://example.org/x.js"></script>',
        b'<script src="https://cdn.plot.ly.evil/p.js"></script>',
    ],
)
def test_any_other_page_stays_as_it_is(content):
    file = File(content)
    assert plots.page(file, SCRIPT) is file


def test_json_of_a_figure_is_drawn_and_cannot_leave_its_element():
    file = File(json.dumps(FIGURE).encode(), "figure.json")
    page = whole(plots.figure(file, SCRIPT)).decode()
    text = page.partition('id="figure">')[2].partition("</script>")[0]
    assert json.loads(text) == FIGURE
    assert page.count("<script") == 3


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (FIGURE, "plot"),
        ({"data": [[1, 2]], "columns": ["a", "b"]}, "table"),
        ({"data": [], "layout": {}}, "code"),
        ({"data": 1}, "code"),
    ],
)
def test_a_figure_is_told_from_other_json(value, kind):
    data = json.dumps(value).encode()
    assert preview("f.json", len(data), lambda limit: data[:limit]).kind == kind


def test_a_figure_of_some_megabytes_is_drawn_too():
    data = json.dumps(FIGURE | {"frames": ["x" * 3_000_000]}).encode()
    assert preview("f.json", len(data), lambda limit: data[:limit]).kind == "plot"


def test_a_drawn_page_may_load_that_script_and_is_another_thing_than_its_file():
    page = plots.page(File(ELSEWHERE), SCRIPT)
    headers = deliver(page, Asked(), inline="text/html", script=SCRIPT).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-scripts"
    assert policy["script-src"].split()[-1] == SCRIPT
    assert policy["default-src"] == "'none'"
    assert headers["ETag"] != '"abc"'
