"""From parameters to the command: quoting, defaults, what is missing, what is beyond."""

import pytest

from apps.core.errors import Invalid
from apps.projects.mlproject import EntryPoint, Parameter, local_path


def entry(command: str, **parameters: tuple) -> EntryPoint:
    return EntryPoint("main", command, {name: Parameter(name, *rest) for name, rest in parameters.items()})


def test_values_are_quoted_for_the_shell():
    assert entry("run {a}", a=("string",)).command_line({"a": "x; rm -rf /"}) == "run 'x; rm -rf /'"


def test_defaults_fill_in_and_given_values_win():
    point = entry("run {a} {b}", a=("float", "0.5"), b=("string", "x"))
    assert point.command_line({"b": "y"}) == "run 0.5 y"


def test_values_beyond_the_declared_are_appended():
    assert entry("run {a}", a=("string", "1")).command_line({"max iter": "a b", "k": "2"}) == "run 1 --'max iter' 'a b' --k 2"


def test_missing_values_are_named_together():
    with pytest.raises(Invalid, match="No value given for missing parameters: 'a', 'b'"):
        entry("run {a} {b}", a=("string",), b=("path",)).command_line({})


def test_a_uri_has_a_scheme():
    with pytest.raises(Invalid, match="Expected URI for parameter url but got plain"):
        entry("run {url}", url=("uri",)).command_line({"url": "plain"})


def test_the_form_knows_what_is_wrong_before_the_queue_does():
    point = entry("run", a=("float",), b=("float",), c=("uri",), d=("string",), e=("float", "0.1"))
    assert point.problems({"a": "abc", "b": "1e-3", "c": "x", "e": ""}) == {
        "a": "'abc' is not a number",
        "c": "Expected URI for parameter c but got x",
        "d": "A value is required",
        "e": "'' is not a number",
    }


def test_a_float_that_is_none_still_makes_a_command():
    assert entry("run {a}", a=("float",)).command_line({"a": "abc"}) == "run abc"


def test_only_path_parameters_are_resolved_and_know_their_place():
    asked = []

    def resolve(parameter, value, position):
        asked.append((parameter.name, value, position))
        return "/job/my data"

    point = entry("run {a} {b}", a=("string",), b=("path",))
    assert point.command_line({"a": "1", "b": "s3://x/y"}, resolve) == "run 1 '/job/my data'"
    assert asked == [("b", "s3://x/y", 1)]


def test_the_run_records_paths_as_they_were_given():
    assert entry("run {b}", b=("path",)).logged_params({"b": "my data", "x y": "$"}) == {"b": "'my data'", "'x y'": "'$'"}


@pytest.mark.parametrize(
    "command", ["run {b}", "run {a.real}", "run {a[0]}", "run {}", "run {0}", "run {a:>999999999}", "run {a:{a}}", "run {a"]
)
def test_a_command_that_uses_more_than_its_parameters_is_refused(command):
    with pytest.raises(Invalid, match="entry point 'main'"):
        entry(command, a=("string",)).command_line({"a": "1"})


def test_doubled_braces_are_braces():
    assert entry("awk '{{print {a}}}'", a=("string",)).command_line({"a": "$1"}) == "awk '{print '$1'}'"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("data/a.csv", "data/a.csv"),
        ("/data", "/data"),
        ("file:///data/x%20y", "/data/x y"),
        ("s3://b/k", None),
        ("runs:/1/a", None),
        ("file://host/x", None),
    ],
)
def test_a_path_is_told_from_an_address(text, path):
    assert local_path(text) == path
