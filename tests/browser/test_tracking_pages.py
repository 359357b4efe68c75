"""A person watches a training: sign in, home, the run's page with a curve that grows, files, the trash and back."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.support.server import ADMIN_PASSWORD, LiveServer

WIDTHS = [1440, 390]


def sign_in(page: Page, server: LiveServer) -> None:
    """As the administrator, by the form."""
    page.goto(f"{server.base}/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", ADMIN_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{server.base}/")


@pytest.fixture
def api(platform: LiveServer):
    return platform.api()


@pytest.fixture
def run_id(api) -> str:
    """A run that is running, with a curve of five points."""
    experiment = api.post("experiments/create", {"name": f"watched {time.monotonic_ns()}"}).ok["experiment_id"]
    run = api.post("runs/create", {"experiment_id": experiment, "start_time": int(time.time() * 1000)}).ok["run"]["info"][
        "run_id"
    ]
    metrics = [{"key": "accuracy", "value": step / 10, "timestamp": 1, "step": step} for step in range(5)]
    assert (
        api.post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": [{"key": "alpha", "value": "0.1"}]}).status
        == 200
    )
    return run


@pytest.fixture
def signed(page: Page, platform: LiveServer) -> Page:
    sign_in(page, platform)
    return page


def log(api, run_id: str, step: int) -> None:
    body = {"run_id": run_id, "key": "accuracy", "value": step / 10, "timestamp": 1, "step": step}
    assert api.post("runs/log-metric", body).status == 200


def test_a_logged_point_is_on_the_page_within_two_seconds(signed: Page, platform: LiveServer, api, run_id: str):
    signed.goto(f"{platform.base}/runs/{run_id}/")
    card = signed.locator("chart-card[key=accuracy]")
    expect(card.locator(".chart__foot")).to_contain_text("5 points")
    log(api, run_id, 5)
    expect(card.locator(".chart__foot")).to_contain_text("6 points", timeout=2000 + 500)


def test_a_run_that_begins_appears_on_home_by_itself(signed: Page, platform: LiveServer, api):
    name = f"appears {time.monotonic_ns()}"
    body = {"experiment_id": "0", "run_name": name, "start_time": int(time.time() * 1000)}
    signed.goto(f"{platform.base}/")
    assert api.post("runs/create", body).status == 200
    expect(signed.get_by_role("link", name=name)).to_be_visible(timeout=8000)


def test_the_links_that_the_client_prints_lead_to_our_pages(signed: Page, platform: LiveServer, run_id: str):
    signed.goto(f"{platform.base}/#/experiments/0/runs/{run_id}")
    signed.wait_for_url(f"{platform.base}/runs/{run_id}/")


def test_a_deleted_run_comes_back_by_undo(signed: Page, platform: LiveServer, api, run_id: str):
    signed.goto(f"{platform.base}/runs/{run_id}/")
    signed.get_by_role("button", name="More", exact=True).first.click()
    signed.get_by_role("button", name="Delete", exact=True).click()
    signed.get_by_role("dialog").get_by_role("button", name="Delete run").click()
    signed.get_by_role("button", name="Undo").click()
    signed.wait_for_url(f"{platform.base}/runs/{run_id}/")
    assert api.get("runs/get", run_id=run_id).ok["run"]["info"]["lifecycle_stage"] == "active"


def test_a_file_is_downloaded_from_the_page(signed: Page, platform: LiveServer, api, run_id: str):
    experiment = api.get("runs/get", run_id=run_id).ok["run"]["info"]["experiment_id"]
    path = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run_id}/artifacts/reports/a b.txt".replace(" ", "%20")
    assert api.put(path, b"hello").status == 200
    signed.goto(f"{platform.base}/runs/{run_id}/artifacts/")
    signed.get_by_role("treeitem", name="reports").click()
    signed.get_by_role("treeitem", name="a b.txt").click()
    with signed.expect_download() as download:
        signed.get_by_role("link", name="Download").last.click()
    assert download.value.path().read_bytes() == b"hello"


@pytest.fixture(params=[(width, scheme) for width in WIDTHS for scheme in ("light", "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def view(request, browser: Browser, platform: LiveServer) -> Iterator[Page]:
    """A signed-in page of that width and theme."""
    width, scheme = request.param
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, platform)
    yield page
    context.close()


def test_pages_are_accessible_fit_and_leave_the_console_clean(view: Page, platform: LiveServer, run_id: str, api):
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    experiment = api.get("runs/get", run_id=run_id).ok["run"]["info"]["experiment_id"]
    pages = ["/", "/experiments/", f"/experiments/{experiment}/", f"/experiments/{experiment}/share/"]
    pages += [f"/runs/{run_id}/{tab}" for tab in ("", "charts/", "artifacts/")] + ["/admin/workspaces/", "/api/v1/docs/"]
    for path in pages:
        view.goto(platform.base + path)
        view.wait_for_timeout(300)
        assert (path, axe.violations(view)) == (path, [])
        overflow = view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, overflow) == (path, 0)
    assert complaints == []
