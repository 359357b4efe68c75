"""Ways to get a vote that does not count to count, and a request past its rules."""

import io

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.services import lifecycle, teams, tokens
from apps.artifacts.services import uploads
from apps.registry.models import Alias, TransitionRequest, Vote
from tests.registry.conftest import SYSTEM, person
from tests.registry.doors.looking import VOTING, pending, state, version
from tests.support.people import PASSWORD, Person

# U changes what a request is about: accepted; votes dismissed, approvers told; approve of the old fingerprint is 409


@pytest.mark.parametrize("kind", VOTING)
def test_a_better_metric_on_the_run_dismisses_the_votes(door, api, people, approvers, opened, worlds, kind):
    assert door(kind, approvers.tom).approve(opened).status == 200
    metric = {"run_id": worlds.here.run_id, "key": "loss", "value": 0.0001, "timestamp": 1_800_000_000_000, "step": 50}
    assert api(people.editor).post("runs/log-metric", metric).status == 200
    answer = door(kind, approvers.lena).approve(opened)
    assert (answer.status, answer.error_code) == (409, "RESOURCE_CONFLICT")
    assert (state(opened), version(1).stage) == ("open", "None")
    assert Vote.objects.get(voter=approvers.tom.user).state == "dismissed"
    told = api(approvers.tom).get("/api/v1/notices/").ok["items"]
    assert told[0]["kind"] == "votes_dismissed"
    assert door(kind, approvers.lena).approve(opened).status == 200
    assert state(opened) == "open"


@pytest.mark.parametrize("kind", VOTING)
def test_another_artifact_dismisses_the_votes(door, people, approvers, opened, worlds, kind):
    assert door(kind, approvers.tom).approve(opened).status == 200
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(people.editor.actor, root, "model/model.pkl", io.BytesIO(b"other"), 5)
    assert door(kind, approvers.lena).approve(opened).status == 409
    assert version(1).stage == "None"


@pytest.mark.parametrize("kind", VOTING)
def test_a_tag_that_a_gate_reads_dismisses_the_votes(door, api, people, approvers, protect, kind):
    protect(gates=[{"kind": "tags", "tags": ["reviewed"]}])
    door("own", people.editor).open(1)
    request_id = pending()
    assert door(kind, approvers.tom).approve(request_id).status == 200
    tag = {"name": "fraud", "version": "1", "key": "reviewed", "value": "yes"}
    assert api(people.editor).post("model-versions/set-tag", tag).status == 200
    assert door(kind, approvers.lena).approve(request_id).status == 409


def test_approving_what_was_looked_at_before_a_change_is_a_conflict(door, api, people, approvers, opened, worlds):
    seen = api(approvers.tom).get(f"/api/v1/transition-requests/{opened}/").ok["fingerprint"]
    metric = {"run_id": worlds.here.run_id, "key": "loss", "value": 0.1, "timestamp": 1_800_000_000_000, "step": 51}
    assert api(people.editor).post("runs/log-metric", metric).status == 200
    now = api(approvers.lena).get(f"/api/v1/transition-requests/{opened}/").ok["fingerprint"]
    assert now != seen
    assert door("own", approvers.tom).approve(opened, fingerprint=seen).status == 409
    assert door("own", approvers.tom).approve(opened, fingerprint=seen).status == 409
    assert door("own", approvers.tom).approve(opened, fingerprint=now).status == 200


# the policy is changed while a request is open: the request keeps its version, the stricter of both counts


@pytest.mark.parametrize("kind", VOTING)
def test_a_tightened_policy_counts_for_an_open_request(door, api, people, approvers, protect, kind):
    policy_id = protect(rules=[{"number": 1, "teams": ["risk"]}])
    door("own", people.editor).open(1)
    stricter = {"terms": {"rules": [{"number": 2, "teams": ["risk"]}]}}
    assert api(people.admin).patch(f"/api/v1/policies/{policy_id}/", stricter).ok == {"in_force": True}
    assert door(kind, approvers.tom).approve(pending()).status == 200
    assert version(1).stage == "None"
    assert door(kind, approvers.lena).approve(pending()).status == 200
    assert version(1).stage == "Production"


@pytest.mark.parametrize("kind", VOTING)
@pytest.mark.parametrize("way", ["loosened", "retired"])
def test_a_loosened_policy_does_not_loosen_an_open_request(door, api, people, approvers, protect, kind, way):
    policy_id = protect()
    door("own", people.editor).open(1)
    if way == "retired":
        assert api(people.admin).delete(f"/api/v1/policies/{policy_id}/").status == 200
    else:
        looser = {"terms": {"rules": [{"number": 1, "teams": ["risk"]}]}}
        assert api(people.admin).patch(f"/api/v1/policies/{policy_id}/", looser).status == 200
    assert door(kind, approvers.tom).approve(pending()).status == 200
    assert version(1).stage == "None"
    assert door(kind, approvers.lena).approve(pending()).status == 200
    assert version(1).stage == "Production"


# the requester votes, by another token, by a team's second membership, as service account: 403, no vote row (CHECK)


@pytest.mark.parametrize("kind", VOTING)
def test_the_requester_cannot_vote_by_any_token_or_team(door, people, approvers, protect, kind):
    protect(rules=[{"number": 1, "teams": ["risk", "leads"]}])
    teams.add_member(SYSTEM, approvers.risk, people.editor.user.pk)
    teams.add_member(SYSTEM, approvers.leads, people.editor.user.pk)
    door("own", people.editor).open(1)
    other = Person("editor", people.editor.actor, tokens.create_token(SYSTEM, people.editor.user.pk).raw, people.editor.user)
    for one in (people.editor, other):
        answer = door(kind, one).approve(pending())
        assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
        assert "requested it" in answer.json["message"]
    assert not Vote.objects.exists()


@pytest.mark.parametrize("kind", VOTING)
def test_one_person_in_two_teams_has_one_vote(door, people, approvers, protect, kind):
    protect(rules=[{"number": 2, "teams": ["risk", "leads"]}])
    door("own", people.editor).open(1)
    for _ in range(2):
        assert door(kind, approvers.both).approve(pending()).status == 200
    assert (state(pending()), Vote.objects.count()) == ("open", 1)


@pytest.mark.parametrize("kind", VOTING)
def test_a_service_account_cannot_vote(door, people, approvers, protect, kind):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    teams.add_member(SYSTEM, approvers.risk, people.service.user.pk)
    door("own", people.editor).open(1)
    answer = door(kind, people.service).approve(pending())
    assert (answer.status, "service account" in answer.json["message"]) == (403, True)
    assert not Vote.objects.exists()


@pytest.mark.parametrize("kind", VOTING)
def test_a_token_that_was_made_for_less_cannot_vote(door, approvers, opened, kind):
    limited = tokens.create_token(SYSTEM, approvers.tom.user.pk, scope="write").raw
    answer = door(kind, Person("tom", approvers.tom.actor, limited, approvers.tom.user)).approve(opened)
    assert answer.status == 403
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"voter_kind": "person"}, {"voter_kind": "service", "self_vote_allowed": True}],
    ids=["a vote on one's own request", "a vote of a service account"],
)
def test_the_database_itself_refuses_such_a_vote(people, opened, fields):
    row = {
        "request_id": opened, "voter": people.editor.user, "requester_id": people.editor.user.pk, "decision": "approve",
        "fingerprint": "f", "via": "token", "at": 1,
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(**row, **fields)


# somebody joins the approving team after the request was opened, votes: 403 with the reason


@pytest.mark.parametrize("kind", VOTING)
def test_who_joined_after_it_was_opened_cannot_vote(door, approvers, opened, kind):
    late = person("late")
    teams.add_member(SYSTEM, approvers.risk, late.user.pk)
    answer = door(kind, late).approve(opened)
    assert answer.status == 403
    assert "joined the approving team after the request was opened" in answer.json["message"]
    assert not Vote.objects.exists()


# an approver is removed or deactivated before execution: the vote is void, the request stays open


@pytest.mark.parametrize("kind", VOTING)
@pytest.mark.parametrize("way", ["removed", "deactivated"])
def test_the_vote_of_who_is_gone_is_void(door, approvers, opened, kind, way):
    assert door(kind, approvers.tom).approve(opened).status == 200
    if way == "removed":
        teams.remove_member(SYSTEM, approvers.risk, approvers.tom.user.pk)
    else:
        lifecycle.deactivate(SYSTEM, approvers.tom.user.pk)
    assert door(kind, approvers.lena).approve(opened).status == 200
    assert (state(opened), version(1).stage) == ("open", "None")
    assert door(kind, approvers.both).approve(opened).status == 200
    assert (state(opened), version(1).stage) == ("done", "Production")


# the approver sends another archive flag than the policy: 400


@pytest.mark.parametrize("kind", VOTING)
def test_another_archive_flag_than_the_policys_is_refused(door, approvers, opened, kind):
    answer = door(kind, approvers.tom).approve(opened, archive=False)
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert not Vote.objects.exists()


# restore from trash: arrives in None, without votes


def test_a_restored_model_has_neither_stages_nor_votes(door, api, people, approvers, model):
    one = door("api", people.manager)
    assert one.transition(1, "Production").status == 200
    key = version(1).model_id
    door("own", people.editor).open(2)
    assert one.client.delete(one.wire + "registered-models/delete", {"name": "fraud"}).status == 200
    assert state(pending()) == "cancelled"
    assert api(people.manager).post(f"/api/v1/models/trash/{key}/restore/").status == 204
    assert version(1).stage == "None"
    assert not Alias.objects.filter(model_id=key).exists()


def test_a_restored_version_has_neither_stage_nor_votes(door, api, people, approvers, opened):
    assert door("own", approvers.tom).approve(opened).status == 200
    one = door("api", people.manager)
    assert one.client.delete(one.wire + "model-versions/delete", {"name": "fraud", "version": "1"}).status == 200
    assert state(opened) == "cancelled"
    assert api(people.manager).post("/api/v1/models/fraud/versions/1/restore/").status == 204
    assert version(1).stage == "None"
    door("own", people.editor).open(1)
    assert pending() != opened
    assert door("own", approvers.lena).approve(pending()).status == 200
    assert version(1).stage == "None"


# override by somebody without the right: 403; with the right but no reason or password: 400


@pytest.mark.parametrize("who", ["editor", "manager", "reader"])
def test_an_override_needs_a_right_of_its_own(api, people, opened, who):
    body = {"reason": "night", "password": PASSWORD}
    answer = api(people[who]).post(f"/api/v1/transition-requests/{opened}/override/", body)
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert version(1).stage == "None"


@pytest.mark.parametrize("body", [{"password": PASSWORD}, {"reason": " ", "password": PASSWORD}, {"reason": "night"}])
def test_an_override_needs_a_reason_and_the_password(api, people, opened, body):
    answer = api(people.admin).post(f"/api/v1/transition-requests/{opened}/override/", body)
    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert version(1).stage == "None"


def test_an_override_with_a_wrong_password_is_refused(api, people, opened):
    answer = api(people.admin).post(f"/api/v1/transition-requests/{opened}/override/", {"reason": "night", "password": "guess"})
    assert (answer.status, version(1).stage) == (403, "None")


def test_an_override_moves_the_version_and_everybody_is_told(api, people, approvers, opened):
    body = {"reason": "the old one is broken", "password": PASSWORD}
    assert api(people.admin).post(f"/api/v1/transition-requests/{opened}/override/", body).status == 200
    row = TransitionRequest.objects.get(pk=opened)
    assert (row.state, row.banner, row.reason, version(1).stage) == ("overridden", True, "the old one is broken", "Production")
    for one in (people.editor, people.manager, approvers.tom):
        assert "override" in {notice["kind"] for notice in api(one).get("/api/v1/notices/").ok["items"]}


def test_the_token_of_an_execution_moves_votes_and_grants_nothing(door, api, people, worlds, opened):
    raw = tokens.create_token(SYSTEM, people.admin.user.pk, limits={"run": worlds.here.run_id}).raw
    robot = Person("admin", people.admin.actor, raw, people.admin.user)
    assert door("api", robot).transition(2, "Staging").status == 403
    assert door("own", robot).approve(opened).status == 403
    assert api(robot).post("/api/v1/policies/", {"scope": "server", "target": "Production"}).status == 403
    assert api(robot).put("/api/v1/grants/models/fraud/", {"user": "editor", "level": "MANAGE"}).status == 403
