"""Numbers, times and colours read the same from the server's filters and from the scripts: one table, two readers."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from apps.web import colors, formats

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = json.loads((ROOT / "tests/js/examples.json").read_text())
WORDS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
FUNCTIONS = {
    "number": lambda value: formats.number(None if value is None else float(value)),
    "number2": lambda value: formats.number(float(value), 2),
    "count": formats.count,
    "percent": formats.percent,
    "signed": lambda value: formats.signed(float(value)),
    "duration": formats.duration,
    "bytes": formats.size,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_filter_reads_as_the_table_says(name):
    for given, text in EXAMPLES[name]:
        assert FUNCTIONS[name](WORDS.get(given, given)) == text, f"{name} of {given}"


def test_ago_reads_as_the_table_says():
    for then, now, text in EXAMPLES["ago"]:
        assert formats.ago(datetime.fromisoformat(then), datetime.fromisoformat(now)) == text


def test_a_whole_number_keeps_no_decimals():
    assert formats.number(192000) == "192,000"


def test_a_run_has_the_same_place_on_both_sides():
    assert [colors.place(run_id) for run_id, _ in EXAMPLES["place"]] == [place for _, place in EXAMPLES["place"]]
    assert [colors.hash_color(run_id) for run_id, _ in EXAMPLES["hashColor"]] == [css for _, css in EXAMPLES["hashColor"]]


def test_the_first_twelve_runs_of_a_view_differ():
    run_ids, wanted = EXAMPLES["colors"]
    given = colors.colors(run_ids)
    assert [given[run_id] for run_id in run_ids] == wanted
    assert len(set(wanted[:12])) == 12


def test_the_tokens_have_a_colour_for_every_place():
    tokens = (ROOT / "static/css/tokens.css").read_text()
    assert set(re.findall(r"--run-(\d+):", tokens)) == {str(at + 1) for at in range(colors.PLACES)}


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mira Sandoval", "MS"), ("admin", "AD"), ("svc-nightly_build", "SB"), ("", "?"), ("Ana Maria Lopez", "AL")],
)
def test_initials_are_two_letters(name, letters):
    assert formats.initials(name) == letters


def test_an_exact_moment_names_day_and_second():
    assert formats.exact(datetime.fromisoformat("2026-11-22T17:42:03+00:00")) == "22 Nov 2026, 17:42:03 UTC"
