"""A webhook is made, tried and told by a worker; somebody is named in a comment, finds the notice and answers."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.notices.services.receiver import Receiver
from tests.support.server import ADMIN_PASSWORD, LiveServer


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver(200)
    yield made
    made.close()


@pytest.fixture
def allowing(tmp_path) -> Iterator[LiveServer]:
    """A platform that may call addresses of this machine."""
    server = LiveServer(tmp_path / "home", worker=True, MLPLATFORM_ALLOW_PRIVATE_WEBHOOKS="1")
    server.start()
    yield server
    server.stop()


def sign_in(page: Page, server: LiveServer, name: str) -> Page:
    """By the form."""
    page.goto(f"{server.base}/login/")
    page.fill("[name=username]", name)
    page.fill("[name=password]", ADMIN_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{server.base}/")
    return page


def test_webhooks_and_notices_from_end_to_end(page: Page, browser: Browser, allowing: LiveServer, receiver: Receiver):
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    admin = sign_in(page, allowing, "admin")
    api = allowing.api()
    assert api.post("registered-models/create", {"name": "card-fraud"}).status == 200

    make_webhook(admin, allowing, receiver)
    assert axe.violations(admin) == []
    try_webhook(admin, receiver)
    assert api.post("model-versions/create", {"name": "card-fraud", "source": "s3://b/m"}).status == 200
    watch_log(admin, receiver)
    assert axe.violations(admin) == []

    allowing.create_user("mira", password=ADMIN_PASSWORD)
    run = api.post("runs/create", {"experiment_id": "0", "start_time": int(time.time() * 1000)}).ok["run"]["info"]["run_id"]
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 844})
    name_somebody(sign_in(context.new_page(), allowing, "mira"), f"{allowing.base}/runs/{run}/comments/")
    context.close()
    answer_notice(admin, allowing)
    assert axe.violations(admin) == []
    assert said == []


def make_webhook(page: Page, server: LiveServer, receiver: Receiver) -> None:
    """Through the form, for one model."""
    page.goto(f"{server.base}/webhooks/?model=card-fraud")
    page.get_by_role("link", name="New webhook").click()
    expect(page.get_by_label("Of which model")).to_have_value("card-fraud")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_label("A version was registered").check()
    page.get_by_label("Secret").fill("s3cret")
    page.get_by_label("What it is for").fill("Deploys to the shop")
    page.get_by_role("button", name="Create webhook").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deploys to the shop")


def try_webhook(page: Page, receiver: Receiver) -> None:
    """The answer comes into the page as it stands."""
    page.get_by_role("button", name="Send an example").click()
    expect(page.locator("#webhook-test")).to_contain_text("Answered 200: the receiver took it")
    assert len(receiver.calls) == 1
    expect(page.locator("#webhook-log")).to_contain_text("Nothing has been told yet")


def watch_log(page: Page, receiver: Receiver) -> None:
    """A worker delivers; the log shows it by itself or after a reload, and sends it again."""
    page.reload()
    expect(page.locator(".delivery")).to_contain_text("answered 200", timeout=20_000)
    page.locator(".delivery > summary").click()
    page.get_by_role("button", name="Deliver again").click()
    expect(page.locator(".delivery")).to_have_count(2)
    expect(page.locator("#webhook-log").get_by_text("Taken")).to_have_count(2, timeout=20_000)
    assert receiver.bodies[1] == receiver.bodies[2]


def name_somebody(page: Page, thread: str) -> None:
    """On a phone: the name is completed, the comment appears without another page."""
    page.goto(thread)
    page.evaluate("window.stayed = true")
    page.get_by_label("Comment", exact=True).press_sequentially("Look at this, @adm")
    expect(page.get_by_role("option")).to_have_text("@admin")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Look at this, @admin ")
    assert axe.violations(page) == []
    page.get_by_role("button", name="Comment").click()
    expect(page.locator(".comment__body")).to_contain_text("Look at this")
    assert page.evaluate("window.stayed")
    page.locator(".comment__edit > summary").click()
    page.get_by_label("Text of the comment").fill("Look at this, @admin, please")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".comment__body")).to_contain_text("please")
    assert page.evaluate("window.stayed")


def answer_notice(page: Page, server: LiveServer) -> None:
    """From the inbox to the thread; the notice is read by that."""
    page.goto(f"{server.base}/notices/")
    expect(page.locator(".notices > li")).to_have_count(1)
    page.get_by_role("link", name="mira mentioned you on run").click()
    expect(page.locator(".comment__body")).to_contain_text("please")
    page.get_by_label("Comment", exact=True).fill("I do.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment__body")).to_have_count(2)
    page.get_by_role("button", name="Delete the comment of admin").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete comment").click()
    expect(page.locator(".comment__body")).to_have_count(1)
    page.goto(f"{server.base}/notices/")
    expect(page.locator(".page__meta")).to_have_text("All read")


def test_a_notice_that_is_marked_as_read_leaves_the_count_of_the_head(page: Page, platform: LiveServer):
    api, reader = platform.api(), f"reader-{time.monotonic_ns()}"
    platform.create_user(reader, password=ADMIN_PASSWORD)
    run = api.post("runs/create", {"experiment_id": "0", "start_time": int(time.time() * 1000)}).ok["run"]["info"]["run_id"]
    for text in ("first", "second"):
        assert api.post(f"/api/v1/runs/{run}/comments/", {"comment": f"{text} @{reader}"}).status == 201
    sign_in(page, platform, reader).goto(f"{platform.base}/notices/")
    expect(page.locator("#notice-count")).to_have_text("2")
    page.get_by_role("button", name="Mark as read").first.click()
    expect(page.locator("#notice-count")).to_have_text("1")
    expect(page.locator(".page__meta")).to_have_text("1 unread")
