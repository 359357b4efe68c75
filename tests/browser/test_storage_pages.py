"""Somebody deletes a run, looks into the trash, takes it back, changes their mind, holds it, and removes another for good."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.test_tracking_pages import sign_in
from tests.support.server import LiveServer


@pytest.fixture(scope="module")
def things(platform: LiveServer) -> dict[str, str]:
    """An experiment with two runs in the trash, each with a file; names that nothing else has."""
    api, stamp = platform.api(), str(time.monotonic_ns())
    experiment = api.post("experiments/create", {"name": f"storage {stamp}"}).ok["experiment_id"]
    found = {"stamp": stamp, "experiment": experiment}
    for name in ("kept", "gone"):
        run = api.post("runs/create", {"experiment_id": experiment, "run_name": f"{name} {stamp}"}).ok["run"]["info"]["run_id"]
        assert api.put(f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/f.bin", b"x" * 5000).status == 200
        assert api.post("runs/delete", {"run_id": run}).status == 200
        found[name] = run
    return found


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=lambda one: f"{one[0]}-{one[1]}")
def view(request, browser: Browser, platform: LiveServer) -> Iterator[Page]:
    """A signed-in page of that width and theme."""
    width, scheme = request.param
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened = context.new_page()
    sign_in(opened, platform)
    yield opened
    context.close()


def test_pages_of_storage_are_accessible_fit_and_leave_the_console_clean(view: Page, platform: LiveServer, things):
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for address in ("trash/", "trash/empty/", "admin/storage/", f"experiments/{things['experiment']}/storage/"):
        view.goto(f"{platform.base}/{address}")
        assert axe.violations(view) == [], address
        assert view.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    assert complaints == []


def test_a_run_comes_back_goes_again_is_held_and_another_goes_for_good(page: Page, platform: LiveServer, things):
    sign_in(page, platform)
    trash = f"{platform.base}/trash/?q={things['stamp']}"
    page.goto(trash)
    kept, gone = (page.get_by_role("row").filter(has_text=f"{name} {things['stamp']}") for name in ("kept", "gone"))
    expect(gone).to_contain_text("5 kB")
    kept.get_by_role("button", name="Restore").click()
    expect(page.locator("toast-stack")).to_contain_text("The run is back.")
    expect(kept).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/experiments/{things['experiment']}/")
    page.goto(f"{platform.base}/runs/{things['kept']}/")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Set a legal hold").click()
    page.locator("#hold-run [name=reason]").fill("matter 4711")
    page.locator("#hold-run").get_by_role("button", name="Set hold").click()
    expect(page.locator(".note--warn")).to_contain_text("matter 4711")
    page.goto(trash)
    expect(kept).to_contain_text("Stays: a legal hold (matter 4711")
    gone.get_by_role("button", name="for good").click()
    page.locator("confirm-dialog").get_by_role("button", name="Remove for good").click()
    expect(page.locator("toast-stack")).to_contain_text("1 thing is gone for good.")
    expect(kept).to_have_count(1)
    expect(gone).to_have_count(0)
