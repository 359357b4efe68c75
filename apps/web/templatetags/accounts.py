"""Filters of the pages of accounts and audit."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Plain data on one line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
