"""A model `fraud` with three versions, people who approve, and requests as their pages show them."""

import pytest

from apps.registry.services import requests
from tests.registry import conftest

model, approvers, protect = conftest.model, conftest.approvers, conftest.protect


@pytest.fixture
def ask(people, model):
    """`ask("1")`: the editor asks for Production for that version. The request's id."""

    def make(number="1", act="transition", target="Production", by=people.editor, comment=""):
        version = number if act in ("transition", "set_alias", "delete_version") else ""
        return requests.open_request(by.actor, model, version, act, target, comment)

    return make


@pytest.fixture
def shown(web):
    """`shown(people.reader, "/approvals/")`: the text of a page that has to be there."""

    def get(person, path, **query):
        answer = web(person).get(path, query)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.content.decode()

    return get
