"""Webhooks lead to the public internet only, in whatever notation an address is written."""

import ipaddress

import pytest

from apps.core.errors import Invalid
from apps.notices import targets


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0.0.0.0", "10.0.0.8", "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[fc00::1]", "[fe80::1]",
        "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_every_notation_of_a_private_address_is_refused(host):
    with pytest.raises(Invalid, match="Invalid webhook URL"):
        targets.check_target(f"https://{host}/hook")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "ftp://example.com",
        "http://example.com",
        "https://",
        "https://u:p@example.com",
        "https://exa mple.com",
        "x" * 3000,
        "https://example.com:99999",
        "//example.com",
        "https://a\nb",
    ],
)
def test_what_is_no_address_of_the_web_is_refused(url):
    with pytest.raises(Invalid):
        targets.check_target(url)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_pass(address):
    assert targets.is_public(ipaddress.ip_address(address))


def test_a_private_address_passes_where_an_administrator_allows_it(settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    target = targets.check_target("http://127.0.0.1:8080/hook?x=1")
    assert (target.addresses, target.port, target.path) == (("127.0.0.1",), 8080, "/hook?x=1")
