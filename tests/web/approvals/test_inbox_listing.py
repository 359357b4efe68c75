"""What waits for whom: in the inbox, in the header of every page, and at home."""

import re
from dataclasses import replace

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.registry.queries.inbox import count_waiting, waiting_for_me
from apps.registry.services import policies, requests, votes
from apps.registry.services.policies import NewPolicy
from apps.registry.services.versions import NewVersion, create_version
from apps.registry.services.votes import Ballot
from apps.web.views import approvals


def hot(page):
    """The number beside Approvals in the navigation; 0 for none."""
    found = re.search(r'count--hot nav__count">(\d+)<', page)
    return int(found[1]) if found else 0


def test_the_header_of_every_page_counts_what_waits_for_whoever_looks(people, approvers, protect, ask, shown):
    protect()
    for number in ("1", "2"):
        ask(number)
    votes.cast_vote(approvers.lena.actor, ask("3"), Ballot("approve"))
    assert [hot(shown(one, "/experiments/")) for one in (approvers.tom, approvers.lena, approvers.priya, people.editor)] == [
        3,
        2,
        0,
        0,
    ]
    assert "3 requests wait for your approval" in shown(approvers.tom, "/experiments/")


def test_the_count_is_one_statement_and_says_what_the_inbox_lists(
    people, approvers, protect, ask, model, django_assert_num_queries
):
    protect()
    for number in ("1", "2"):
        ask(number)
    with django_assert_num_queries(1):
        assert count_waiting(approvers.tom.actor) == 2
    with django_assert_num_queries(1):
        assert len(waiting_for_me(approvers.tom.actor)) == 2


def test_who_may_not_approve_by_the_separation_of_duties_has_nothing_waiting(people, approvers, protect, ask):
    protect(rules=[{"number": 1, "users": ["tom", "editor", "manager"], "teams": ["risk"]}])
    ask()
    assert [count_waiting(one.actor) for one in (approvers.tom, people.editor, people.manager)] == [1, 0, 0]


def test_each_row_says_how_far_the_request_is(people, approvers, protect, ask, shown):
    protect(gates=[{"kind": "metric", "key": "loss", "value": 5}, {"kind": "description"}])
    votes.cast_vote(approvers.lena.actor, ask(comment="please"), Ballot("approve"))
    page = re.sub(r"\s+", " ", shown(approvers.tom, "/approvals/"))
    assert "fraud 1</a>" in page
    assert "0 of 2" in page
    assert "1 of 2" in page
    assert 'data-stage="Production"' in page


def test_the_list_is_filtered_by_state_model_target_and_person(people, protect, ask, web):
    protect()
    first, second = ask("1"), ask("2", by=people.manager)
    requests.cancel_request(people.editor.actor, first)
    client = web(people.reader)

    def listed(**query):
        page = client.get("/approvals/", {"show": "all", **query}).content.decode()
        return sorted(int(key) for key in set(re.findall(r'href="/approvals/(\d+)/"', page)))

    assert listed() == listed(person="manager") == [second]
    assert listed(state="closed") == listed(state="cancelled", model="FRA", person="editor") == [first]
    assert listed(state="any", target="Production") == [first, second]
    assert listed(model="f%d") == listed(target="Staging") == listed(state="done") == []


def test_a_long_list_is_paged_and_costs_the_same_for_any_length(people, protect, ask, model, web, monkeypatch):
    monkeypatch.setattr(approvals, "PAGE", 5)
    protect()
    counts = []
    client = web(people.reader)
    client.get("/approvals/")
    for more in (2, 6):
        for _ in range(more):
            version = create_version(people.editor.actor, NewVersion(model, "s3://b/m"))
            ask(str(version.number))
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/approvals/").content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14
    older = re.search(r'rel="next" href="([^"]*)"', page)[1].replace("&amp;", "&")
    assert page.count("<tr>") == 1 + 5
    assert client.get(f"/approvals/{older}").content.decode().count("<tr>") == 1 + 3


def test_empty_lists_say_what_to_do(people, shown):
    assert "registry.create_transition_request(" in shown(people.reader, "/approvals/")
    assert "Nothing waits for you" in shown(people.reader, "/approvals/", show="waiting")
    assert "No request is like that" in shown(people.reader, "/approvals/", show="all", state="done")
    assert "Nothing is protected" in shown(people.reader, "/approvals/policies/")


def test_home_shows_what_waits_first(approvers, protect, ask, shown, people):
    protect()
    request_id = ask()
    page = shown(approvers.tom, "/")
    assert "1 request waits for you" in page
    assert f'href="/approvals/{request_id}/"' in page
    assert 'id="inbox"' not in shown(people.editor, "/")


def test_requests_of_other_workspaces_wait_too_and_lead_there(people, model, shown):
    there = replace(people.outsider.actor, workspace="elsewhere")
    terms = {"rules": [{"users": ["admin"]}]}
    policies.create_policy(there, NewPolicy("model", "Production", subject=model, terms=terms))
    asked = requests.open_request(there, model, "1", "transition", "Production")
    assert f'href="/w/elsewhere/approvals/{asked}/"' in shown(people.admin, "/approvals/")
