"""What one may be called."""

import pytest

from apps.accounts import names
from apps.accounts.models import name_key
from apps.core.errors import Invalid


@pytest.mark.parametrize("name", ["ada", "Ada Lovelace", "ada@example.com", "Åsa", "山田", "x" * 255])
def test_ordinary_names_are_taken_as_they_are(name):
    assert names.checked_username(name) == name


@pytest.mark.parametrize("name", ["", " ada", "ada ", "a:b", "a/b", "a\nb", "a\0b", "a\u200bb", "x" * 256, "\ud800"])
def test_names_that_lead_astray_are_refused(name):
    with pytest.raises(Invalid):
        names.checked_username(name)


def test_a_name_is_kept_in_its_normal_form():
    assert names.checked_username("ﬁona") == "fiona"


@pytest.mark.parametrize(("one", "other"), [("Ada", "aDA"), ("ÄSA", "äsa"), ("STRASSE", "straße"), ("ﬁona", "Fiona")])
def test_names_are_the_same_in_any_case(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("email", ["", "ada@example.com", " ada@example.com "])
def test_addresses_and_none_are_taken(email):
    assert names.checked_email(email) == email.strip()


@pytest.mark.parametrize("email", ["ada", "ada@", "a b@example.com", "ada@example.com\nBcc: eve@example.com"])
def test_what_is_no_address_is_refused(email):
    with pytest.raises(Invalid):
        names.checked_email(email)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_whatever_is_asked_for_can_be_asked_of_a_database(text):
    assert name_key(text).encode()
    assert names.cleaned(text, 10).encode()
    assert "\0" not in name_key(text) + names.cleaned(text, 10)


def test_free_text_is_trimmed_and_cut():
    assert names.cleaned("  abcdef ", 3) == "abc"
