"""Parts of pages: every one renders, says its parameters in its first line, and escapes what people wrote."""

import re
from pathlib import Path

import pytest

from tests.web.ui.rendering import render

FOLDER = Path(__file__).resolve().parents[3] / "templates/ui"
PARTS = sorted(path.name for path in FOLDER.glob("_*.html"))
EVIL = "<b onclick=x>\"'&"


@pytest.mark.parametrize("name", PARTS)
def test_a_part_begins_with_its_parameters(name):
    assert re.match(r"\{# .+ #\}", (FOLDER / name).read_text().splitlines()[0])


@pytest.mark.parametrize(
    "part",
    [
        'ui/_button.html" with label=evil',
        'ui/_badge.html" with text=evil title=evil',
        'ui/_tag.html" with key=evil value=evil',
        'ui/_note.html" with text=evil title=evil',
        'ui/_code.html" with text=evil id="a" label=evil',
        'ui/_avatar.html" with name=evil with_name=True',
        'ui/_copy.html" with text=evil',
        'ui/_crumbs.html" with here=evil',
        'ui/_alias.html" with alias=evil',
        'ui/_query.html" with value=evil error=evil',
        'ui/_meter.html" with label=evil text=evil percent=5',
    ],
)
def test_what_people_wrote_stays_text(part):
    html = render(f'{{% include "{part} %}}', evil=EVIL)
    assert "<b onclick" not in html
    assert "&lt;b onclick=x&gt;" in html


def test_a_button_that_cannot_be_pressed_says_why():
    html = render('{% include "ui/_button.html" with label="Delete" disabled=True reason="Only managers may" %}')
    assert 'aria-disabled="true"' in html
    assert "Only managers may" in html


def test_an_icon_button_has_a_name():
    html = render('{% include "ui/_button.html" with label="More" icon="dots" icon_only=True %}')
    assert 'aria-label="More"' in html


@pytest.mark.parametrize(
    ("state", "shown", "word"),
    [
        ("RUNNING", "running", "Running"),
        ("KILLED", "killed", "Stopped"),
        ("QUEUED", "waiting", "Waiting"),
        ("FINISHED", "finished", "Finished"),
    ],
)
def test_a_status_has_shape_and_word(state, shown, word):
    html = render('{% include "ui/_status.html" with state=state %}', state=state)
    assert f'data-state="{shown}"' in html
    assert html.split("</svg>")[1].split("</span>")[0].strip() == word


@pytest.mark.parametrize(("sort", "aria", "link"), [("name", "ascending", "-name"), ("-name", "descending", "name")])
def test_a_sorted_head_turns_around(sort, aria, link):
    html = render('{% include "ui/_th.html" with label="Name" key="name" sort=sort %}', sort=sort)
    assert f'aria-sort="{aria}"' in html
    assert f'href="?sort={link}"' in html


def test_another_head_sorts_rising_first():
    html = render('{% include "ui/_th.html" with label="Name" key="name" sort="auc" %}')
    assert "aria-sort" not in html
    assert 'href="?sort=name"' in html


def test_a_failed_gate_stands_open():
    assert '<details class="gate" open>' in render('{% include "ui/_gate.html" with result="fail" rule="r" body="b" %}')
    assert '<details class="gate">' in render('{% include "ui/_gate.html" with result="pass" rule="r" body="b" %}')


def test_a_pager_shows_only_the_ways_there_are():
    html = render('{% include "ui/_pager.html" with shown="1 to 50" next_url="?page=2" %}')
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html
