"""Which changes of a signature break somebody."""

import pytest

from apps.registry.signatures import breaks


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("input a", None, "double"),
        ("input a", "double", "string"),
        ("input a", "long", "integer"),
        ("input a", "double, optional", "double"),
        ("output 0", "double", None),
        ("output 0", "long", "double"),
        ("param top_k", "long, optional", None),
        ("param top_k", "long, optional", "string, optional"),
    ],
)
def test_a_change_that_old_callers_do_not_survive_is_breaking(name, before, after):
    assert breaks(name, before, after)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("input a", "double", None),
        ("input a", None, "double, optional"),
        ("input a", "integer", "long"),
        ("input a", "double", "double, optional"),
        ("input a", "double", "double"),
        ("output 1", None, "double"),
        ("param top_k", None, "long, optional"),
    ],
)
def test_a_change_that_old_callers_do_not_notice_is_none(name, before, after):
    assert breaks(name, before, after) == ""
