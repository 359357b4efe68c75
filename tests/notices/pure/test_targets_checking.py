"""Which addresses a webhook may have, in every notation."""

import ipaddress
import socket

import pytest

from apps.core.errors import Invalid
from apps.notices import targets
from apps.notices.targets import check_target, is_public

PRIVATE = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://127.0.0.1./",
    "https://localhost/",
    "https://LOCALHOST:8443/x",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "https://10.0.0.1/",
    "https://172.16.5.5/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[fe80::1]/",
    "https://[fd00::1]/",
    "https://[ff02::1]/",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_is_not_public_is_refused_in_any_notation(url):
    with pytest.raises(Invalid, match="Invalid webhook URL"):
        check_target(url)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "cannot be empty"),
        ("   ", "cannot be empty"),
        ("http://example.com/", "Invalid webhook URL scheme"),
        ("ftp://example.com/", "Invalid webhook URL scheme"),
        ("file:///etc/passwd", "Invalid webhook URL scheme"),
        ("example.com", "Invalid webhook URL scheme"),
        ("https://", "names no host"),
        ("https://[::1/", "Invalid webhook URL"),
        ("https://a:99999/", "Invalid webhook URL"),
        ("https://user:secret@93.184.216.34/", "holds a user name"),
        ("https://93.184.216.34@127.0.0.1/", "holds a user name"),
        ("https://a b/", "spaces or control characters"),
        ("https://93.184.216.34/\r\nHost: x", "spaces or control characters"),
        ("https://nothing.invalid/", "cannot be found"),
        ("https://" + "a" * 3000, "too long"),
    ],
)
def test_what_is_no_https_address_of_a_host_is_refused(url, words):
    with pytest.raises(Invalid, match=words):
        check_target(url)


def test_a_public_address_is_allowed_and_connected_to_by_its_number(monkeypatch):
    target = check_target("https://93.184.216.34:8443/hook?a=1")
    assert (target.addresses, target.port, target.path, target.host) == (("93.184.216.34",), 8443, "/hook?a=1", "93.184.216.34")


def test_every_answer_of_the_name_has_to_be_public(monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.7")]
    monkeypatch.setattr(targets.socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(Invalid, match=r"leads to 10\.0\.0\.7"):
        check_target("https://two-faces.example/")


def test_what_was_checked_is_what_is_connected_to(monkeypatch):
    """The name answers with a public address when it is asked; the connection goes to that number and asks no second time."""
    asked, connected = [], []

    def resolve(host, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, 1, 6, "", ("93.184.216.34", 443))]

    def connect(address, timeout):
        connected.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(targets.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(targets.socket, "create_connection", connect)
    with pytest.raises(OSError, match="no network here"):
        targets.post("https://rebinding.example/", b"{}", {})
    assert (asked, connected) == (["rebinding.example"], [("93.184.216.34", 443)])


def test_an_administrator_can_allow_addresses_of_the_inner_network(settings):
    settings.ALLOW_PRIVATE_WEBHOOKS = True
    assert check_target("http://127.0.0.1:9000/x").addresses == ("127.0.0.1",)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "2002:808:808::1"])
def test_public_addresses_are_known_as_such(address):
    assert is_public(ipaddress.ip_address(address))
