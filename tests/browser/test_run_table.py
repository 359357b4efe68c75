"""The run table on the real platform: sort, filter, columns, selection, bulk acts, tree, live rows."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.test_tracking_pages import WIDTHS, sign_in
from tests.support.server import LiveServer

NAMES = [f"run-{letter}" for letter in "abcdefgh"]


@pytest.fixture
def api(platform: LiveServer):
    return platform.api()


def add_run(api, experiment: str, name: str, number: int, parent: str = "") -> str:
    """A finished run with lr, loss (falling with `number`) and a curve of accuracy."""
    tags = [{"key": "mlflow.parentRunId", "value": parent}] if parent else []
    start = 1_780_000_000_000 + number * 60_000
    body = {"experiment_id": experiment, "run_name": name, "start_time": start, "tags": tags}
    run_id = api.post("runs/create", body).ok["run"]["info"]["run_id"]
    metrics = [{"key": "accuracy", "value": step / 10, "timestamp": 1, "step": step} for step in range(5)]
    metrics.append({"key": "loss", "value": 1 - number / 10, "timestamp": 1, "step": 0})
    params = [{"key": "lr", "value": str(number + 1)}, {"key": "solver", "value": "adam" if number % 2 else "sgd"}]
    assert api.post("runs/log-batch", {"run_id": run_id, "metrics": metrics, "params": params}).status == 200
    assert api.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": start + 1000}).status == 200
    return run_id


@pytest.fixture
def experiment(api) -> str:
    """Eight runs, run-h the newest and the one with the least loss; run-b is nested below run-a."""
    number = api.post("experiments/create", {"name": f"table {time.monotonic_ns()}"}).ok["experiment_id"]
    ids: list[str] = []
    for at, name in enumerate(NAMES):
        ids.append(add_run(api, number, name, at, ids[0] if name == "run-b" else ""))
    return number


@pytest.fixture
def table(page: Page, platform: LiveServer, experiment: str) -> Page:
    """The table, with its rows, as the administrator."""
    sign_in(page, platform)
    page.goto(f"{platform.base}/experiments/{experiment}/")
    page.locator(".tabulator-row").first.wait_for()
    return page


def names(page: Page) -> list[str]:
    """Names of the rows, from above."""
    return page.locator(".tabulator-row .status a").all_inner_texts()


def expect_names(page: Page, wanted: list[str]) -> None:
    """Wait until these are the rows."""
    expect(page.locator(".tabulator-row .status a")).to_have_text(wanted)


def head(page: Page, name: str):
    """The head of a column."""
    return page.locator(".grid__sort", has_text=name)


def write_filter(page: Page, text: str) -> None:
    """Type a filter and send it."""
    page.fill(".query__input", text)
    page.press(".query__input", "Escape")
    page.press(".query__input", "Enter")


def test_a_click_on_a_head_sorts_on_the_server_and_says_so(table: Page):
    head(table, "lr").click()
    expect_names(table, NAMES[::-1])
    head(table, "lr").click()
    expect_names(table, NAMES)
    expect(table.locator(".tabulator-col[aria-sort=ascending]")).to_have_count(1)
    assert "sort=params.lr" in table.url


def test_the_filter_narrows_the_rows_and_counts_them(table: Page):
    write_filter(table, "params.lr > 6")
    expect_names(table, ["run-h", "run-g"])
    expect(table.locator(".query__count")).to_have_text("2 of 8 runs")


def test_a_wrong_filter_is_underlined_with_its_reason(table: Page):
    write_filter(table, "metrics.loss > x")
    expect(table.locator("#run-problem")).to_contain_text("numeric")
    expect(table.locator(".query__text .query__bad")).to_have_text("x")
    assert names(table) == NAMES[::-1]
    write_filter(table, "")
    expect(table.locator("#run-problem")).to_be_hidden()


def test_the_filter_is_completed_with_keys_of_the_experiment(table: Page):
    table.click(".query__input")
    table.keyboard.type("params.so", delay=10)
    table.locator(".complete li", has_text="solver").wait_for()
    table.keyboard.press("Tab")
    expect(table.locator(".query__input")).to_have_value("params.solver ")


def test_a_column_is_chosen_and_is_there_again_after_a_reload(table: Page, platform: LiveServer, experiment: str):
    table.get_by_role("button", name="Columns").click()
    table.fill("[data-part=column-search]", "stat")
    with table.expect_response("**/settings/preferences/"):
        table.get_by_role("checkbox", name="Status").check()
    expect(head(table, "Status")).to_be_visible()
    table.goto(f"{platform.base}/experiments/{experiment}/")
    expect(head(table, "Status")).to_be_visible()


def test_alt_and_an_arrow_move_a_column(table: Page):
    head(table, "lr").focus()
    table.keyboard.press("Alt+ArrowRight")
    expect(table.locator(".tabulator-col .grid__sort")).to_have_text(
        ["Run", "Started", "Duration", "solver", "lr", "accuracy", "loss"]
    )
    expect(head(table, "lr")).to_be_focused()


def test_shift_selects_a_range(table: Page):
    boxes = table.locator("[data-mark=check]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(table.locator("[data-part=selected]")).to_have_text("4 selected")
    expect(table.locator(".tabulator-row[aria-selected=true]")).to_have_count(4)


def test_the_eye_draws_and_takes_away_and_alt_leaves_one_alone(table: Page):
    card = table.locator("chart-card[key=accuracy]")
    expect(card).to_have_attribute("runs", r := card.get_attribute("runs"))
    assert len(r.split(",")) == 6
    table.locator("[data-mark=draw]").first.click()
    assert len(card.get_attribute("runs").split(",")) == 5
    table.locator("[data-mark=draw]").nth(7).click(modifiers=["Alt"])
    expect(card).not_to_have_attribute("runs", r)
    assert "," not in card.get_attribute("runs")
    assert "draw=" in table.url


def test_selected_runs_are_compared(table: Page):
    for at in (0, 1):
        table.locator("[data-mark=check]").nth(at).click()
    table.get_by_role("button", name="Compare").click()
    table.wait_for_url("**/compare/?runs=*")
    expect(table.get_by_role("heading", level=1)).to_have_text("Compare 2 runs")


def test_deleted_runs_are_back_after_undo(table: Page):
    table.locator("[data-mark=check]").first.click()
    table.get_by_role("button", name="Delete", exact=True).click()
    expect_names(table, NAMES[-2::-1])
    table.get_by_role("button", name="Undo").click()
    expect_names(table, NAMES[::-1])


def test_selected_runs_are_tagged(table: Page):
    table.locator("[data-mark=check]").first.click()
    table.get_by_role("button", name="Tag", exact=True).click()
    dialog = table.get_by_role("dialog")
    dialog.get_by_label("Key").fill("reviewed")
    dialog.get_by_label("Value").fill("yes")
    dialog.get_by_role("button", name="Set tag").click()
    table.get_by_text("1 run tagged reviewed").wait_for()
    write_filter(table, "tags.reviewed = 'yes'")
    expect_names(table, ["run-h"])


def test_nested_runs_open_below_their_parent(table: Page):
    table.get_by_role("button", name="Nested runs below their parents").click()
    expect_names(table, [name for name in NAMES[::-1] if name != "run-b"])
    table.get_by_role("button", name="1 runs below run-a").click()
    expect_names(table, [*[name for name in NAMES[::-1] if name != "run-b"], "run-b"])
    assert "tree=1" in table.url


def test_a_new_run_appears_by_itself_and_the_selection_stays(table: Page, api, experiment: str):
    table.locator("[data-mark=check]").nth(2).click()
    add_run(api, experiment, "run-i", 8)
    expect_names(table, ["run-i", *NAMES[::-1]])
    expect(table.locator(".tabulator-row[aria-selected=true] .status a")).to_have_text(["run-f"])


def test_the_address_shows_to_others_what_its_sender_saw(table: Page, browser: Browser, platform: LiveServer):
    write_filter(table, "params.lr > 5")
    head(table, "loss").click()
    table.locator("[data-layout=table]").click()
    other = browser.new_context().new_page()
    sign_in(other, platform)
    other.goto(table.url)
    expect_names(other, ["run-f", "run-g", "run-h"])
    expect(other.locator(".split__b")).to_be_hidden()
    other.context.close()


def test_the_table_does_not_load_for_an_experiment_without_runs(page: Page, platform: LiveServer, api):
    number = api.post("experiments/create", {"name": f"none {time.monotonic_ns()}"}).ok["experiment_id"]
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    sign_in(page, platform)
    page.goto(f"{platform.base}/experiments/{number}/")
    page.get_by_text("No run yet").wait_for()
    assert not [url for url in loaded if "run-table" in url]
    add_run(api, number, "first", 0)
    expect(page.locator(".tabulator-row")).to_have_count(1, timeout=8000)


@pytest.fixture(params=[(width, scheme) for width in WIDTHS for scheme in ("light", "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def view(request, browser: Browser, platform: LiveServer) -> Iterator[Page]:
    """A signed-in page of that width and theme."""
    width, scheme = request.param
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, platform)
    yield page
    context.close()


def test_the_table_is_accessible_and_fits(view: Page, platform: LiveServer, experiment: str):
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.goto(f"{platform.base}/experiments/{experiment}/?tree=1")
    view.locator(".tabulator-row").first.wait_for()
    view.locator("[data-mark=check]").first.click()
    assert axe.violations(view) == []
    view.get_by_role("button", name="Columns").click()
    view.locator("#run-columns label").first.wait_for()
    assert axe.violations(view) == []
    assert view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert complaints == []
