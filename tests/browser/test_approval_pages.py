"""A version goes to Production in the browser: protected by one click, asked for by one, approved by two others."""

import base64
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.support.http import HttpApi
from tests.support.server import LiveServer

PASSWORD = "correct horse battery staple"
VIEWS = [(1440, "light"), (390, "dark")]


class Cast:
    """Mira trains and asks, Tom and Lena approve; their names are new for each run of the test."""

    def __init__(self, server: LiveServer):
        self.server, self.tail = server, f"{time.monotonic_ns()}"
        self.mira, self.tom, self.lena = (f"{name}{self.tail}" for name in ("mira", "tom", "lena"))
        self.team, self.model = f"risk{self.tail}", f"fraud-{self.tail}"

    def api(self, name: str) -> HttpApi:
        """A client with that person's name and password."""
        pair = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
        return HttpApi(self.server.base, Authorization=f"Basic {pair}")

    def make(self) -> None:
        """The accounts, the team, and Mira's model: version 1 in Production, version 2 better."""
        admin = self.server.api()
        team = admin.post("/api/v1/teams/", {"name": self.team}).json["id"]
        for name in (self.mira, self.tom, self.lena):
            user = admin.post("users/create", {"username": name, "password": PASSWORD}).ok["user"]["id"]
            if name != self.mira:
                path = f"/api/v1/teams/{team}/members/{user}/"
                assert admin.request("PUT", path, {"role": "member"}).status < 300
        mira = self.api(self.mira)
        experiment = mira.post("experiments/create", {"name": self.model}).ok["experiment_id"]
        mira.post("registered-models/create", {"name": self.model}).ok
        for loss in (0.5, 0.4):
            self.register(mira, experiment, loss)
        stage = {"name": self.model, "version": "1", "stage": "Production", "archive_existing_versions": False}
        mira.post("model-versions/transition-stage", stage).ok

    def register(self, mira: HttpApi, experiment: str, loss: float) -> None:
        """A run with that loss, and a version of it."""
        now = int(time.time() * 1000)
        run = mira.post("runs/create", {"experiment_id": experiment, "start_time": now}).ok["run"]["info"]["run_id"]
        metric = {"key": "loss", "value": loss, "timestamp": now, "step": 1}
        mira.post("runs/log-batch", {"run_id": run, "metrics": [metric], "params": [{"key": "depth", "value": str(loss)}]}).ok
        source = f"mlflow-artifacts:/{experiment}/{run}/artifacts/model"
        mira.post("model-versions/create", {"name": self.model, "source": source, "run_id": run}).ok


@pytest.fixture
def cast(platform: LiveServer) -> Cast:
    found = Cast(platform)
    found.make()
    return found


@pytest.fixture
def complaints() -> list[str]:
    """What any of the browsers complained of."""
    return []


@pytest.fixture
def browse(browser: Browser, platform: LiveServer, complaints: list[str]) -> Iterator[Callable[[str], Page]]:
    """`browse("tom")`: a window in which that person has signed in."""
    contexts = []

    def open_as(name: str) -> Page:
        context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{platform.base}/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{platform.base}/")
        return page

    yield open_as
    for context in contexts:
        context.close()


def protect(page: Page, cast: Cast) -> None:
    """One click on the model's page, then two approvals of the team, with an alias that is bound."""
    page.goto(f"{cast.server.base}/models/{cast.model}/")
    page.get_by_role("button", name="Protect Production").click()
    page.locator("[name$=-number]").fill("2")
    page.locator("[name$=-teams]").fill(cast.team)
    page.locator("[name$=-users]").fill("")
    page.locator("[name=bound_alias]").fill("champion")
    page.select_option("#gate-kind", "metric")
    page.click("#add-gate")
    page.locator("[name$=-key]").fill("loss")
    page.locator("[name$=-comparison]").select_option("<=")
    page.locator("[name$=-value]").fill("0.45")
    page.click("#policy-save")
    expect(page.locator("#version-2")).to_contain_text("Bound alias: champion")


def ask(page: Page, cast: Cast) -> str:
    """The form of version 2 asks for Production; the address of the request's page."""
    page.goto(f"{cast.server.base}/models/{cast.model}/versions/2/")
    page.get_by_role("button", name="Request Production").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("textarea").fill("The October cards")
    dialog.get_by_role("button", name="Open request").click()
    page.wait_for_url(re.compile(r"/approvals/\d+/$"))
    return page.url


def approve(page: Page, cast: Cast, url: str) -> None:
    """From home, where it waits, to the vote."""
    expect(page.locator(".nav__count")).to_have_text("1")
    page.locator("#inbox").get_by_role("link", name=f"{cast.model} 2").click()
    page.wait_for_url(url)
    page.get_by_role("button", name="Approve", exact=True).click()
    page.locator("dialog[open]").get_by_role("button", name="Approve").click()
    page.wait_for_url(url)


def walk_by_keys(page: Page, cast: Cast) -> None:
    """J goes to the first row of the inbox."""
    page.goto(f"{cast.server.base}/approvals/")
    page.locator("row-keys:defined").wait_for(state="attached")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name=f"{cast.model} 2")).to_be_focused()
    page.goto(f"{cast.server.base}/")


def check_views(page: Page, paths: list[str], views: list[tuple[int, str]]) -> None:
    """Each page in these widths and themes: nothing for axe to find, nothing wider than the window."""
    found: list[Any] = []
    for width, scheme in views:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for path in paths:
            page.goto(path)
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [(path, width, scheme, said) for said in [*axe.violations(page), *(["too wide"] if overflow else [])]]
    assert found == []


def test_a_version_goes_to_production_by_two_other_people(
    browse: Callable[[str], Page], cast: Cast, complaints: list[str], platform: LiveServer
):
    mira = browse(cast.mira)
    protect(mira, cast)
    url = ask(mira, cast)
    expect(mira.locator("#request")).to_contain_text(f"You cannot vote on this: {cast.mira} requested it")
    expect(mira.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    approve(browse(cast.tom), cast, url)
    expect(mira.locator("#request")).to_contain_text("1 of 2 given", timeout=10_000)  # by itself
    check_views(mira, [url], VIEWS)
    mira.goto(url)
    lena = browse(cast.lena)
    walk_by_keys(lena, cast)
    approve(lena, cast, url)
    expect(lena.locator("h1 + .page__meta")).to_contain_text("Done")
    expect(mira.locator("h1 + .page__meta")).to_contain_text("Done", timeout=10_000)
    versions = cast.api(cast.mira).get("model-versions/search", filter=f"name = '{cast.model}'").ok["model_versions"]
    assert {one["version"]: one["current_stage"] for one in versions} == {"1": "Archived", "2": "Production"}
    alias = cast.api(cast.mira).get("registered-models/alias", name=cast.model, alias="champion").ok["model_version"]
    assert alias["version"] == "2"
    policy = mira.locator("footer a[href*='/approvals/policies/']").first.get_attribute("href")
    more = [f"{platform.base}{path}" for path in (policy, f"/models/{cast.model}/versions/2/evidence/", "/approvals/?show=mine")]
    check_views(mira, [url, *more], VIEWS)
    assert complaints == []
