"""The frame in a browser: theme, navigation, palette, menus, dialogs, toasts, copying, panes and trees."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import kit
from tests.browser.conftest import open_kit

pytestmark = pytest.mark.browser


def posted(path: str) -> dict:
    """Fields of the last post to an address."""
    return [fields for where, fields in kit.POSTED if where == path][-1]


def test_a_chosen_theme_is_worn_and_remembered(kit_page: Page):
    kit_page.get_by_role("button", name="Theme").click()
    with kit_page.expect_response("**/preferences/"):
        kit_page.get_by_role("button", name="Dark").click()
    assert kit_page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert kit_page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor") == "rgb(21, 24, 27)"
    assert posted("/preferences/") == {"theme": "dark"}


def test_alt_m_turns_the_theme_around(kit_page: Page):
    with kit_page.expect_response("**/preferences/"):
        kit_page.keyboard.press("Alt+m")
    assert kit_page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_navigation_narrows_and_is_remembered(kit_page: Page):
    with kit_page.expect_response("**/preferences/"):
        kit_page.get_by_role("button", name="Collapse navigation").click()
    assert kit_page.locator(".nav").bounding_box()["width"] < 60
    assert posted("/preferences/") == {"nav": "slim"}
    expect(kit_page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Models")).to_be_visible()


def test_the_palette_finds_and_opens_by_keys(kit_page: Page):
    kit_page.keyboard.press("Control+k")
    field = kit_page.get_by_role("combobox", name="Search")
    expect(field).to_be_focused()
    field.fill("keen")
    kit_page.get_by_role("option", name="keen-heron-302").wait_for()
    kit_page.keyboard.press("ArrowDown")
    assert (
        kit_page.get_by_role("listbox", name="Results")
        .get_by_role("option", selected=True)
        .inner_text()
        .startswith("keen-heron-302")
    )
    kit_page.keyboard.press("Enter")
    kit_page.wait_for_url("**/#run")
    expect(field).to_be_hidden()


def test_the_palette_runs_commands_and_says_when_nothing_fits(kit_page: Page):
    kit_page.get_by_role("button", name="Search or jump to").click()
    kit_page.get_by_role("combobox", name="Search").fill("change th")
    kit_page.get_by_role("option", name="Change theme").click()
    assert kit_page.evaluate("document.documentElement.dataset.theme") == "dark"
    kit_page.keyboard.press("Control+k")
    kit_page.route("**/suggest/**", lambda route: route.fulfill(json={"items": []}))
    kit_page.get_by_role("combobox", name="Search").fill("nothing of the kind")
    expect(kit_page.get_by_text("Nothing found")).to_be_visible()


def test_a_menu_opens_at_its_button_and_moves_by_arrows(kit_page: Page):
    button = kit_page.get_by_role("button", name="More actions")
    button.click()
    menu, box = kit_page.locator("#kit-menu"), button.bounding_box()
    expect(menu).to_be_visible()
    assert 0 <= menu.bounding_box()["y"] - (box["y"] + box["height"]) < 10
    assert button.get_attribute("aria-expanded") == "true"
    menu.get_by_role("link", name="Rename").focus()
    kit_page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Tag")).to_be_focused()
    kit_page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_a_dangerous_form_asks_before_it_is_sent(kit_page: Page):
    kit.POSTED.clear()
    kit_page.get_by_role("button", name="More actions").click()
    kit_page.locator("#kit-menu").get_by_role("button", name="Delete").click()
    dialog = kit_page.get_by_role("dialog", name="Delete 3 runs?")
    expect(dialog).to_contain_text("restored for 30 days")
    dialog.get_by_role("button", name="Cancel").click()
    assert kit.POSTED == []
    kit_page.get_by_role("button", name="More actions").click()
    kit_page.locator("#kit-menu").get_by_role("button", name="Delete").click()
    kit_page.get_by_role("button", name="Delete runs").click()
    kit_page.wait_for_url("**/delete/")
    assert kit.POSTED[0][0] == "/delete/"


def test_what_is_disabled_with_a_reason_does_nothing(kit_page: Page):
    kit_page.get_by_role("button", name="Why not").click(force=True)
    kit_page.get_by_role("button", name="Why not").focus()
    expect(kit_page.get_by_role("button", name="Why not")).to_be_focused()


def test_a_toast_offers_undo_and_errors_stand_in_the_page(page: Page, kit_url: str):
    open_kit(page, f"{kit_url}/?messages=1")
    toast = page.get_by_role("status").get_by_text("3 runs are in the trash")
    expect(toast).to_be_visible()
    expect(page.get_by_role("main").get_by_text("The artifact store does not answer.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url("**/undo/")


def test_a_toast_goes_after_eight_seconds_unless_held(page: Page, kit_url: str):
    page.clock.install()
    open_kit(page, f"{kit_url}/?messages=1")
    toast = page.locator(".toast")
    toast.hover()
    page.clock.run_for(20_000)
    expect(toast).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(9_000)
    expect(toast).to_have_count(0)


def test_lines_are_copied_and_the_button_says_so(browser, kit_url: str):
    context = browser.new_context(locale="en-US", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    open_kit(page, kit_url)
    button = page.locator("copy-button[for='kit-lines'] button")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "export MLFLOW_TRACKING_URI=https://ml.example.com"
    context.close()


def test_a_pane_is_moved_by_mouse_and_keys_and_remembered(kit_page: Page, kit_url: str):
    bar = kit_page.get_by_role("separator", name="Width of the left")
    bar.focus()
    kit_page.keyboard.press("ArrowLeft")
    expect(bar).to_have_attribute("aria-valuenow", "60")
    box, at = kit_page.locator("split-pane").bounding_box(), bar.bounding_box()
    kit_page.mouse.move(at["x"], at["y"] + 5)
    kit_page.mouse.down()
    kit_page.mouse.move(box["x"] + box["width"] * 0.3, at["y"] + 5, steps=3)
    kit_page.mouse.up()
    expect(bar).to_have_attribute("aria-valuenow", "30")
    open_kit(kit_page, kit_url)
    expect(bar).to_have_attribute("aria-valuenow", "30")
    bar.dblclick(force=True)
    expect(bar).to_have_attribute("aria-valuenow", "62")


def test_a_tree_is_walked_by_arrows(kit_page: Page):
    tree = kit_page.get_by_role("tree", name="Files")
    tree.get_by_role("treeitem", name="MLmodel").focus()
    kit_page.keyboard.press("ArrowDown")
    expect(tree.get_by_role("treeitem", name="weights.safetensors")).to_be_focused()
    kit_page.keyboard.press("ArrowLeft")
    expect(tree.get_by_role("treeitem", name="model 68 MB")).to_be_focused()
    kit_page.keyboard.press("End")
    expect(tree.get_by_role("treeitem", name="checkpoints")).to_be_focused()


def test_a_phone_has_its_places_at_the_foot(small_page: Page, kit_url: str):
    open_kit(small_page, kit_url)
    bar = small_page.get_by_role("navigation", name="Main, short")
    expect(bar.get_by_role("link", name="Experiments")).to_be_visible()
    bar.get_by_role("button", name="More").click()
    expect(small_page.locator("#more").get_by_role("link", name="Workers")).to_be_visible()


def test_the_filter_completes_and_marks_what_is_wrong(kit_page: Page):
    field = kit_page.get_by_role("combobox", name="Filter runs")
    field.press("End")
    field.press("r")
    kit_page.get_by_role("option", name="tags.drift_window").wait_for()
    field.press("Tab")
    assert field.input_value() == "metrics.val/auc > 0.95 and tags.drift_window"
    field.fill("params.lr = = 1")
    expect(kit_page.locator("query-bar").first.locator(".query__bad")).to_have_text("=")


def test_words_under_the_typed_filter_are_the_typed_filter(kit_page: Page):
    field = kit_page.get_by_role("combobox", name="Filter runs")
    field.fill("metrics.`val loss` < 0.3 AND NOT params.x = 'a  b'")
    assert kit_page.locator(".query__text").first.text_content() == field.input_value()


def test_a_page_without_account_keeps_the_theme_in_the_browser(page: Page, kit_url: str):
    answer = page.goto(f"{kit_url}/missing/")
    assert answer.status == 404
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.get_by_role("button", name="Theme").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
