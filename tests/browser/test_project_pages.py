"""A person uploads a project, starts it by its form, watches the log, and reads why another one failed."""

import io
import re
import time
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.test_tracking_pages import sign_in
from tests.support.server import LiveServer

# Says something, then waits until somebody who has seen it says so in a tag of the run.
WAITS = """
import json, os, sys, time
from urllib.request import Request, urlopen

print("\\033[32mINFO\\033[0m begins with", sys.argv[1], flush=True)
print("WARNING \\033[41mred\\033[0m ground", flush=True)
address = f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/runs/get?run_id={os.environ['MLFLOW_RUN_ID']}"
headers = {"Authorization": f"Bearer {os.environ['MLFLOW_TRACKING_TOKEN']}"}
while "go" not in {tag["key"] for tag in json.load(urlopen(Request(address, headers=headers)))["run"]["data"]["tags"]}:
    time.sleep(0.2)
print("ends", flush=True)
"""
FILES = {
    "MLproject": """
name: watched
entry_points:
  main:
    parameters:
      alpha: {type: float, default: 0.1}
    command: python waits.py {alpha}
  broken:
    command: python broken.py
""",
    "waits.py": WAITS,
    "broken.py": "raise ValueError('the data has no column price')",
}


def packed() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.fixture
def signed(page: Page, platform: LiveServer) -> Page:
    sign_in(page, platform)
    return page


def upload(page: Page, platform: LiveServer) -> str:
    """Make the project by the page; answers with its address."""
    page.goto(f"{platform.base}/projects/new/?from=upload")
    page.get_by_label("Name").fill(f"watched {time.monotonic_ns()}")
    page.get_by_label("Archive").set_input_files({"name": "p.zip", "mimeType": "application/zip", "buffer": packed()})
    page.get_by_role("button", name="Make project").click()
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible(timeout=30_000)
    return page.url


def run(page: Page) -> str:
    """Submit the form; answers with the address of the execution."""
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile(r"/executions/\d+/$"))
    return page.url


def watch_one_finish(page: Page, platform: LiveServer, project: str) -> str:
    """From a wrong value at its field to the run's page; answers with the address of the execution."""
    alpha = page.get_by_role("textbox", name="alpha")
    alpha.fill("much")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("'much' is not a number")).to_be_visible()
    alpha.fill("0.5")
    address = run(page)
    log = page.get_by_role("log")
    expect(log.get_by_text("begins with 0.5")).to_be_visible(timeout=60_000)
    expect(log.locator(".a-green")).to_have_text("INFO")
    expect(page.locator("#execution-head .badge")).to_contain_text("Running")
    page.get_by_label("Search the log").fill("BEGINS")
    expect(page.locator("mark")).to_have_text("begins")
    expect(page.locator("[data-part=hits]")).to_have_text("1 of 1")
    link = page.locator("#execution-head .page__meta a").last
    run_id = str(link.get_attribute("href")).rstrip("/").rsplit("/", 1)[-1]
    assert platform.api().post("runs/set-tag", {"run_id": run_id, "key": "go", "value": "yes"}).status == 200
    expect(page.locator("#execution-head .badge")).to_contain_text("Finished", timeout=30_000)
    page.get_by_role("button", name="Follow").click()
    expect(log.get_by_text("ends", exact=True)).to_be_visible()
    link.click()
    page.wait_for_url(f"{platform.base}/runs/{run_id}/")
    expect(page.locator("#run-head .badge").first).to_have_text("Finished")
    return address


def watch_one_fail(page: Page, project: str) -> str:
    """Answers with the address of the execution, which says why."""
    page.goto(project)
    page.get_by_role("link", name="broken").click()
    expect(page.get_by_text("This entry point takes no parameters.")).to_be_visible()
    address = run(page)
    reason = page.locator("#execution-head").get_by_role("alert")
    expect(reason).to_contain_text("ValueError: the data has no column price", timeout=60_000)
    return address


def test_a_project_is_uploaded_started_watched_and_read(signed: Page, platform: LiveServer):
    complaints: list[str] = []
    signed.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    project = upload(signed, platform)
    finished = watch_one_finish(signed, platform, project)
    failed = watch_one_fail(signed, project)
    for address in (
        "/projects/",
        "/projects/new/",
        project,
        f"{project}settings/",
        "/executions/",
        finished,
        failed,
        "/workers/",
    ):
        signed.goto(address if address.startswith("http") else platform.base + address)
        for width in (1440, 390):
            signed.set_viewport_size({"width": width, "height": 900})
            for scheme in ("light", "dark"):
                signed.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert (address, width, scheme, axe.violations(signed)) == (address, width, scheme, [])
            overflow = signed.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (address, width, overflow) == (address, width, 0)
    assert complaints == []
