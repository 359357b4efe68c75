"""A platform of one's own for every experiment that breaks it, and one for all those that only press hard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.experiment import Experiment
from tests.support import session
from tests.support.postgres import Postgres
from tests.support.server import LiveServer


@pytest.fixture
def sqlite_server(tmp_path: Path) -> Iterator[LiveServer]:
    """As `manage.py run` starts it, without the worker; to be broken."""
    server = LiveServer(tmp_path / "home")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def postgres_server(tmp_path: Path, own_postgres: Postgres) -> Iterator[LiveServer]:
    """The same on a durable PostgreSQL."""
    server = LiveServer(tmp_path / "home", own_postgres.new_database("platform"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def calm_sqlite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One for all tests that leave it as it is."""
    server = LiveServer(tmp_path_factory.mktemp("calm") / "home")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def calm_postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The same on a durable PostgreSQL."""
    database = Postgres(session.FOLDER / "calm").create()
    server = LiveServer(tmp_path_factory.mktemp("calm") / "home", database.new_database("platform"))
    server.start()
    yield server
    server.kill()
    database.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def calm_server(request: pytest.FixtureRequest) -> LiveServer:
    """A test that asks for it runs on each of the two databases."""
    return request.getfixturevalue(f"calm_{request.param}_server")


@pytest.fixture(params=["sqlite", "postgres"])
def experiment(request: pytest.FixtureRequest, tmp_path: Path) -> Experiment:
    """An experiment with a server to be broken, on each of the two databases."""
    return Experiment(request.getfixturevalue(f"{request.param}_server"), tmp_path)
