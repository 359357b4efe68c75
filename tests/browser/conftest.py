"""The page of parts behind an address of its own, without the product's other pages and without a database."""

import threading
from collections.abc import Iterator
from wsgiref.simple_server import make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, HttpResponse
from playwright.sync_api import Browser, Page

from tests.browser import kit


class KitHandler(WSGIHandler):
    """Every request goes to the addresses of tests/browser/kit.py."""

    def get_response(self, request: HttpRequest) -> HttpResponse:
        """Answer with the kit's views."""
        request.urlconf = kit.__name__
        return super().get_response(request)


class QuietHandler(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def kit_url() -> Iterator[str]:
    """Where the page of parts is served."""
    server = make_server("127.0.0.1", 0, KitHandler(), ThreadedWSGIServer, QuietHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def kit_page(page: Page, kit_url: str) -> Page:
    """The page of parts, loaded, with its first chart drawn."""
    open_kit(page, kit_url)
    return page


def open_kit(page: Page, url: str) -> None:
    """Load the page and wait until its first chart is drawn."""
    page.goto(url)
    page.locator("chart-card[key='val/loss'] .chart__foot > span").first.wait_for()


@pytest.fixture
def small_page(browser: Browser) -> Iterator[Page]:
    """A page as wide as a phone."""
    context = browser.new_context(locale="en-US", viewport={"width": 390, "height": 844}, has_touch=True)
    yield context.new_page()
    context.close()
