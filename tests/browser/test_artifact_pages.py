"""A person looks at the files of a run: tree, previews, pictures by step; and a hostile file that tries to act as that person."""

import base64
import json
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.test_tracking_pages import sign_in
from tests.support.server import LiveServer

HOSTILE = b"""<html><body><p id="said">nothing</p><script>
const said = document.getElementById("said");
const tries = [
  ["cookie", () => document.cookie],
  ["storage", () => localStorage.length],
  ["parent", () => { if (top === self) throw 0; return parent.document.title; }],
  ["top", () => { if (top === self) throw 0; top.location = "/experiments/"; }],
  ["api", () => { const x = new XMLHttpRequest(); x.open("GET", "/api/v1/users/me/", false); x.send(); return x.status; }],
];
const got = [];
for (const [name, act] of tries) { try { act(); got.push(name); } catch { /* refused */ } }
fetch("/api/v1/users/me/").then(() => got.push("fetch"), () => 0).then(() => { said.textContent = `got: ${got.join()}`; });
</script></body></html>"""


def png(shade: int) -> bytes:
    """A picture of 64 by 64 pixels in one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade]) * 64 for _ in range(64))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


FILES = {
    "code/train.py": b'"""Trains."""\nimport os\n\n\ndef fit(rate: float = 0.1) -> str:\n    # a note\n    return f"{rate}"\n',
    "config.json": b'{"rate": 0.1, "layers": [1, 2]}',
    "table.csv": b"name,size\na,1\nb,2\n",
    "notes.md": b"# Notes\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    "hostile.html": HOSTILE,
    "model/MLmodel": b"flavors:\n  sklearn:\n    sklearn_version: '1.5'\nmodel_id: m-1\nutc_time_created: '2026-01-01'\n",
    "book.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "# A"}, {"cell_type": "code", "source": "print(1)", "outputs":'
    b' [{"output_type": "stream", "text": "1"}]}]}',
    "table.parquet": base64.b64decode(json.loads((Path(__file__).parents[1] / "js" / "parquet.json").read_text())["zstd"]),
    "plot.html": b'<html><body><script src="https://cdn.plot.ly/plotly-4.1.1.min.js" integrity="sha256-x"></script>'
    b'<div id="p"></div><script>Plotly.newPlot("p", [{"y": [1, 3]}], {"title": {"text": "From a page"}})</script></body></html>',
    "bars.json": b'{"data": [{"type": "bar", "x": ["a"], "y": [1]}], "layout": {"title": {"text": "From JSON"}}}',
    "weights.bin": b"\0\1\2\3" * 100,
    **{f"images/val~sample+step+{step}+timestamp+1+ab{step}.png": png(step) for step in (0, 100, 200)},
}


@pytest.fixture(scope="module")
def run_id(platform: LiveServer) -> str:
    """A run with a file of each kind."""
    api = platform.api()
    experiment = api.post("experiments/create", {"name": f"files {time.monotonic_ns()}"}).ok["experiment_id"]
    run = api.post("runs/create", {"experiment_id": experiment, "start_time": 1}).ok["run"]["info"]["run_id"]
    assert api.post("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 2}).status == 200
    for path, content in FILES.items():
        address = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{quote(path)}"
        assert api.put(address, content).status == 200
    return run


@pytest.fixture
def signed(page: Page, platform: LiveServer) -> Page:
    sign_in(page, platform)
    return page


def url(platform: LiveServer, run_id: str, path: str = "") -> str:
    return f"{platform.base}/runs/{run_id}/artifacts/" + (f"?path={quote(path)}" if path else "")


def test_a_hostile_page_reaches_neither_cookies_nor_the_api_nor_the_page_around_it(signed: Page, platform, run_id):
    signed.goto(url(platform, run_id, "hostile.html"))
    expect(signed.frame_locator(".preview__frame").locator("#said")).to_have_text("got: ")
    assert "/artifacts/" in signed.url


def test_a_hostile_page_opened_by_itself_reaches_nothing_either(signed: Page, platform, run_id):
    signed.goto(f"{platform.base}/runs/{run_id}/artifacts/raw/?path=hostile.html")
    expect(signed.locator("#said")).to_have_text("got: ")


def test_a_file_is_chosen_and_folders_are_opened_by_keys(signed: Page, platform, run_id):
    signed.goto(url(platform, run_id))
    tree = signed.locator("tree-view")
    tree.get_by_role("treeitem", name="code").focus()
    signed.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem", name="train.py")).to_be_visible()
    expect(tree.get_by_role("treeitem", name="code")).to_be_focused()
    signed.keyboard.press("ArrowDown")
    signed.keyboard.press("Enter")
    expect(signed.locator(".preview .code--file")).to_contain_text("def fit")
    expect(tree.get_by_role("treeitem", name="train.py")).to_have_attribute("aria-selected", "true")
    signed.go_back()
    expect(signed.locator(".preview h2").first).to_have_text("code")


def test_files_are_found_by_name(signed: Page, platform, run_id):
    signed.goto(url(platform, run_id))
    signed.fill("#file-search", "mlmod")
    signed.press("#file-search", "Enter")
    expect(signed.locator("tree-view").get_by_role("treeitem")).to_have_count(1)
    signed.get_by_role("treeitem", name="model/MLmodel").click()
    expect(signed.locator(".preview .pairs").last).to_contain_text("sklearn")


def test_pictures_of_a_series_follow_the_slider(signed: Page, platform, run_id):
    signed.goto(url(platform, run_id))
    slider = signed.get_by_role("slider", name="Step of val/sample")
    expect(signed.locator(".shot output")).to_have_text("200 of 200")
    slider.focus()
    signed.keyboard.press("ArrowLeft")
    expect(signed.locator(".shot output")).to_have_text("100 of 200")
    image = signed.get_by_role("img", name="val/sample at step 100")
    expect(image).to_be_visible()
    signed.wait_for_function("document.querySelector('.shot__image').naturalWidth === 64")


def test_figures_of_plotly_are_drawn_without_any_other_host(signed: Page, platform, run_id):
    hosts: set[str] = set()
    signed.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    for path, title in (("plot.html", "From a page"), ("bars.json", "From JSON")):
        signed.goto(url(platform, run_id, path))
        expect(signed.frame_locator(".preview__frame").locator(".gtitle")).to_have_text(title)
    assert hosts == {platform.base.split("/")[2]}


def test_the_first_rows_of_a_parquet_file_are_read_by_ranges(signed: Page, platform, run_id):
    asked: list[str] = []
    signed.on("request", lambda request: asked.append(request.headers.get("range", "")) if "/raw/" in request.url else None)
    signed.goto(url(platform, run_id, "table.parquet"))
    expect(signed.locator("parquet-table tbody tr")).to_have_count(100)
    expect(signed.locator("parquet-table tbody tr").nth(1)).to_contain_text("größe 1")
    expect(signed.locator("parquet-table thead")).to_contain_text("timestamp[us] UTC")
    assert asked
    assert all(one.startswith("bytes=") for one in asked)


# Each width and each theme once; the other two pairs with the long tests.
VIEWS = [
    (1440, "light"),
    (390, "dark"),
    *(pytest.param(pair, marks=pytest.mark.long) for pair in ((1440, "dark"), (390, "light"))),
]


@pytest.fixture(params=VIEWS, ids=lambda p: f"{p[0]}-{p[1]}")
def view(request, browser: Browser, platform: LiveServer) -> Iterator[Page]:
    """A signed-in page of that width and theme."""
    width, scheme = request.param
    context = browser.new_context(locale="en-US", viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    sign_in(page, platform)
    yield page
    context.close()


def test_pages_are_accessible_fit_and_leave_the_console_clean(view: Page, platform: LiveServer, run_id: str):
    complaints: list[str] = []
    view.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in ("", "code/train.py", "table.csv", "notes.md", "model/MLmodel", "book.ipynb", "table.parquet"):
        view.goto(url(platform, run_id, path))
        check(view, path)
    view.goto(f"{platform.base}/admin/doctor/")
    view.get_by_role("button", name="Examine").click()
    expect(view.get_by_text("Artifacts work.")).to_be_visible()
    check(view, "doctor")
    assert complaints == []


def check(view: Page, path: str) -> None:
    """No complaint of axe and nothing wider than the page."""
    view.wait_for_timeout(150)
    assert (path, axe.violations(view)) == (path, [])
    overflow = view.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert (path, overflow) == (path, 0)
    for tab in view.locator(".tabs > [aria-current]").all():
        expect(tab).to_be_in_viewport(ratio=1)
