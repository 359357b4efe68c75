"""The comparison on the real platform: brushes filter every piece, axes turn and move by mouse and keys."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.test_run_table import add_run
from tests.browser.test_tracking_pages import WIDTHS, sign_in
from tests.support.server import LiveServer


@pytest.fixture
def address(platform: LiveServer) -> str:
    """The comparison of four runs."""
    api = platform.api()
    number = api.post("experiments/create", {"name": f"compared {time.monotonic_ns()}"}).ok["experiment_id"]
    ids = [add_run(api, number, f"run-{at}", at) for at in range(4)]
    return f"{platform.base}/experiments/{number}/compare/?runs={','.join(ids)}"


@pytest.fixture
def comparison(page: Page, platform: LiveServer, address: str) -> Page:
    """The page, drawn."""
    sign_in(page, platform)
    page.goto(address)
    page.locator(".compare__head").first.wait_for()
    return page


def axis(page: Page, name: str):
    """The name of an axis."""
    return page.locator(f".compare__head[title='{name}']")


def drag_on(page: Page, name: str, start: int, end: int) -> None:
    """Brush an axis between two heights, in pixels below the top of the canvas."""
    box, head = page.locator("[data-part=plot] canvas").bounding_box(), axis(page, name).bounding_box()
    x = head["x"] + head["width"] / 2
    page.mouse.move(x, box["y"] + start)
    page.mouse.down()
    page.mouse.move(x, box["y"] + (start + end) // 2, steps=3)
    page.mouse.move(x, box["y"] + end, steps=3)
    page.mouse.up()


def test_only_differences_are_shown_with_delta_and_percent(comparison: Page):
    row = comparison.locator(".diff tbody tr", has_text="loss")
    expect(row).to_contain_text("−0.1000 (−10.0 %)")
    expect(comparison.locator(".diff tbody tr", has_text="accuracy")).to_have_count(0)
    comparison.get_by_role("link", name="All rows").click()
    expect(comparison.locator(".diff tbody tr", has_text="accuracy")).to_have_count(1)


def test_a_brush_filters_lines_table_and_curves(comparison: Page):
    expect(comparison.locator(".diff thead th:visible")).to_have_count(5)
    drag_on(comparison, "lr", 36, 135)
    expect(comparison.locator("[data-part=parallel-foot]")).to_have_text("4 runs, 2 inside the brushes")
    expect(comparison.locator(".diff thead th:visible")).to_have_count(4)  # the baseline stays
    assert len(comparison.locator("chart-card").first.get_attribute("runs").split(",")) == 2
    comparison.get_by_role("button", name="Clear brushes").click()
    expect(comparison.locator(".diff thead th:visible")).to_have_count(5)


def test_keys_brush_flip_and_move_an_axis(comparison: Page):
    axis(comparison, "lr").focus()
    comparison.keyboard.press("ArrowUp")
    expect(comparison.locator("[data-part=brushes]")).to_contain_text("1 axis brushed")
    comparison.keyboard.press("Escape")
    expect(comparison.locator("[data-part=brushes]")).to_be_hidden()
    comparison.keyboard.press("Enter")
    expect(axis(comparison, "lr")).to_contain_text("flipped")
    comparison.keyboard.press("Alt+ArrowRight")
    expect(comparison.locator(".compare__head > span")).to_have_text(["solver", "lr", "loss"])
    expect(axis(comparison, "lr")).to_be_focused()


def test_a_name_is_dragged_to_another_place(comparison: Page):
    start, end = axis(comparison, "lr").bounding_box(), axis(comparison, "loss").bounding_box()
    comparison.mouse.move(start["x"] + start["width"] / 2, start["y"] + 10)
    comparison.mouse.down()
    comparison.mouse.move(end["x"] + end["width"] / 2, end["y"] + 10, steps=8)
    comparison.mouse.up()
    expect(comparison.locator(".compare__head > span")).to_have_text(["solver", "loss", "lr"])


def test_the_scale_of_an_axis_is_chosen_and_kept_in_the_address(comparison: Page):
    comparison.get_by_role("button", name="Axes").click()
    comparison.get_by_label("Scale of lr").select_option("log")
    expect(axis(comparison, "lr")).to_contain_text("log")
    comparison.wait_for_url("**params.lr%7Elog**")
    comparison.reload()
    expect(axis(comparison, "lr")).to_contain_text("log")


def test_another_baseline_is_chosen(comparison: Page):
    comparison.get_by_role("button", name="Baseline").click()
    comparison.locator("#baseline").get_by_role("link", name="run-2").click()
    expect(comparison.locator(".diff thead th").nth(1)).to_contain_text("run-2")


def test_the_scatter_plot_takes_any_pair(comparison: Page):
    comparison.get_by_label("Across").select_option(label="solver")
    comparison.get_by_label("Up", exact=True).select_option(label="lr")
    expect(comparison.locator("[data-part=scatter] canvas")).to_have_attribute(
        "aria-label", "lr by solver for 4 runs; the table of differences has the values"
    )
    assert "sx=params.solver" in comparison.url


@pytest.fixture(params=[(width, scheme) for width in WIDTHS for scheme in ("light", "dark")], ids=lambda p: f"{p[0]}-{p[1]}")
def view(request, browser: Browser, platform: LiveServer) -> Iterator[Page]:
    """A signed-in page of that width and theme."""
    width, scheme = request.param
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, platform)
    yield page
    context.close()


def test_the_comparison_is_accessible_and_fits(view: Page, address: str):
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    view.on("pageerror", lambda error: complaints.append(str(error)))
    view.goto(address)
    view.locator(".compare__head").first.wait_for()
    axis(view, "lr").press("Enter")
    assert axe.violations(view) == []
    view.get_by_role("button", name="Axes").click()
    assert axe.violations(view) == []
    assert view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert complaints == []
