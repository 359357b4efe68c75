"""Browsers: who is signed in, and signing them out from elsewhere."""

import pytest

from apps.accounts.models import Session
from apps.accounts.queries.sessions import list_sessions
from apps.accounts.services import sessions
from apps.accounts.services.mail import sweep
from apps.accounts.sessions import SessionStore, digest
from apps.core.errors import Denied, Missing

pytestmark = pytest.mark.django_db


def open_session(user, **data) -> SessionStore:
    """A browser of that person."""
    store = SessionStore()
    store.update({"_auth_user_id": str(user.pk), **data})
    store.create()
    return store


def test_a_session_comes_back_with_its_data(mira):
    key = open_session(mira, colour="blue").session_key
    assert SessionStore(key)["colour"] == "blue"


def test_the_key_is_stored_nowhere(mira):
    key = open_session(mira).session_key
    row = Session.objects.get()
    assert key not in str(vars(row))
    assert row.digest == digest(key)


def test_a_session_knows_whose_it_is_and_from_where(mira):
    open_session(mira, address="10.0.0.1", user_agent="Firefox")
    row = Session.objects.get()
    assert (row.user, row.address, row.user_agent) == (mira, "10.0.0.1", "Firefox")


def test_changed_data_is_saved_and_the_beginning_kept(mira):
    store = open_session(mira)
    began = Session.objects.get().created_at
    store["x"] = 1
    store.save()
    assert SessionStore(store.session_key)["x"] == 1
    assert Session.objects.get().created_at == began


def test_an_ended_session_does_not_rise_again(mira, as_mira):
    store = open_session(mira)
    sessions.end_session(as_mira, digest(store.session_key))
    store["x"] = 1
    with pytest.raises(Exception):  # noqa: B017 - Django's UpdateError
        store.save()
    assert SessionStore(store.session_key).load() == {}


def test_a_session_that_has_run_out_is_none(mira, lapse):
    key = open_session(mira).session_key
    lapse(days=15)
    assert SessionStore(key).load() == {}


def test_other_sessions_end_and_this_one_stays(mira, as_mira, acts):
    stores = [open_session(mira) for _ in range(3)]
    assert sessions.end_other_sessions(as_mira, digest(stores[0].session_key)) == 2
    assert [row.digest for row in list_sessions(as_mira)] == [digest(stores[0].session_key)]
    assert acts() == ["session.end"]


def test_other_peoples_sessions_are_not_there(boss, as_mira):
    store = open_session(boss)
    with pytest.raises(Missing):
        sessions.end_session(as_mira, digest(store.session_key))
    with pytest.raises(Denied):
        list_sessions(as_mira, boss.pk)


def test_administrators_end_anybodys(mira, as_boss):
    store = open_session(mira)
    sessions.end_session(as_boss, digest(store.session_key))
    assert not Session.objects.exists()


def test_the_sweep_drops_what_has_run_out(mira, system, lapse):
    open_session(mira)
    lapse(days=15)
    open_session(mira)
    sweep(system)
    assert Session.objects.count() == 1
