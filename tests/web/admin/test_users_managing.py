"""The administration's pages of accounts and teams."""

import re

import pytest
from django.test import Client

from apps.accounts.models import Team, User
from apps.accounts.queries.actors import actor_for_password, actor_for_token
from apps.accounts.services import users

NEW = "a much better password"
PAGES = ["", "users/", "users/invite/", "users/new/", "users/new-service/", "teams/", "audit/", "audit/export.csv"]


@pytest.fixture
def admin(people, web) -> Client:
    return web(people.admin)


@pytest.mark.parametrize("page", PAGES[1:])
def test_every_page_opens_for_administrators(admin, page):
    assert admin.get(f"/admin/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_for_others_there_is_no_such_page(people, web, page):
    assert web(people.manager).get(f"/admin/{page}").status_code == 404
    assert web(people.anonymous).get(f"/admin/{page}").status_code == 302


def test_the_administration_begins_with_the_users(admin):
    assert admin.get("/admin/")["Location"] == "/admin/users/"


def test_accounts_are_searched(admin):
    page = admin.get("/admin/users/?q=EDIT").content
    assert b"editor" in page
    assert b"stranger" not in page


@pytest.mark.parametrize(
    ("query", "there", "gone"), [("show=admin", b"admin", b"reader"), ("show=service", b"service", b"reader")]
)
def test_accounts_are_narrowed(admin, query, there, gone):
    rows = re.search(rb"<tbody>.*</tbody>", admin.get(f"/admin/users/?{query}").content, re.DOTALL)[0]
    assert there in rows
    assert gone not in rows


@pytest.mark.parametrize("number", [2, 12])
def test_the_list_costs_the_same_for_any_length(admin, people, number, django_assert_max_num_queries):
    for count in range(number):
        users.create_user(people.admin.actor, f"user{count}")
    admin.get("/admin/users/")
    with django_assert_max_num_queries(6):
        admin.get("/admin/users/")


def test_somebody_is_invited_and_the_link_shown(admin):
    answer = admin.post("/admin/users/invite/", {"username": "ada", "email": "ada@example.com"}, follow=True)
    path = re.search(r"https?://[^/]+(/invitation/[^<\s]+)", answer.content.decode())[1]
    Client().post(path, {"new": NEW, "again": NEW})
    assert actor_for_password("ada", NEW)


def test_an_invitation_is_sent_again(admin, people, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("apps.core.jobs._send", lambda *job: sent.append(job[0]))
    ada = users.invite(people.admin.actor, "ada", "ada@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(f"/admin/users/{ada.pk}/invite-again/")
    assert sent == ["accounts.send_invitation"]


def test_an_account_is_made_with_a_password(admin):
    admin.post("/admin/users/new/", {"username": "ada", "new": NEW, "again": NEW, "is_admin": "on"})
    assert actor_for_password("ada", NEW).is_admin


def test_a_name_that_is_taken_is_explained(admin):
    answer = admin.post("/admin/users/new/", {"username": "READER", "new": NEW, "again": NEW})
    assert answer.status_code == 400
    assert b"already exists" in answer.content


def test_a_service_account_gets_its_tokens_here(admin):
    page = admin.post("/admin/users/new-service/", {"username": "ci", "description": "nightly"})["Location"]
    answer = admin.post(page, {"label": "runner", "scope": "write", "days": "never"})
    raw = re.search(rb"mlp_[a-z2-7]{32}", answer.content)[0].decode()
    assert actor_for_token(raw).kind == "service"


def test_no_token_is_made_in_a_persons_name(admin, people):
    page = admin.get(f"/admin/users/{people.reader.user.pk}/").content
    assert b"New token" not in page


def act(admin: Client, user: User, name: str):
    return admin.post(f"/admin/users/{user.pk}/{name}/", follow=True)


def test_an_account_is_closed_and_opened_again(admin, people):
    assert b"/reactivate/" in act(admin, people.reader.user, "deactivate").content
    assert actor_for_token(people.reader.token) is None
    act(admin, people.reader.user, "reactivate")
    people.reader.user.refresh_from_db()
    assert people.reader.user.is_active


def test_an_administrator_is_made_and_unmade(admin, people):
    for name, is_admin in (("promote", True), ("demote", False)):
        act(admin, people.reader.user, name)
        people.reader.user.refresh_from_db()
        assert people.reader.user.is_admin is is_admin


def test_the_last_administrator_stays_and_is_told_why(admin, people):
    assert b"last administrator" in act(admin, people.admin.user, "demote").content
    people.admin.user.refresh_from_db()
    assert people.admin.user.is_admin


def test_who_stops_being_an_administrator_lands_at_home(admin, people):
    act(admin, people.reader.user, "promote")
    assert admin.post(f"/admin/users/{people.admin.user.pk}/demote/")["Location"] == "/"


def test_an_account_is_deleted(admin, people):
    act(admin, people.reader.user, "delete")
    assert admin.get(f"/admin/users/{people.reader.user.pk}/").status_code == 404


def test_an_unknown_act_is_no_page(admin, people):
    assert admin.post(f"/admin/users/{people.reader.user.pk}/explode/").status_code == 404


def test_a_password_is_set(admin, people):
    admin.post(f"/admin/users/{people.reader.user.pk}/password/", {"new": NEW, "again": NEW})
    assert actor_for_password("reader", NEW)


def test_a_team_is_made_changed_and_deleted(admin):
    path = admin.post("/admin/teams/", {"name": "Risk", "description": "x"})["Location"]
    team = Team.objects.get(name="Risk")
    admin.post(f"/admin/teams/{team.pk}/update/", {"name": "Fraud", "description": "y"})
    assert b"Fraud" in admin.get(path).content
    assert admin.post(f"/admin/teams/{team.pk}/delete/")["Location"] == "/admin/teams/"
    assert admin.get(path).status_code == 404
