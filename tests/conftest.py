"""Fixtures for every test; what they do lies in tests/support/."""

from tests.support import session

pytest_plugins = ["tests.support.fixtures"]


def pytest_unconfigure() -> None:
    """The folder of the session goes last."""
    session.clear()
