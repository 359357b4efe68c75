"""Finding what was done, newest first, a page at a time."""

import json
from dataclasses import replace

import pytest

from apps.audit.queries import rows
from apps.audit.queries.rows import Selection
from apps.audit.services import record
from apps.core.actor import Actor
from apps.core.errors import Denied, Unauthenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(ada, monkeypatch):
    """Four rows, one a second, from 1,000 ms on."""
    eve = replace(ada, user_id=8, name="Eve", address="10.9.9.9")
    acts = [
        (ada, "run.delete", {"noun": "run", "noun_id": "a1", "name": "blue run", "workspace": "default"}),
        (eve, "run.restore", {"noun": "run", "noun_id": "a1", "name": "blue run", "workspace": "default"}),
        (eve, "user.create", {"noun": "user", "noun_id": "9", "name": "mallory"}),
        (ada, "experiment.delete", {"noun": "experiment", "noun_id": "4", "name": "churn", "workspace": "risk"}),
    ]
    for number, (actor, act, about) in enumerate(acts, 1):
        monkeypatch.setattr("apps.core.clock.now_ms", lambda number=number: number * 1000)
        record(actor, act, **about)


def acts(selection: Selection) -> list[str]:
    return [row.act for row in rows.search(Actor.system("tests"), selection).rows]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(), ["experiment.delete", "user.create", "run.restore", "run.delete"]),
        (Selection(actor_id=8), ["user.create", "run.restore"]),
        (Selection(actor_name="EVE"), ["user.create", "run.restore"]),
        (Selection(act="run.delete"), ["run.delete"]),
        (Selection(act="run."), ["run.restore", "run.delete"]),
        (Selection(noun="user"), ["user.create"]),
        (Selection(noun="run", noun_id="a1"), ["run.restore", "run.delete"]),
        (Selection(workspace="risk"), ["experiment.delete"]),
        (Selection(since=2000, until=4000), ["user.create", "run.restore"]),
        (Selection(text="BLUE"), ["run.restore", "run.delete"]),
        (Selection(text="10.9"), ["user.create", "run.restore"]),
        (Selection(text="%"), []),
    ],
)
def test_each_field_narrows(mixed, selection, found):
    assert acts(selection) == found


def test_pages_follow_each_other_without_gap_or_repetition(ten_acts, system):
    seen, before = [], None
    while True:
        page = rows.search(system, Selection(), before=before, limit=3)
        seen += [int(row.noun_id) for row in page.rows]
        if page.before is None:
            break
        before = page.before
    assert seen == list(range(9, -1, -1))


def test_a_page_is_one_question(ten_acts, system, django_assert_num_queries):
    with django_assert_num_queries(1):
        rows.search(system, Selection(noun="run"), limit=5)


@pytest.mark.parametrize("ask", [rows.search, rows.export_json, rows.export_csv])
def test_only_administrators_read(ada, ask):
    with pytest.raises(Denied):
        ask(ada, Selection())
    with pytest.raises(Unauthenticated):
        ask(Actor.anonymous(), Selection())


def test_an_export_comes_in_chunks_and_holds_everything(ten_acts, system, monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 3)
    exported = json.loads("".join(rows.export_json(system, Selection())))
    assert [row["noun_id"] for row in exported["rows"]] == [str(number) for number in range(10)]
    assert exported["selection"] == {}


def test_an_export_of_a_selection_says_which(ten_acts, system):
    exported = json.loads("".join(rows.export_json(system, Selection(noun_id="3"))))
    assert exported["selection"] == {"noun_id": "3"}
    assert len(exported["rows"]) == 1
