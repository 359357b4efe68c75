"""What the content security policy and the design system ask of templates, styles and scripts."""

import re

from tests.architecture import source

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE)
EVENT_ATTRIBUTE = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
HEX = r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b"
STYLED = re.compile(rf"(?:style|fill|stroke|color|stop-color)\s*=\s*[\"'][^\"']*{HEX}")
IN_CSS = re.compile(rf":[^;{{}}]*{HEX}")
IN_JS = re.compile(rf"(?<!querySelector\()(?<!querySelectorAll\()(?<!closest\()[\"'`]{HEX}[\"'`]")
ELSEWHERE = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def found(pattern, suffix, folder, spared=()):
    """`file:line` of each match in files of that suffix below a folder."""
    places = []
    for path in source.tracked():
        if path.suffix != suffix or (source.ROOT / folder) not in path.parents or path.name in spared:
            continue
        text = COMMENT.sub(lambda match: "\n" * match.group().count("\n"), path.read_text())
        places += [f"{source.where(path)}:{text.count(chr(10), 0, match.start()) + 1}" for match in pattern.finditer(text)]
    return places


def test_templates_hold_no_inline_script():
    assert found(INLINE_SCRIPT, ".html", "templates") == []


def test_templates_hold_no_event_attributes():
    assert found(EVENT_ATTRIBUTE, ".html", "templates") == []


def test_pages_load_nothing_from_elsewhere():
    bad = found(re.compile(r"<(?:script|link|img|iframe)[^>]*\s" + ELSEWHERE.pattern, re.IGNORECASE), ".html", "templates")
    assert bad == []


def test_colours_are_named_in_templates():
    assert found(STYLED, ".html", "templates") == []


def test_colours_have_their_values_in_tokens_css_alone():
    assert found(IN_CSS, ".css", "static", spared={"tokens.css"}) == []


def test_scripts_take_colours_from_the_tokens():
    assert found(IN_JS, ".js", "static") == []


def test_scripts_evaluate_no_text():
    assert found(re.compile(r"\beval\(|new Function\(|\.innerHTML\s*\+?=\s*`"), ".js", "static") == []


def test_every_post_form_carries_its_token():
    forms = re.compile(r"<form[^>]*method=[\"']post[\"'][^>]*>(?:(?!</form>).)*?</form>", re.IGNORECASE | re.DOTALL)
    bad = [
        source.where(path)
        for path in source.tracked()
        if path.suffix == ".html" and (source.ROOT / "templates") in path.parents
        for form in forms.findall(path.read_text())
        if "csrf_token" not in form
    ]
    assert bad == []
