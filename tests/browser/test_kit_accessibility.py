"""axe-core finds nothing on the page of parts, in both themes, wide and narrow, with everything open that opens."""

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import open_kit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_parts_have_no_violations(browser, kit_url, theme, width):
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    open_kit(page, f"{kit_url}/?theme={theme}")
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menus_dialogs_and_suggestions_have_no_violations(browser, kit_url, theme):
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    open_kit(page, f"{kit_url}/?theme={theme}&messages=1")
    page.get_by_role("button", name="MS, account").click()
    assert violations(page) == []
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill("e")
    page.get_by_role("option", name="fraud-transformer").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Filter runs").press("End")
    page.get_by_role("combobox", name="Filter runs").press("r")
    page.get_by_role("option", name="tags.drift_window").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Delete", exact=True).click()
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("width", [1440, 760, 390, 320])
def test_the_page_never_scrolls_sideways(browser, kit_url, width):
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900})
    page = context.new_page()
    open_kit(page, kit_url)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("(() => { const m = document.querySelector('main'); return m.scrollWidth - m.clientWidth })()") <= 0
    context.close()


def test_nothing_is_blocked_by_the_content_security_policy(page, kit_url):
    said = []
    page.on("console", lambda message: said.append(message.text))
    open_kit(page, kit_url)
    assert [text for text in said if "Content Security Policy" in text or "Content-Security-Policy" in text] == []


def test_every_icon_of_the_page_is_in_the_sprite(kit_page, kit_url):
    used = set(kit_page.locator("use").evaluate_all("(uses) => uses.map((use) => use.getAttribute('href'))"))
    sprite = kit_page.request.get(f"{kit_url}/static/vendor/icons.svg").text()
    assert [href for href in used if f'<symbol id="{href.split("#")[1]}"' not in sprite] == []
