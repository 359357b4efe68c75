"""Own passwords, other people's, and links by mail."""

from dataclasses import replace

import pytest
from django.core import mail

from apps.accounts import links
from apps.accounts.models import Session
from apps.accounts.queries import users as queries
from apps.accounts.queries.actors import actor_for_password, actor_for_token
from apps.accounts.services import lifecycle, passwords, tokens, users
from apps.accounts.services.mail import send_invitation, send_reset
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Conflict, Denied, Invalid, Missing, TooMany
from tests.accounts.conftest import PASSWORD

NEW = "a much better password"
NOBODY = Actor.anonymous("10.0.0.9")
pytestmark = pytest.mark.django_db


def test_oneself_shows_the_current_password(as_mira, mira, acts):
    passwords.set_password(as_mira, mira.pk, NEW, current=PASSWORD)
    assert actor_for_password("mira", NEW)
    assert acts() == ["user.set_password"]


@pytest.mark.parametrize("current", [None, "", "wrong"])
def test_oneself_without_the_current_password_is_refused(as_mira, mira, current):
    with pytest.raises(Denied, match="current password"):
        passwords.set_password(as_mira, mira.pk, NEW, current=current)


def test_a_request_that_came_with_the_password_needs_no_other_proof(as_mira, mira):
    passwords.set_password(replace(as_mira, via="password"), mira.pk, NEW)
    assert actor_for_password("mira", NEW)


def test_guessing_the_current_password_locks(as_mira, mira):
    for number in range(8):
        with pytest.raises(Denied):
            passwords.set_password(as_mira, mira.pk, NEW, current=f"guess {number}")
    with pytest.raises(TooMany):
        passwords.set_password(as_mira, mira.pk, NEW, current=PASSWORD)


def test_a_new_password_ends_every_session_and_no_token(as_mira, mira):
    raw = tokens.create_token(as_mira, mira.pk).raw
    Session.objects.create(digest="a", data="", expires_at=clock.now(), user=mira)
    passwords.set_password(as_mira, mira.pk, NEW, current=PASSWORD)
    assert not Session.objects.exists()
    assert actor_for_token(raw)


def test_the_old_password_is_out_at_once_though_it_was_remembered(as_boss, mira):
    assert actor_for_password("mira", PASSWORD)
    passwords.set_password(as_boss, mira.pk, NEW)
    assert actor_for_password("mira", PASSWORD) is None


def test_a_stranger_sets_no_password(as_mira, boss):
    with pytest.raises(Denied):
        passwords.set_password(as_mira, boss.pk, NEW)


def test_weak_passwords_are_refused(as_boss, mira):
    with pytest.raises(Invalid, match="12 characters"):
        passwords.set_password(as_boss, mira.pk, "short")


def test_a_service_account_gets_no_password(as_boss, robot):
    with pytest.raises(Invalid):
        passwords.set_password(as_boss, robot.pk, NEW)


@pytest.fixture
def invited(as_boss):
    return users.invite(as_boss, "ada", "ada@example.com", display_name="Ada")


def link_in(message) -> str:
    """The secret part of the link in a mail."""
    address = next(line for line in message.body.splitlines() if line.startswith("http"))
    return address.rstrip("/").rsplit("/", 1)[1]


def test_an_invitation_goes_by_mail_and_lets_in_once(system, invited):
    send_invitation(system, invited.pk)
    (message,) = mail.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "Your account on MLPlatform"
    token = link_in(message)
    passwords.use_link(NOBODY, token, "invite", NEW)
    assert actor_for_password("ada", NEW)
    with pytest.raises(Missing):
        passwords.use_link(NOBODY, token, "invite", NEW)


def test_an_invitation_needs_an_address(as_boss):
    with pytest.raises(Invalid):
        users.invite(as_boss, "ada", " ")


def test_an_accepted_invitation_is_not_sent_again(system, as_boss, invited):
    passwords.use_link(NOBODY, links.token(invited, "invite"), "invite", NEW)
    send_invitation(system, invited.pk)
    assert mail.outbox == []
    with pytest.raises(Conflict):
        passwords.invitation_link(as_boss, invited.pk)


def test_an_administrator_may_hand_the_link_over(as_boss, as_mira, invited):
    assert passwords.invitation_link(as_boss, invited.pk).startswith("http")
    with pytest.raises(Denied):
        passwords.invitation_link(as_mira, invited.pk)


def test_a_link_of_one_purpose_is_none_of_the_other(invited):
    with pytest.raises(Missing):
        passwords.use_link(NOBODY, links.token(invited, "invite"), "reset", NEW)


def test_a_link_of_a_closed_account_is_void(as_boss, invited):
    token = links.token(invited, "invite")
    lifecycle.deactivate(as_boss, invited.pk)
    with pytest.raises(Missing):
        queries.link_owner(NOBODY, token, "invite")


def test_a_weak_password_leaves_the_link_good(invited):
    token = links.token(invited, "invite")
    with pytest.raises(Invalid):
        passwords.use_link(NOBODY, token, "invite", "short")
    assert queries.link_owner(NOBODY, token, "invite") == invited


@pytest.mark.parametrize("token", ["", "x", "W10:1aaaaa:bbb", "\0"])
def test_what_is_no_link_is_missing(db, token):
    with pytest.raises(Missing):
        passwords.use_link(NOBODY, token, "reset", NEW)


def test_links_grow_old(mira, monkeypatch):
    token = links.token(mira, "reset")
    monkeypatch.setitem(links.SECONDS, "reset", -1)
    with pytest.raises(Missing):
        queries.link_owner(NOBODY, token, "reset")


def test_a_forgotten_password_is_set_by_mail(system, mira):
    send_reset(system, "MIRA@example.com")
    passwords.use_link(NOBODY, link_in(mail.outbox[0]), "reset", NEW)
    assert actor_for_password("mira", NEW)


def test_a_new_password_voids_the_links_before_it(as_boss, mira):
    token = links.token(mira, "reset")
    passwords.set_password(as_boss, mira.pk, NEW)
    with pytest.raises(Missing):
        queries.link_owner(NOBODY, token, "reset")


def test_an_unknown_address_gets_no_mail(system, mira):
    send_reset(system, "nobody@example.com")
    assert mail.outbox == []


def test_a_closed_account_gets_no_mail(system, as_boss, mira):
    lifecycle.deactivate(as_boss, mira.pk)
    send_reset(system, mira.email)
    assert mail.outbox == []


def test_asking_again_and_again_sends_one_mail_in_five_minutes(system, mira, lapse):
    for _ in range(3):
        send_reset(system, mira.email)
    assert len(mail.outbox) == 1
    lapse(minutes=6)
    send_reset(system, mira.email)
    assert len(mail.outbox) == 2


def test_asking_looks_nobody_up(mira, django_assert_num_queries, monkeypatch):
    sent = []
    monkeypatch.setattr("apps.core.jobs.enqueue", lambda *job: sent.append(job))
    with django_assert_num_queries(0):
        passwords.request_reset(NOBODY, "mira@example.com")
        passwords.request_reset(NOBODY, "nobody@example.com")
    assert sent == [("accounts.send_reset", "mira@example.com"), ("accounts.send_reset", "nobody@example.com")]


def test_an_unaccepted_invitation_is_sent_again_when_its_password_is_forgotten(system, invited):
    send_reset(system, "ada@example.com")
    assert "/invitation/" in mail.outbox[0].body
