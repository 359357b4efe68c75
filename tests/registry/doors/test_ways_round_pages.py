"""The same ways as the other files of this folder, through the pages: forms sent by whoever has a session and no right."""

import re

import pytest

from apps.accounts.services import teams
from apps.audit.models import AuditRow
from apps.experiments.models import Experiment, Run, RunTag
from apps.registry.models import Alias, ModelVersion, Policy, Vote
from tests.registry.conftest import SYSTEM, person
from tests.registry.doors.looking import pending, state, version

VERSION = "/models/fraud/versions/{}/"


class Pages:
    """One person's browser."""

    def __init__(self, client):
        self.client = client

    def post(self, path, **data):
        """(status, text without tags) of a form that was sent."""
        answer = self.client.post(path, data)
        text = answer.content.decode().replace("&#x27;", "'")
        return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))

    def approve(self, request_id, **said):
        """Open a request's page and send its form, as it stands there or with something else in it."""
        page = self.client.get(f"/approvals/{request_id}/").content.decode()
        shown = re.search(r'title="([0-9a-f]{64})"', page)[1]
        return self.post(f"/approvals/{request_id}/vote/", **{"decision": "approve", "fingerprint": shown, **said})


@pytest.fixture
def pages(web):
    return lambda one: Pages(web(one))


def last_refusal():
    row = AuditRow.objects.filter(act="policy.refuse").order_by("-pk").first()
    return (row.actor_name, row.name) if row else None


# U moves a version, or sets or deletes the bound or a protected alias: 403, nothing moved, audit row


@pytest.mark.parametrize("who", ["editor", "manager", "admin"])
def test_the_form_that_moves_a_version_is_refused_with_what_is_missing(people, protect, pages, who):
    protect()
    status, text = pages(people[who]).post(f"{VERSION.format(1)}stage/", stage="Production", archive_existing="on", comment="")
    assert (status, "2 more approvals of risk" in text, version(1).stage) == (403, True, "None")
    assert last_refusal() == (who, "fraud")


def test_what_stands_in_production_is_not_moved_out_and_keeps_its_alias(people, promoted, pages):
    one = pages(people.manager)
    refused = [one.post(f"{VERSION.format(1)}stage/", stage=stage, comment="") for stage in ("Archived", "None", "Staging")]
    refused.append(one.post(f"{VERSION.format(2)}aliases/", alias="champion"))
    refused.append(one.post(f"{VERSION.format(1)}aliases/?remove=champion"))
    assert [status for status, _ in refused] == [403] * 5
    assert version(1).stage == "Production"
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


def test_a_protected_alias_is_neither_set_nor_deleted(people, protect, pages):
    one = pages(people.manager)
    assert one.post(f"{VERSION.format(1)}aliases/", alias="live")[0] == 302
    protect(target="live", target_kind="alias")
    assert one.post(f"{VERSION.format(2)}aliases/", alias="live")[0] == 403
    assert one.post(f"{VERSION.format(1)}aliases/?remove=live")[0] == 403
    assert Alias.objects.get(name="live").version.number == 1


# U creates a version with stage or alias in the body: created in None, nothing else


def test_a_version_that_is_registered_on_a_page_arrives_in_no_stage_whatever_is_sent(people, promoted, worlds, pages):
    source = f"models:/{worlds.here.model_id}"
    said = {"stage": "Production", "current_stage": "Production", "aliases": "champion", "description": ""}
    assert pages(people.editor).post(f"/runs/{worlds.here.run_id}/register/", name="fraud", source=source, **said)[0] == 302
    made = ModelVersion.objects.filter(model__name="fraud", model__workspace_id=1).order_by("-number").first()
    assert (made.number, made.stage) == (4, "None")
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


# U renames M, deletes M or the Production version: 403 while it stands there


def test_renaming_deleting_and_deleting_the_version_are_refused_while_it_stands_there(people, promoted, pages):
    one = pages(people.manager)
    for path, data in (
        ("/models/fraud/rename/", {"name": "elsewhere"}),
        ("/models/fraud/delete/", {}),
        (f"{VERSION.format(1)}delete/", {}),
    ):
        status, text = one.post(path, **data)
        assert (path, status, "ersion 1 of fraud" in text) == (path, 403, True)
    assert version(1).stage == "Production"


# U changes evidence of a version in a protected stage: 403 naming the version; rows unchanged


def test_the_run_behind_it_and_its_experiment_cannot_be_changed_or_deleted(people, promoted, worlds, pages):
    one, run = pages(people.manager), f"/runs/{worlds.here.run_id}/"
    many = f"/experiments/{worlds.here.experiment_id}/runs/act/"
    for path, data in (
        (f"{run}tags/", {"key": "colour", "value": "red"}),
        (f"{run}delete/", {}),
        (f"/experiments/{worlds.here.experiment_id}/delete/", {}),
        (many, {"act": "delete", "runs": worlds.here.run_id}),
        (many, {"act": "tag", "runs": worlds.here.run_id, "key": "colour", "value": "red"}),
        (many, {"act": "move", "runs": worlds.here.run_id, "to": "0"}),
    ):
        status, text = one.post(path, **data)
        assert (path, status, "version 1 of fraud" in text) == (path, 403, True)
    row = Run.objects.get(run_id=worlds.here.run_id)
    assert row.lifecycle == Experiment.objects.get(pk=worlds.here.experiment_id).lifecycle == "active"
    assert RunTag.objects.get(run=row, key="colour").value == "blue"


# the policy is changed while a request is open: the stricter of both counts


def test_a_policy_that_is_loosened_or_retired_on_its_page_does_not_loosen_an_open_request(people, approvers, opened, pages):
    looser = {"row": "r1", "r1-number": "1", "r1-teams": "risk", "switch": "archive_existing", "expires_days": "14"}
    url = f"/approvals/policies/{Policy.objects.get().pk}/"
    assert pages(people.editor).post(url, **looser)[0] == 403
    assert pages(people.manager).post(url, **looser)[0] == 302
    assert pages(people.manager).post(f"{url}retire/")[0] == 302
    assert pages(approvers.tom).approve(opened)[0] == 302
    assert (state(opened), version(1).stage) == ("open", "None")
    assert pages(approvers.lena).approve(opened)[0] == 302
    assert (state(opened), version(1).stage) == ("done", "Production")


# the requester votes, also by a team; somebody joins the approving team later; who is no approver: 403 with the reason, no row


def test_who_may_not_vote_is_refused_with_the_reason(door, people, approvers, protect, pages):
    protect(rules=[{"number": 1, "teams": ["risk", "leads"]}])
    for team in (approvers.risk, approvers.leads):
        teams.add_member(SYSTEM, team, people.editor.user.pk)
    door("own", people.editor).open(1)
    late = person("late")
    teams.add_member(SYSTEM, approvers.risk, late.user.pk)
    for who, reason in (
        (people.editor, "requested it"),
        (late, "joined the approving team after the request was opened"),
        (people.admin, "is named by no rule of the policy"),
    ):
        status, text = pages(who).approve(pending())
        assert (who.name, status, reason in text) == (who.name, 403, True)
        assert last_refusal() == (who.name, "fraud")
    assert not Vote.objects.exists()


# an approver is removed before execution: the vote is void; another archive flag: 400; one person in two teams: one vote


def test_the_vote_of_who_left_is_void_and_one_person_has_one_vote(approvers, opened, pages):
    for _ in range(2):
        assert pages(approvers.both).approve(opened)[0] == 302
    assert (state(opened), Vote.objects.count()) == ("open", 1)
    teams.remove_member(SYSTEM, approvers.risk, approvers.both.user.pk)
    assert pages(approvers.lena).approve(opened, archive_shown="no")[0] == 400
    assert pages(approvers.lena).approve(opened)[0] == 302
    assert (state(opened), version(1).stage) == ("open", "None")
    assert pages(approvers.tom).approve(opened)[0] == 302
    assert version(1).stage == "Production"


# restore from trash: arrives in None, without votes


def test_a_version_that_is_restored_on_its_page_has_neither_stage_nor_votes(approvers, people, opened, pages):
    assert pages(approvers.tom).approve(opened)[0] == 302
    one = pages(people.manager)
    assert one.post(f"{VERSION.format(1)}delete/")[0] == 302
    assert one.post(f"{VERSION.format(1)}restore/")[0] == 302
    assert (state(opened), version(1).stage) == ("cancelled", "None")


# override by somebody without the right: 403


def test_an_override_needs_a_right_of_its_own(people, opened, pages):
    for who in ("editor", "manager", "reader"):
        status, text = pages(people[who]).post(f"/approvals/{opened}/override/", reason="night", password="guess")
        assert (who, status, "you have no right to override this policy" in text) == (who, 403, True)
    assert version(1).stage == "None"
