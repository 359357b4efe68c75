"""A model on its way to approval, on the real platform: register, describe, alias, request promotion, compare."""

import json
import re
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.test_tracking_pages import sign_in
from tests.support.server import LiveServer

VIEWS = [(1440, "light"), (390, "dark")]  # each width and each theme once: what one breaks, the other does not mend
COLUMN = {"name": "amount", "type": "double", "required": True}


@pytest.fixture
def run_ids(platform: LiveServer) -> list[str]:
    """Two runs with a metric and a model folder; the second model wants one more input."""
    api = platform.api()
    experiment = api.post("experiments/create", {"name": f"registered {time.monotonic_ns()}"}).ok["experiment_id"]
    made = []
    for number, inputs in enumerate(([COLUMN], [COLUMN, {**COLUMN, "name": "risk"}])):
        run = api.post("runs/create", {"experiment_id": experiment, "start_time": 1}).ok["run"]["info"]["run_id"]
        assert (
            api.post("runs/log-metric", {"run_id": run, "key": "auc", "value": 0.9 + number / 100, "timestamp": 1}).status == 200
        )
        mlmodel = {"flavors": {"python_function": {}}, "signature": {"inputs": json.dumps(inputs), "outputs": None}}
        address = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/model/MLmodel"
        assert api.put(address, json.dumps(mlmodel).encode()).status == 200
        made.append(run)
    return made


def test_a_model_goes_from_a_run_to_a_request(page: Page, browser: Browser, platform: LiveServer, run_ids: list[str]):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    name = f"card fraud {time.monotonic_ns()}"
    sign_in(page, platform)
    register(page, platform, name)
    for run_id in run_ids:
        register_version(page, platform, run_id, name)
    set_alias(page)
    request_promotion(page, platform, name)
    compare(page, platform, name)
    assert complaints == []
    state = page.context.storage_state()
    for width, scheme in VIEWS:
        context = browser.new_context(
            locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state
        )
        look_at(context.new_page(), platform, name)
        context.close()


def register(page: Page, platform: LiveServer, name: str) -> None:
    """By the dialog of the list; a name that cannot be is explained in it. Then the description, in place."""
    page.goto(f"{platform.base}/models/")
    page.get_by_role("button", name="Register a model").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    description = page.locator("#description")
    description.locator("summary").click()
    description.get_by_role("textbox").fill("Finds **fraud**.")
    description.get_by_role("button", name="Save description").click()
    expect(description.locator("strong")).to_have_text("fraud")


def register_version(page: Page, platform: LiveServer, run_id: str, name: str) -> None:
    """From the page of the run."""
    page.goto(f"{platform.base}/runs/{run_id}/")
    page.get_by_role("link", name="Register model").click()
    page.get_by_label("Model").fill(name)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def set_alias(page: Page) -> None:
    """In the panel of the version."""
    aliases = page.locator("#aliases")
    aliases.locator("summary").click()
    aliases.get_by_role("textbox", name="Alias").fill("challenger")
    aliases.get_by_role("button", name="Set alias").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("challenger")


def request_promotion(page: Page, platform: LiveServer, name: str) -> None:
    """Version 1 moves to Production at once, version 2 has to ask once a policy is there."""
    page.goto(f"{platform.base}/models/{name}/versions/1/")
    page.get_by_role("button", name="Move to Production").click()
    page.get_by_role("dialog").get_by_role("button", name="Move").click()
    expect(page.locator("#stage [aria-current]")).to_contain_text("Production")
    policy = {"scope": "model", "subject": name, "target": "Production", "terms": {"rules": [{"number": 1, "users": ["admin"]}]}}
    assert platform.api().post("/api/v1/policies/", policy).status == 201
    page.goto(f"{platform.base}/models/{name}/versions/2/")
    page.get_by_role("button", name="Request Production").click()
    page.get_by_role("dialog").get_by_label("Comment").fill("It is better.")
    page.get_by_role("dialog").get_by_role("button", name="Open request").click()
    page.wait_for_url(re.compile(r"/approvals/\d+/$"))


def compare(page: Page, platform: LiveServer, name: str) -> None:
    """Two chosen versions of the table."""
    page.goto(f"{platform.base}/models/{name}/")
    for number in ("1", "2"):
        page.get_by_role("checkbox", name=f"Compare version {number}").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".diff tbody tr", has_text="auc")).to_be_visible()
    page.get_by_role("link", name="Swap").click()
    expect(page.get_by_text("1 breaking change of the signature.")).to_be_visible()


def look_at(view: Page, platform: LiveServer, name: str) -> None:
    """No complaint of axe or of the console on any page, and nothing wider than the window."""
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    base = f"{platform.base}/models/"
    pages = ["", f"{name}/", f"{name}/activity/", f"{name}/share/", f"{name}/versions/2/", f"{name}/versions/2/files/"]
    for address in [*pages, f"{name}/compare/?versions=1,2"]:
        view.goto(base + address)
        assert (address, axe.violations(view)) == (address, [])
        overflow = view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (address, overflow) == (address, 0)
    assert complaints == []
