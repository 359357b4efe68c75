"""The services as fixtures: each starts when the first test asks for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support import chromium, flushing, processes, s3, session
from tests.support import people as standing_people
from tests.support import worlds as two_worlds
from tests.support.api import DjangoApi
from tests.support.people import People, Person
from tests.support.postgres import Postgres
from tests.support.server import LiveServer
from tests.support.valkey import Valkey
from tests.support.worlds import Worlds


@pytest.fixture
def short_folder() -> Path:
    """A folder for sockets: pytest's own are too deep for a socket's 104 characters."""
    number = processes.free_port()
    folder = session.FOLDER / f"{number}"
    folder.mkdir()
    return folder


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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Let the flush after a transactional test pass the triggers that keep tables append-only."""
    flushing.let_through()


@pytest.fixture
def people(db: None) -> People:
    """Everybody, from nobody to administrator."""
    return standing_people.create()


@pytest.fixture
def worlds(people: People) -> Worlds:
    """The same things in two workspaces."""
    return two_worlds.create(people)


@pytest.fixture
def api() -> type[DjangoApi]:
    """`api(people.editor).post("runs/create", {...}).ok`."""
    return DjangoApi


@pytest.fixture
def web() -> Callable[[Person], Client]:
    """`web(people.reader).get("/experiments/")`: a browser in which that person has signed in."""

    def sign_in(person: Person) -> Client:
        client = Client()
        if person.user is not None:
            client.force_login(person.user)
        return client

    return sign_in


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The real platform with its worker, one for all tests of a worker process that do not crash it."""
    server = LiveServer(tmp_path_factory.mktemp("platform") / "home", worker=True)
    server.start()
    yield server
    server.stop()
