"""One's own settings."""

import re

import pytest
from django.test import Client

from apps.accounts import credentials
from apps.accounts.models import ApiToken, Session
from apps.accounts.queries.actors import actor_for_token
from apps.accounts.services import teams, tokens
from apps.core.actor import Actor
from tests.support.people import PASSWORD

NEW = "a much better password"


@pytest.fixture(autouse=True)
def fresh_process():
    credentials.verdicts.clear()


@pytest.fixture
def reader(people, web) -> Client:
    return web(people.reader)


@pytest.mark.parametrize("page", ["profile", "password", "tokens", "sessions", "teams"])
def test_every_page_opens(reader, page):
    answer = reader.get(f"/settings/{page}/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"


def test_the_settings_begin_with_the_profile(reader):
    assert reader.get("/settings/")["Location"] == "/settings/profile/"


def test_the_profile_is_saved(reader, people):
    assert reader.post("/settings/profile/", {"display_name": "Rea", "email": "rea@example.com"}).status_code == 302
    people.reader.user.refresh_from_db()
    assert (people.reader.user.display_name, people.reader.user.email) == ("Rea", "rea@example.com")


def test_a_wrong_address_is_explained_at_its_field(reader):
    answer = reader.post("/settings/profile/", {"email": "x"})
    assert answer.status_code == 400
    assert b'id="id_email_note"' in answer.content


def test_a_changed_password_ends_all_sessions_but_this_one(people, web):
    here, there = web(people.reader), web(people.reader)
    answer = here.post("/settings/password/", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 302
    assert here.get("/settings/profile/").status_code == 200
    assert there.get("/settings/profile/").status_code == 302


def test_a_wrong_current_password_changes_nothing(reader, people):
    answer = reader.post("/settings/password/", {"current": "wrong", "new": NEW, "again": NEW})
    assert answer.status_code == 400
    assert b"The current password is wrong" in answer.content
    people.reader.user.refresh_from_db()
    assert people.reader.user.check_password(PASSWORD)


def test_a_new_token_is_shown_once_and_works(reader):
    answer = reader.post("/settings/tokens/", {"label": "laptop", "scope": "write", "days": "30"})
    raw = re.search(rb"mlp_[a-z2-7]{32}", answer.content)[0].decode()
    actor = actor_for_token(raw)
    assert (actor.name, actor.limits) == ("reader", {"scope": "write"})
    assert f"MLFLOW_TRACKING_TOKEN=&quot;{raw}&quot;" in answer.content.decode()
    assert raw.encode() not in reader.get("/settings/tokens/").content


def test_a_token_needs_a_label(reader):
    assert reader.post("/settings/tokens/", {"label": "", "scope": "all"}).status_code == 400
    assert ApiToken.objects.filter(user__username="reader").count() == 1


def test_a_token_is_renamed_and_revoked(reader, people):
    token = tokens.create_token(people.reader.actor, people.reader.user.pk, label="old").token
    reader.post(f"/settings/tokens/{token.pk}/rename/", {"label": "new"})
    assert b"new" in reader.get("/settings/tokens/").content
    reader.post(f"/settings/tokens/{token.pk}/revoke/")
    assert f'id="token-{token.pk}"' not in reader.get("/settings/tokens/").content.decode()


def test_another_persons_token_is_not_there(reader, people):
    token = ApiToken.objects.get(user=people.editor.user)
    assert reader.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert actor_for_token(people.editor.token)


@pytest.mark.parametrize("number", [2, 12])
def test_the_list_of_tokens_costs_the_same_for_any_length(reader, people, number, django_assert_max_num_queries):
    for count in range(number):
        tokens.create_token(people.reader.actor, people.reader.user.pk, label=f"t{count}")
    reader.get("/settings/tokens/")
    with django_assert_max_num_queries(6):
        reader.get("/settings/tokens/")


def test_sessions_are_listed_with_browser_and_address_and_can_be_ended(people):
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    here = Client()
    there = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR="10.0.0.7")
    for browser in (here, there):
        browser.post("/login/", {"username": "reader", "password": PASSWORD})
    page = here.get("/settings/sessions/").content.decode()
    assert "Chrome on Windows" in page
    assert "10.0.0.7" in page
    assert page.count("this one") == 1
    other = Session.objects.get(address="10.0.0.7")
    here.post(f"/settings/sessions/{other.pk}/end/")
    assert there.get("/settings/profile/").status_code == 302
    assert here.get("/settings/profile/").status_code == 200


def test_all_others_end_at_once(people, web):
    here, there = web(people.reader), web(people.reader)
    here.post("/settings/sessions/end-others/")
    assert there.get("/settings/profile/").status_code == 302
    assert here.get("/settings/profile/").status_code == 200


def test_another_persons_session_is_not_there(people, web, reader):
    web(people.editor)
    session = Session.objects.get(user=people.editor.user)
    assert reader.post(f"/settings/sessions/{session.pk}/end/").status_code == 404


def test_preferences_are_kept(reader, people):
    assert reader.post("/settings/preferences/", {"theme": "dark"}).status_code == 204
    assert reader.post("/settings/preferences/", {"nav": "slim"}).status_code == 204
    page = reader.get("/settings/profile/").content
    assert b'data-theme="dark"' in page
    assert b'data-nav="slim"' in page


def test_unknown_preferences_are_refused(reader):
    assert reader.post("/settings/preferences/", {"theme": "pink"}, HTTP_ACCEPT="application/json").status_code == 400


@pytest.fixture
def crew(people):
    return teams.create_team(Actor.system("tests"), "Risk")


def test_members_see_their_team_and_may_leave(reader, people, crew):
    teams.add_member(Actor.system("tests"), crew.pk, people.reader.user.pk)
    assert b"Risk" in reader.get("/settings/teams/").content
    page = reader.get(f"/settings/teams/{crew.pk}/").content
    assert b"Leave" in page
    assert b"Add to team" not in page
    assert reader.post(f"/settings/teams/{crew.pk}/members/{people.reader.user.pk}/remove/")["Location"] == "/settings/teams/"
    assert reader.get(f"/settings/teams/{crew.pk}/").status_code == 404


def test_leads_add_promote_and_remove(reader, people, crew):
    teams.add_member(Actor.system("tests"), crew.pk, people.reader.user.pk, "lead")
    path = f"/settings/teams/{crew.pk}/"
    reader.post(path, {"user": people.editor.user.pk, "role": "member"})
    assert b"editor" in reader.get(path).content
    reader.post(f"{path}members/{people.editor.user.pk}/role/", {"role": "lead"})
    assert crew.memberships.filter(role="lead").count() == 2
    reader.post(f"{path}members/{people.editor.user.pk}/remove/")
    assert crew.memberships.count() == 1


def test_a_lead_sees_no_edit_or_delete(reader, people, crew):
    teams.add_member(Actor.system("tests"), crew.pk, people.reader.user.pk, "lead")
    page = reader.get(f"/settings/teams/{crew.pk}/").content
    assert b"Delete" not in page
    assert reader.post(f"/admin/teams/{crew.pk}/delete/").status_code == 404


def test_a_team_of_others_is_not_there(reader, crew):
    assert reader.get(f"/settings/teams/{crew.pk}/").status_code == 404
