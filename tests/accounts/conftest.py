"""Accounts to act on, and a process that remembers nothing of the test before."""

from datetime import timedelta

import pytest

from apps.accounts import credentials, seen
from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.accounts.services import users
from apps.audit.models import AuditRow
from apps.core import clock
from apps.core.actor import Actor

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def fresh_process():
    """Verdicts and last uses live in the process."""
    credentials.verdicts.clear()
    seen.forget()


@pytest.fixture
def system() -> Actor:
    return Actor.system("tests")


@pytest.fixture
def mira(db, system) -> User:
    return users.create_user(system, "Mira", password=PASSWORD, email="mira@example.com")


@pytest.fixture
def boss(db, system) -> User:
    return users.create_user(system, "boss", password=PASSWORD, is_admin=True)


@pytest.fixture
def robot(db, system) -> User:
    return users.create_service_account(system, "robot")


@pytest.fixture
def as_mira(mira) -> Actor:
    return actor_for_user(mira, "session", "10.0.0.1")


@pytest.fixture
def as_boss(boss) -> Actor:
    return actor_for_user(boss, "session", "10.0.0.2")


@pytest.fixture
def acts():
    """`acts()`: what the audit has noted since the accounts were made, oldest first."""

    def acts() -> list[str]:
        return list(AuditRow.objects.exclude(actor_name="system:tests").order_by("id").values_list("act", flat=True))

    return acts


@pytest.fixture
def lapse(monkeypatch):
    """`lapse(minutes=2)`: time passes, on both clocks."""
    now, monotonic, passed = clock.now, clock.monotonic, [timedelta(0)]
    monkeypatch.setattr(clock, "now", lambda: now() + passed[0])
    monkeypatch.setattr(clock, "monotonic", lambda: monotonic() + passed[0].total_seconds())

    def lapse(**time: float) -> None:
        passed[0] += timedelta(**time)

    return lapse
