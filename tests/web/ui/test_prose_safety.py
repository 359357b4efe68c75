"""What people write in markdown is shown as they meant it, and does nothing else."""

import re

import pytest

from apps.web import prose


def test_emphasis_lists_tables_and_code_are_shown():
    html = prose.html("**bold** and `code`\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    for tag in ("<strong>bold</strong>", "<code>code</code>", "<li>one</li>", "<td>1</td>"):
        assert tag in html


def test_a_link_tells_its_target_nothing():
    html = prose.html("[paper](https://example.com/a)")
    assert 'href="https://example.com/a"' in html
    assert 'rel="nofollow noopener noreferrer"' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://example.com/pixel.png)",
        '<a href="/" style="position:fixed">x</a>',
        "<iframe src=//example.com></iframe>",
    ],
)
def test_nothing_runs_loads_or_covers_the_page(text):
    tags = re.findall(r"<[^>]+>", prose.html(text).lower())
    assert not any(word in tag for tag in tags for word in ("script", "img", "iframe", "style", "data:", " on"))


def test_an_empty_text_is_empty():
    assert prose.html("") == ""
