"""The sign-in page: in, out, and to where one wanted to go."""

import base64
import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts import credentials, links
from apps.accounts.models import Session, SignInFailure
from apps.accounts.services import lifecycle, users
from apps.accounts.services.mail import send_reset
from apps.core.actor import Actor
from tests.support.people import PASSWORD

NEW = "a much better password"


@pytest.fixture
def browser(people) -> Client:
    credentials.verdicts.clear()
    return Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", REMOTE_ADDR="10.0.0.1")


def sign_in(browser: Client, name: str = "reader", password: str = PASSWORD, **more: str):
    return browser.post("/login/", {"username": name, "password": password, **more})


def test_the_page_is_there_for_everybody(browser):
    answer = browser.get("/login/")
    assert answer.status_code == 200
    assert b'name="username"' in answer.content


def test_name_and_password_lead_home(browser):
    answer = sign_in(browser)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert browser.get("/settings/profile/").status_code == 200


def test_who_was_sent_away_comes_back(browser):
    sent = browser.get("/settings/tokens/?x=1")
    assert sent["Location"] == "/login/?next=%2Fsettings%2Ftokens%2F%3Fx%3D1"
    page = browser.get(sent["Location"]).content.decode()
    assert 'name="next" value="/settings/tokens/?x=1"' in page
    assert sign_in(browser, next="/settings/tokens/?x=1")["Location"] == "/settings/tokens/?x=1"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "///evil.example",
    "javascript:alert(1)",
    "\t//evil.example",
    "x",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere(browser, target):
    assert sign_in(browser, next=target)["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("reader", "wrong"), ("nobody", PASSWORD), ("service", "x")])
def test_a_refusal_stands_below_the_password(browser, name, password):
    answer = sign_in(browser, name, password)
    assert answer.status_code == 401
    assert b"The name or the password is wrong." in answer.content
    assert not Session.objects.filter(user__isnull=False).exists()


def test_the_password_typed_does_not_come_back(browser):
    assert b"some secret" not in sign_in(browser, password="some secret").content


def test_too_many_guesses_are_told_when_to_come_again(browser):
    for number in range(8):
        sign_in(browser, password=f"guess {number}")
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 800


def test_guesses_at_the_page_and_at_the_api_are_counted_together(browser):
    for number in range(4):
        sign_in(browser, password=f"guess {number}")
    for number in range(4, 8):
        browser.get("/api/2.0/mlflow/users/current", headers=basic("reader", f"guess {number}"))
    assert SignInFailure.objects.count() == 8
    assert sign_in(browser).status_code == 429


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def test_the_session_is_a_new_one_after_signing_in(browser):
    browser.get("/login/")
    before = browser.cookies.get("sessionid")
    sign_in(browser)
    assert browser.cookies["sessionid"].value != (before.value if before else "")


def test_who_is_signed_in_needs_no_page_to_sign_in(browser):
    sign_in(browser)
    assert browser.get("/login/?next=/settings/profile/")["Location"] == "/settings/profile/"


def test_signing_out_ends_the_session_on_the_server(browser):
    sign_in(browser)
    cookie = browser.cookies["sessionid"].value
    assert browser.post("/logout/")["Location"] == "/login/"
    browser.cookies["sessionid"] = cookie
    assert browser.get("/settings/profile/").status_code == 302


def test_a_link_cannot_sign_out(browser):
    sign_in(browser)
    assert browser.get("/logout/").status_code == 405


def test_forms_want_their_token(people):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"username": "reader", "password": PASSWORD}).status_code == 403


def test_a_closed_account_is_out_at_the_next_request(browser, people):
    sign_in(browser)
    lifecycle.deactivate(people.admin.actor, people.reader.user.pk)
    assert browser.get("/settings/profile/").status_code == 302
    lifecycle.reactivate(people.admin.actor, people.reader.user.pk)
    assert browser.get("/settings/profile/").status_code == 302


def test_a_forgotten_password_page_says_the_same_to_everybody(browser, monkeypatch):
    monkeypatch.setattr("apps.core.jobs.enqueue", lambda *job: None)
    answers = [
        browser.post("/password/reset/", {"email": email}, follow=True) for email in ("reader@example.com", "nobody@example.com")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert unsigned(answers[0]) == unsigned(answers[1])


def unsigned(answer) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|csrf-token" content)="[^"]*"', "", answer.content.decode())


def test_the_link_of_the_mail_sets_a_password(browser, people):
    send_reset(Actor.system("tests"), "reader@example.com")
    path = re.search(r"https?://[^/]+(/password/reset/\S+)", mail.outbox[0].body)[1]
    assert b"reader" in browser.get(path).content
    assert browser.post(path, {"new": NEW, "again": NEW})["Location"] == "/login/"
    assert sign_in(browser, password=NEW).status_code == 302
    assert Client().get(path).status_code == 404


def test_an_invitation_is_accepted(browser, people):
    ada = users.invite(people.admin.actor, "ada", "ada@example.com")
    path = "/" + links.address(ada, "invite").split("/", 3)[3]
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"new": NEW, "again": NEW})["Location"] == "/login/"
    assert sign_in(browser, "ada", NEW).status_code == 302


def test_a_weak_or_mistyped_password_is_explained(browser, people):
    path = "/" + links.address(people.reader.user, "reset").split("/", 3)[3]
    assert b"differ" in browser.post(path, {"new": NEW, "again": "other"}).content
    assert b"12 characters" in browser.post(path, {"new": "short", "again": "short"}).content


@pytest.mark.parametrize("path", ["/password/reset/x/", "/invitation/x/"])
def test_an_old_link_says_what_to_do(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert b"does not work any more" in answer.content
