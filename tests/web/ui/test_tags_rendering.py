"""Template tags and filters of the pages."""

import re

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import engines
from django.test import RequestFactory

from tests.web.ui.rendering import render


def test_an_icon_points_into_the_sprite():
    assert '<use href="/static/vendor/icons.svg#search"/>' in render('{% icon "search" %}')
    assert 'class="icon icon--s"' in render('{% icon "search" "s" %}')


def test_a_query_keeps_what_is_not_changed():
    request = RequestFactory().get("/?q=a%20b&page=3&sort=name")
    template = engines["django"].from_string("{% load ui %}{% query_with page=4 sort=None %}")
    assert template.render({}, request) == "?q=a+b&amp;page=4"


@pytest.mark.parametrize("value", [1795369323000, 1795369323000.0])
def test_ago_carries_the_exact_moment(value):
    html = render("{{ value|ago }}", value=value)
    assert 'datetime="2026-11-22T17:42:03+00:00"' in html
    assert 'title="22 Nov 2026, 17:42:03 UTC"' in html
    assert html.startswith("<relative-time>")


@pytest.mark.parametrize("name", ["ago", "exact", "number", "duration", "duration_ms", "bytes"])
def test_nothing_reads_as_a_dash(name):
    assert render(f"{{{{ value|{name} }}}}", value=None) == "–"


class Example(forms.Form):
    """A field of each kind."""

    name = forms.CharField(help_text="Only you see it")
    kind = forms.ChoiceField(choices=[("a", "A")])
    text = forms.CharField(widget=forms.Textarea)
    sure = forms.BooleanField()


def test_controls_wear_our_classes():
    html = render("{% for field in form %}{{ field|control }}{% endfor %}", form=Example())
    assert re.findall(r'class="(\w+)"', html) == ["input", "select", "textarea", "check"]


def test_a_control_is_described_by_its_hint_or_its_error():
    hint = render("{{ form.name|control }}", form=Example())
    error = render("{{ form.name|control }}", form=Example({}))
    assert 'aria-describedby="id_name_note"' in hint
    assert 'aria-invalid="true"' not in hint
    assert 'aria-invalid="true"' in error


def test_a_message_may_carry_its_undo():
    assert render("{{ m|undo_url }}", m=Message(constants.SUCCESS, "x", extra_tags="undo:/trash/1/")) == "/trash/1/"
    assert render("{{ m|undo_url }}", m=Message(constants.SUCCESS, "x")) == ""
