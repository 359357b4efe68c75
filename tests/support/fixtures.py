"""The services as fixtures: each starts when the first test asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chromium, processes, s3, session
from tests.support.postgres import Postgres
from tests.support.valkey import Valkey


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder for sockets: pytest's own are too deep for a socket's 104 characters."""
    number = processes.free_port()
    folder = session.FOLDER / f"{number}"
    folder.mkdir()
    yield folder


@pytest.fixture
def own_postgres(short_folder: Path) -> Iterator[Postgres]:
    """A durable cluster that this test may crash."""
    server = Postgres(short_folder / "pg").create()
    yield server
    server.stop()


@pytest.fixture
def own_valkey(short_folder: Path) -> Iterator[Valkey]:
    """A broker that this test may kill."""
    server = Valkey(short_folder / "valkey").start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def s3_environment() -> dict[str, str]:
    """Variables that point at the session's S3 server (its bucket `artifacts` exists)."""
    return s3.shared()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests of a worker."""
    with sync_playwright() as play:
        running = play.chromium.launch(**chromium.find().launch_options())
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own context; a script error on it fails the test."""
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []
