"""Rendering of template text in tests."""

from typing import Any

from django.template import Context, Template


def render(text: str, **context: Any) -> str:
    """The text with the tags of the pages loaded."""
    return Template("{% load i18n ui %}" + text).render(Context(context)).strip()
