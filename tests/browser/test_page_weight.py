"""What a first visit has to load."""

import gzip

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import open_kit

pytestmark = pytest.mark.browser
LIMIT = 400_000


def test_scripts_and_styles_of_a_page_with_charts_stay_under_the_limit(page: Page, kit_url: str):
    loaded: dict[str, int] = {}

    def weigh(response) -> None:
        if response.url.split("?")[0].endswith((".js", ".css", ".svg")):
            loaded[response.url] = len(gzip.compress(response.body()))

    page.on("response", weigh)
    open_kit(page, kit_url)
    page.wait_for_load_state()
    assert sum(loaded.values()) < LIMIT, loaded
    assert len([url for url in loaded if url.endswith(".js")]) <= 14


def test_chunks_are_kept_for_good_by_the_browser(page: Page, kit_url: str):
    with page.expect_response("**/app/chunks/chart-card-*.js") as answer:
        page.goto(kit_url)
    assert "immutable" in answer.value.headers["cache-control"]


def test_a_page_without_charts_does_not_load_chart_js(page: Page, kit_url: str):
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.route("**/curves/**", lambda route: route.abort())
    page.route(f"{kit_url}/", lambda route: route.fulfill(body=without_charts(route.fetch().text()), content_type="text/html"))
    page.goto(kit_url)
    page.locator("copy-button").first.wait_for(state="attached")
    page.wait_for_timeout(300)
    assert not [url for url in loaded if "chart-card" in url]


def without_charts(html: str) -> str:
    """The page of parts with its charts taken out."""
    return html.replace("<chart-card", "<div").replace("</chart-card", "</div").replace("<chart-controls", "<div")


def test_latin_text_loads_only_latin_fonts(page: Page, kit_url: str):
    fonts: list[str] = []
    page.on("request", lambda request: fonts.append(request.url) if request.resource_type == "font" else None)
    open_kit(page, kit_url)
    page.evaluate("document.fonts.ready")
    assert fonts
    assert not [url for url in fonts if any(script in url for script in ("cyrillic", "greek", "vietnamese"))]
