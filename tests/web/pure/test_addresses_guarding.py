"""Default deny: a page that does not say who may call it does not exist."""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from apps.accounts.links import PATHS
from apps.web.base import admin_only, page, public, signed_in
from apps.web.urls import patterns


def plain(request):
    """A view that says nothing of who may call it."""


def test_a_view_that_is_not_guarded_gets_no_address():
    with pytest.raises(ValueError, match="needs public, signed_in or admin_only"):
        page("x/", plain, "x")


@pytest.mark.parametrize("guard", [public, signed_in, admin_only])
def test_a_guarded_view_gets_one(guard):
    assert isinstance(page("x/", guard(plain), "x"), URLPattern)


def test_every_address_of_this_door_is_guarded():
    assert [str(pattern.pattern) for pattern in patterns if not getattr(pattern.callback, "is_guarded", False)] == []


@pytest.mark.parametrize(("purpose", "name"), [("invite", "web:invitation"), ("reset", "web:password_link")])
def test_links_in_mails_lead_to_pages(purpose, name):
    assert get_resolver().resolve(PATHS[purpose].format("abc")).view_name == name
    assert reverse(name, args=["abc"]) == PATHS[purpose].format("abc")
