"""Secrets never reach a log, wherever the output is cut."""

import base64
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.masking import Masker


def masked(secrets, *pieces):
    masker = Masker(secrets)
    return b"".join([*(masker.feed(piece) for piece in pieces), masker.flush()])


def test_a_secret_becomes_stars():
    assert masked(["hunter22"], b"the password is hunter22!") == b"the password is ***!"


def test_a_secret_cut_in_pieces_becomes_stars():
    assert masked(["hunter22"], b"x hun", b"te", b"r22 y") == b"x *** y"


def test_the_beginning_of_a_secret_waits_and_comes_if_it_is_none():
    masker = Masker(["hunter22"])
    assert masker.feed(b"a hunter") == b"a "
    assert masker.feed(b"s b") == b"hunters b"


def test_the_longer_of_two_secrets_wins():
    assert masked(["abcd", "abcdefgh"], b"abcd", b"efgh abcd") == b"*** ***"


def test_what_is_held_at_the_end_is_shown():
    assert masked(["hunter22"], b"hunt") == b"hunt"


def test_lines_of_a_key_are_secrets_each():
    assert masked(["-----BEGIN-----\nline-one\nline-two\n"], b"> line-two <") == b"> *** <"


def test_encoded_forms_are_masked_too():
    secret = 'p/w "1" +'
    encoded = base64.b64encode(secret.encode())
    assert masked([secret], b"p%2Fw%20%221%22%20%2B", b" ", b'p/w \\"1\\" +', b" ", encoded) == b"*** *** ***"


def test_without_secrets_nothing_changes():
    assert masked([], b"abc", b"") == b"abc"


def test_texts_too_short_to_be_secrets_stay():
    assert masked(["a", ""], b"banana") == b"banana"


@given(st.data())
def test_no_way_of_cutting_lets_a_secret_through(data):
    secrets = data.draw(st.lists(st.text("ab01", min_size=4, max_size=9), min_size=1, max_size=4))
    parts = data.draw(st.lists(st.sampled_from([*secrets, "x", "ab", "0"]), max_size=12))
    text = "".join(parts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    edges = [0, *cuts, len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    assert masked(secrets, *pieces) == masked(secrets, text)
    assert not any(secret.encode() in masked(secrets, *pieces) for secret in secrets)
