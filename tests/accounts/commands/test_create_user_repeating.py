"""The two commands that stand in people's scripts."""

import io

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_password, actor_for_token
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def create(*arguments: str, password: str | None = None, monkeypatch: pytest.MonkeyPatch) -> None:
    if password is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        arguments = (*arguments, "--password-stdin")
    call_command("create_user", *arguments)


def test_an_account_is_made_with_all_that_was_said(monkeypatch):
    create("ada", "--email", "ada@example.com", "--admin", password=PASSWORD, monkeypatch=monkeypatch)
    user = User.objects.get()
    assert (user.username, user.email, user.is_admin) == ("ada", "ada@example.com", True)
    assert actor_for_password("ada", PASSWORD)


def test_the_same_again_changes_nothing(monkeypatch):
    create("ada", "--admin", password=PASSWORD, monkeypatch=monkeypatch)
    create("ada", monkeypatch=monkeypatch)
    assert User.objects.get().is_admin
    assert actor_for_password("ada", PASSWORD)


def test_again_with_more_brings_it_up_to_date(monkeypatch):
    create("ada", monkeypatch=monkeypatch)
    create("ADA", "--email", "a@example.com", "--admin", password=PASSWORD, monkeypatch=monkeypatch)
    user = User.objects.get()
    assert (user.email, user.is_admin) == ("a@example.com", True)
    assert actor_for_password("ada", PASSWORD)


def test_without_a_password_the_link_to_choose_one_is_printed(capsys, monkeypatch):
    create("ada", monkeypatch=monkeypatch)
    assert "/invitation/" in capsys.readouterr().out


def test_nonsense_is_one_line(monkeypatch):
    with pytest.raises(CommandError, match="no mail address"):
        create("ada", "--email", "x", monkeypatch=monkeypatch)


def test_a_token_is_all_that_is_printed(mira, capsys):
    call_command("create_token", "mira", "--label", "ci", "--days", "3")
    raw = capsys.readouterr().out.removesuffix("\n")
    assert actor_for_token(raw).name == "Mira"
    assert actor_for_token(raw).limits == {}


def test_a_token_for_nobody_fails_and_prints_nothing(db, capsys):
    with pytest.raises(CommandError, match="nobody"):
        call_command("create_token", "nobody")
    assert capsys.readouterr().out == ""
