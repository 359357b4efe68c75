"""Votes, ends and overrides on the page; what is refused stands on the page, over the state as it is now."""

import re

import pytest

from apps.experiments.records import MetricInput
from apps.experiments.services.batches import log_metric
from apps.notices.models import Comment
from apps.registry.models import ModelVersion, TransitionRequest, Vote
from tests.support.people import PASSWORD


@pytest.fixture
def on_page(web):
    """`on_page(approvers.tom, 7).vote("approve")`: what somebody does on a request's page, with what the page says."""
    return lambda person, request_id: Page(web(person), f"/approvals/{request_id}/")


class Page:
    """A request's page in somebody's browser, as it was when it was opened."""

    def __init__(self, client, url):
        self.client, self.url = client, url
        self.text = client.get(url).content.decode()
        self.bound = dict(re.findall(r'type="hidden" name="(fingerprint|archive_shown)" value="([^"]*)"', self.text))

    def post(self, to, **data):
        """(status, text of the answer); a redirect has to lead back to the page."""
        answer = self.client.post(f"{self.url}{to}/", data)
        if answer.status_code == 302:
            assert answer["Location"] == self.url
        return answer.status_code, answer.content.decode()

    def vote(self, decision, comment="", **data):
        """Send the form of a vote."""
        return self.post("vote", decision=decision, comment=comment, **self.bound | data)


def state(request_id):
    return TransitionRequest.objects.get(pk=request_id).state


def stages():
    rows = ModelVersion.objects.filter(model__name="fraud", model__workspace_id=1).order_by("number")
    return list(rows.values_list("stage", flat=True))


def test_the_last_approval_moves_the_version_and_archives_what_stood_there(approvers, protect, ask, on_page):
    protect(rules=[{"number": 2, "teams": ["risk"]}], bound_alias="champion")
    for number in ("1", "2"):
        request_id = ask(number)
        assert on_page(approvers.tom, request_id).vote("approve")[0] == 302
        assert state(request_id) == "open"
        assert on_page(approvers.lena, request_id).vote("approve", "looks even")[0] == 302
        assert state(request_id) == "done"
    assert stages() == ["Archived", "Production", "None"]
    assert list(ModelVersion.objects.filter(aliases__name="champion", model__name="fraud").values_list("number", flat=True)) == [
        2
    ]


@pytest.mark.parametrize(("decision", "then"), [("reject", "rejected"), ("request_changes", "changes_requested")])
def test_saying_no_needs_a_comment(approvers, protect, ask, on_page, decision, then):
    protect()
    request_id = ask()
    page = on_page(approvers.tom, request_id)
    status, text = page.vote(decision, "  ")
    assert (status, "needs a comment" in text, Vote.objects.count()) == (400, True, 0)
    assert page.vote(decision, "the data are old")[0] == 302
    assert (state(request_id), Vote.objects.get().comment) == (then, "the data are old")


def test_a_vote_about_what_has_changed_meanwhile_is_a_conflict_that_shows_the_new_state(
    people, approvers, protect, ask, on_page, worlds
):
    protect()
    request_id = ask()
    page = on_page(approvers.tom, request_id)
    log_metric(people.manager.actor, worlds.here.run_id, MetricInput("loss", 0.1, 1_900_000_000_000, 9))
    for _ in range(2):
        status, text = page.vote("approve", "was fine before")
        assert (status, "has changed" in text, Vote.objects.count()) == (409, True, 0)
    assert "was fine before" in text
    assert page.bound["fingerprint"] not in text
    assert on_page(approvers.tom, request_id).vote("approve")[0] == 302


def test_a_form_without_what_was_looked_at_is_refused(approvers, protect, ask, on_page):
    protect()
    page = on_page(approvers.tom, ask())
    assert page.vote("approve", fingerprint="")[0] == 400
    assert page.vote("approve", archive_shown="no")[0] == 400
    assert not Vote.objects.exists()


def test_whoever_comes_too_late_is_told_the_state_it_has_by_now(approvers, protect, ask, on_page):
    protect()
    request_id = ask()
    late = on_page(approvers.lena, request_id)
    on_page(approvers.tom, request_id).vote("reject", "no")
    status, text = late.vote("approve")
    assert (status, f"Request {request_id} is rejected" in text, "Rejected" in text) == (409, True, True)


def test_a_vote_is_taken_back_and_who_has_none_is_told_so(approvers, protect, ask, on_page):
    protect()
    request_id = ask()
    on_page(approvers.tom, request_id).vote("approve")
    page = on_page(approvers.tom, request_id)
    assert "Take my vote back" in page.text
    assert page.post("withdraw")[0] == 302
    assert Vote.objects.get().state == "withdrawn"
    assert page.post("withdraw")[0] == 404


def test_the_requester_cancels_and_others_may_not(people, approvers, protect, ask, on_page):
    protect()
    request_id = ask()
    status, text = on_page(approvers.tom, request_id).post("cancel")
    assert (status, "only the requester" in text) == (403, True)
    assert on_page(people.editor, request_id).post("cancel", comment="later")[0] == 302
    assert state(request_id) == "cancelled"


def test_an_override_asks_for_the_reason_and_the_password_and_is_shown(people, protect, ask, on_page):
    protect()
    request_id = ask()
    page = on_page(people.admin, request_id)
    assert [page.post("override", **said)[0] for said in ({"password": PASSWORD}, {"reason": "night"})] == [400, 400]
    status, text = page.post("override", reason="night", password="guess")
    assert (status, "the password is wrong" in text, "night" in text) == (403, True, True)
    assert page.post("override", reason="the old one is broken", password=PASSWORD)[0] == 302
    assert (state(request_id), stages()[0]) == ("overridden", "Production")
    assert "the old one is broken" in on_page(people.reader, request_id).text


def test_without_a_policy_the_approver_says_whether_the_others_are_archived(people, ask, on_page):
    for number, archive in (("1", {"archive": "on"}), ("2", {})):
        request_id = ask(number)
        page = on_page(people.manager, request_id)
        assert 'name="archive"' in page.text
        assert page.vote("approve", choice="yes", **archive)[0] == 302
        assert state(request_id) == "done"
    assert stages() == ["Production", "Production", "None"]


def test_what_is_said_on_the_page_stands_in_its_thread(people, approvers, protect, ask, web):
    protect()
    request_id = ask()
    client, url = web(approvers.tom), f"/approvals/{request_id}/"
    answer = client.post(f"/comments/on/request/{request_id}/", {"text": "**even** slices", "next": url})
    assert answer["Location"] == f"{url}#thread"
    assert "<strong>even</strong>" in client.get(url).content.decode()
    assert Comment.objects.get().noun == "request"
