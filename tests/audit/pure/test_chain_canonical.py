"""One way to write a row, whatever database it came from."""

import base64

import pytest

from apps.audit import chain

ROW = dict.fromkeys(chain.COLUMNS, "")


def test_the_order_of_keys_says_nothing():
    assert chain.canonical({"b": 1, "a": 2}) == chain.canonical({"a": 2, "b": 1})


def test_a_whole_number_is_the_same_with_and_without_a_fraction():
    assert chain.canonical({"n": [100.0, 1e2]}) == chain.canonical({"n": [100, 100]})


def test_numbers_that_json_lacks_are_refused():
    with pytest.raises(ValueError):
        chain.canonical({"n": float("nan")})


def test_text_is_utf_8_and_not_escaped():
    assert chain.canonical("Ünï") == '"Ünï"'.encode()


@pytest.mark.parametrize("column", chain.COLUMNS)
def test_every_column_is_in_the_hash(column):
    assert chain.row_hash(ROW | {column: "other"}, 1, chain.ORIGIN) != chain.row_hash(ROW, 1, chain.ORIGIN)


def test_number_and_predecessor_are_in_the_hash():
    hashes = {chain.row_hash(ROW, 1, chain.ORIGIN), chain.row_hash(ROW, 2, chain.ORIGIN), chain.row_hash(ROW, 1, bytes([1] * 32))}
    assert len(hashes) == 3


def test_a_key_is_read_from_hex_and_both_kinds_of_base64():
    raw = bytes(range(224, 256))
    spellings = [raw.hex(), base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("=")]
    assert [chain.read_key(text) for text in spellings] == [raw] * 3


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, base64.b64encode(bytes(31)).decode(), "ü" * 43])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError):
        chain.read_key(text)
