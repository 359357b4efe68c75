"""The page of a request: what it shows to whom."""

import re
from types import SimpleNamespace

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.actor import Actor
from apps.registry.approval_records import GateRecord
from apps.registry.services import checks, comments, requests, votes
from apps.registry.services.checks import NewCheck
from apps.registry.services.votes import Ballot
from apps.web import approving

GATES = [
    {"kind": "metric", "key": "loss", "comparison": "<=", "value": 0.5},
    {"kind": "metric", "key": "loss", "comparison": "<=", "value": 0.1, "on_fail": "extra_approval"},
    {"kind": "relative_metric", "key": "loss", "direction": "lower"},
    {"kind": "tags", "tags": {"reviewed": "yes"}},
    {"kind": "external", "name": "ci/fairness"},
]


def words(page):
    """The text of a page without its tags, spaces collapsed."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def approve(person, request_id):
    votes.cast_vote(person.actor, request_id, Ballot("approve"))


def test_it_shows_where_from_where_to_and_the_rules_with_their_people(people, approvers, protect, ask, shown):
    protect(rules=[{"number": 2, "teams": ["risk"]}, {"name": "Leads", "number": 1, "teams": ["leads"]}])
    request_id = ask()
    approve(approvers.tom, request_id)
    page = words(shown(approvers.lena, f"/approvals/{request_id}/"))
    assert "fraud version 1 to Production" in page
    assert "1 of 3 given" in page
    assert re.search(r"risk 1 of 2", page)
    assert re.search(r"Leads 0 of 1", page)
    assert re.search(r"lena waits for you", page)
    assert re.search(r"priya may approve", page)


def test_gates_stand_there_with_what_they_measured_and_read(people, approvers, protect, ask, shown):
    protect(gates=GATES)
    request_id = ask()
    checks.post_check(people.service.actor, request_id, NewCheck("ci/fairness", "pending", "https://ci.example.com/1"))
    page = shown(approvers.tom, f"/approvals/{request_id}/")
    assert page.count('<details class="gate"') == len(GATES)
    assert page.count('data-result="fail"') == 2
    assert page.count('data-result="wait"') == 1
    assert "one more approval" in page
    assert 'href="https://ci.example.com/1"' in page
    assert "missing or different: reviewed" in page
    assert "3 of them for" not in words(page)
    assert "1 of them for a failed gate" in words(page)


def test_what_changes_is_compared_with_the_version_that_stands_there(people, approvers, protect, ask, shown):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    approve(approvers.tom, ask("1"))
    page = words(shown(approvers.tom, f"/approvals/{ask('2')}/", show="all"))
    assert "Version 1 stands there" in page
    assert "Version 2 candidate" in page
    assert "replaces version 1, which is archived" in page


def test_who_may_not_vote_is_told_why_and_gets_no_buttons(people, approvers, protect, ask, shown):
    protect()
    request_id = ask()
    page = words(shown(people.editor, f"/approvals/{request_id}/"))
    assert "You cannot vote on this: editor requested it" in page
    assert 'id="vote-approve"' not in shown(people.editor, f"/approvals/{request_id}/")
    assert "is named by no rule of the policy" in shown(approvers.priya, f"/approvals/{request_id}/")


def test_those_who_are_named_and_cannot_approve_stand_there_with_the_reason(people, approvers, protect, ask, shown):
    protect(rules=[{"number": 1, "users": ["editor", "tom"]}])
    page = words(shown(people.reader, f"/approvals/{ask()}/"))
    assert re.search(r"Who cannot approve .*editor requested it", page)


def test_a_decided_request_stands_there_as_it_was_decided(people, approvers, protect, ask, shown):
    protect(rules=[{"number": 1, "teams": ["risk"]}], gates=[GATES[0]])
    approve(approvers.tom, ask("1"))
    second = ask("2")
    approve(approvers.lena, second)
    page = shown(people.reader, f"/approvals/{second}/")
    assert "Done" in words(page)
    assert "moved version 2 from None to Production" in page
    assert "moved version 1 from Production to Archived" in page
    assert "Versions 1 and 2 do not differ" in page
    assert 'data-result="pass"' in page
    assert "data-poll" not in page.partition('id="request"')[2].partition(">")[0]


def test_gates_of_a_decided_request_stand_in_the_order_of_the_policy():
    """A signature, which a worker reads, is kept before what needs no worker."""
    terms = SimpleNamespace(gates=[SimpleNamespace(label=label) for label in ("loss <= 0.5", "Has a signature")])
    detail = SimpleNamespace(request=SimpleNamespace(state="done"), policies=[SimpleNamespace(terms=terms)])
    kept = [GateRecord(label, "passed", "", {}, "", 1) for label in ("gone since", "Has a signature", "loss <= 0.5")]
    assert [row.rule for row in approving.gate_rows(detail, kept)] == ["loss <= 0.5", "Has a signature", "gone since"]


def test_a_request_that_looks_again_is_told_when_nothing_is_new(people, approvers, protect, ask, web):
    protect()
    request_id = ask()
    client = web(approvers.tom)
    page = client.get(f"/approvals/{request_id}/").content.decode()
    url = re.search(r'data-poll-url="([^"]*)"', page)[1].replace("&amp;", "&")
    assert client.get(url, headers={"X-Fragment": "request"}).status_code == 204
    assert client.get(url).status_code == 200
    approve(approvers.lena, request_id)
    again = client.get(url, headers={"X-Fragment": "request"})
    assert (again.status_code, "lena" in again.content.decode()) == (200, True)


def test_every_act_that_can_be_asked_for_has_a_page(people, protect, ask, shown):
    protect(target="live", target_kind="alias")
    targets = {"rename_model": "other", "delete_alias": "live", "set_alias": "live", "delete_version": "", "delete_model": ""}
    titles = [title(ask("1", act, target), shown, people.reader) for act, target in targets.items()]
    assert titles == [
        "Rename fraud to other",
        "Take alias live from fraud",
        "Alias live to fraud version 1",
        "Delete fraud version 1",
        "Delete model fraud",
    ]
    assert shown(people.reader, "/approvals/").count("<tr>") == 1 + len(targets)


def title(request_id, shown, person):
    """The heading of a request's page."""
    return re.search(r"<h1>(.*?)</h1>", shown(person, f"/approvals/{request_id}/"))[1]


def test_a_request_elsewhere_leads_to_pages_of_its_own_workspace(people, worlds, model, shown):
    there = Actor(people.outsider.user.pk, "outsider", workspace="elsewhere")
    request_id = requests.open_request(there, model, "1", "transition", "Production")
    assert f"/w/elsewhere/models/{model}/versions/1/" in shown(people.outsider, f"/approvals/{request_id}/")


def test_the_page_costs_the_same_for_one_vote_and_comment_as_for_three(people, approvers, protect, ask, web):
    protect(rules=[{"number": 4, "teams": ["risk", "leads"]}], gates=GATES)
    request_id = ask()
    client, counts = web(people.reader), []
    client.get(f"/approvals/{request_id}/")
    for more in ([approvers.tom], [approvers.lena, approvers.priya]):
        for person in more:
            approve(person, request_id)
            comments.comment_on_request(person.actor, request_id, "fine")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/approvals/{request_id}/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 80
