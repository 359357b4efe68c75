"""`manage.py` speaks the product's words, and starts each of them with the right settings."""

import sys

import pytest

from mlplatform import commands
from mlplatform.commands import lint, test


def test_without_a_word_it_says_which_there_are(capsys):
    assert commands.execute([]) == 0
    told = capsys.readouterr().out
    for word in ("run", "test", "lint", "serve", "create_user", "create_token", "verify_audit"):
        assert f"\n  {word} " in told


def test_every_word_says_what_it_does_in_one_line():
    lines = commands.vocabulary().splitlines()[2:-2]
    assert all(len(line.split(None, 1)) == 2 for line in lines)


def test_the_tests_run_with_their_own_settings(settings):
    """manage.py must not name any: pytest would prefer those to its own."""
    assert settings.SETTINGS_MODULE == "tests.settings"


def test_paths_are_run_one_by_one_and_the_whole_suite_by_two():
    assert "-n" in test.options(test.PASSES["sqlite"], [])
    assert "-n" not in test.options(test.PASSES["sqlite"], ["tests/mlplatform"])


def test_long_tests_are_left_out_unless_all_is_asked_for():
    assert "not long" in test.options(test.PASSES["sqlite"], [])[1]
    assert "not long" not in test.options(test.PASSES["sqlite"], ["--all"])[1]


def test_a_failed_step_of_lint_does_not_hide_the_next(monkeypatch, capsys):
    bad, good = [sys.executable, "-c", "print('why'); exit(1)"], [sys.executable, "-c", ""]
    monkeypatch.setattr(lint, "steps", lambda: {"bad": bad, "good": good})
    assert lint.main([]) == 1
    told = capsys.readouterr().out
    assert "FAIL bad" in told
    assert "     why" in told
    assert "ok   good" in told
    assert told.endswith("1 passed, 1 failed: bad\n")


@pytest.mark.parametrize("arguments", [["nothing"], ["types"]])
def test_lint_runs_the_steps_that_are_named(monkeypatch, arguments):
    monkeypatch.setattr(lint, "steps", lambda: {"types": [sys.executable, "-c", ""]})
    assert lint.main(arguments) == (0 if arguments == ["types"] else 1)
