"""Doors through which the same thing can be asked for."""

import pytest

from tests.registry.doors.looking import pending, version
from tests.support.http import Answer

WIRE = {"api": "/api/2.0/mlflow/", "ajax": "/ajax-api/2.0/mlflow/"}


class Door:
    """One way in, for one person: the same verbs at every door that has them."""

    def __init__(self, kind: str, client):
        self.kind, self.client = kind, client
        self.wire = WIRE.get(kind, WIRE["api"])

    def transition(self, version, stage, archive=False, name="fraud") -> Answer:
        """Move a version to a stage at once."""
        path = "databricks/model-versions/transition-stage" if self.kind == "databricks" else "model-versions/transition-stage"
        body = {"name": name, "version": str(version), "stage": stage, "archive_existing_versions": archive}
        return self.client.post(self.wire + path, body)

    def open(self, version, stage="Production") -> Answer:
        """Ask for it."""
        if self.kind == "own":
            return self.client.post("/api/v1/transition-requests/", {"model": "fraud", "version": version, "target": stage})
        return self.client.post(
            self.wire + "transition-requests/create", {"name": "fraud", "version": str(version), "stage": stage}
        )

    def approve(self, request_id, version=1, stage="Production", archive=True, **fields) -> Answer:
        """Approve it."""
        if self.kind == "own":
            return self.client.post(
                f"/api/v1/transition-requests/{request_id}/votes/", {"decision": "approve", "archive_existing": archive, **fields}
            )
        body = {"name": "fraud", "version": str(version), "stage": stage, "archive_existing_versions": archive}
        return self.client.post(self.wire + "transition-requests/approve", body)


@pytest.fixture
def door(api):
    """`door("databricks", people.editor)`."""
    return lambda kind, person: Door(kind, api(person))


@pytest.fixture
def promoted(door, people, approvers, protect):
    """Version 1 stands in Production with two votes, `champion` is bound to it; version 2 waits for nothing."""
    protect(bound_alias="champion")
    door("own", people.editor).open(1)
    for voter in (approvers.tom, approvers.lena):
        assert door("own", voter).approve(pending()).status == 200
    assert version(1).stage == "Production"
    return pending()


@pytest.fixture
def opened(door, people, protect):
    """A request for version 1 is open."""
    protect()
    assert door("own", people.editor).open(1).status == 201
    return pending()
