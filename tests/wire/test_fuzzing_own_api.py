"""The own API against its own schema: no call that the schema allows, and none that breaks it, meets an unforeseen error."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from tests.support.server import LiveServer


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A platform of this test's own: what is sent to it changes everything."""
    server = LiveServer(tmp_path_factory.mktemp("victim") / "home")
    server.start()
    yield server
    server.stop()


LEFT_ALONE = {"users_update", "users_delete", "tokens_revoke"}  # the one who asks has to stay


def test_no_call_meets_an_unforeseen_error(victim: LiveServer) -> None:
    headers = {"Authorization": f"Bearer {victim.token()}"}
    schema = schemathesis.openapi.from_url(f"{victim.base}/api/v1/schema/", headers=headers)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.definition.raw.get("operationId") not in LEFT_ALONE:
            attack(operation, headers)
            tried += 1
    assert tried > 10


def attack(operation: Any, headers: dict[str, str]) -> None:
    """Some calls of one operation, drawn from its schema."""

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def calls(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=[not_a_server_error])

    calls()
