"""Fixtures for every test; what they do lies in tests/support/."""

import os

import pytest

from tests.support import session

pytest_plugins = ["tests.support.fixtures"]

ALONE = {"faults"}
# Folders whose tests gain nothing from a second database: they read source, start their own servers, or drive a browser.
ONE_DATABASE = {"architecture", "browser", "clients", "faults", "wire", "mlplatform"}
# The same of rooms: where bytes go, and what becomes of them when disks, buckets and networks fail.
ONE_DATABASE_KINDS = {("artifacts", "faults"), ("artifacts", "stores")}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what wants the machine for itself; on PostgreSQL keep only what touches the database."""
    for item in items:
        if folder(item) in ALONE:
            item.add_marker(pytest.mark.alone)
        if is_transactional(item):
            # Such a test ends with a flush; what the migrations had created comes back from a copy before the next one.
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)
    if os.environ.get("MLPLATFORM_TEST_DATABASE") == "postgresql":
        kept = [item for item in items if touches_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def folders(item: pytest.Item) -> tuple[str, ...]:
    """The folders below tests/ in which a test lies."""
    return item.path.relative_to(session.CHECKOUT / "tests").parts[:-1] or ("",)


def folder(item: pytest.Item) -> str:
    """The first of them."""
    return folders(item)[0]


def touches_database(item: pytest.Item) -> bool:
    """Whether a second database could change a test's outcome."""
    fixtures = set(getattr(item, "fixturenames", ()))
    one_will_do = folder(item) in ONE_DATABASE or folders(item)[:2] in ONE_DATABASE_KINDS
    return not one_will_do and bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"})


def is_transactional(item: pytest.Item) -> bool:
    """Whether the test commits for real."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())


def pytest_unconfigure() -> None:
    """The folder of the session goes last."""
    session.clear()
