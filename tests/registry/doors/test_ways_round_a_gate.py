"""Production of model `fraud` is protected by a policy with two votes of `risk`; the editor may EDIT and is no approver.

Each way round is tried through each door that has it.
"""

import io

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.services import lifecycle, teams, tokens
from apps.artifacts.services import uploads
from apps.audit.models import AuditRow
from apps.experiments.models import LoggedModel, Param, Run, RunTag
from apps.experiments.services import logged_models, trash
from apps.experiments.services.logged_models import NewModel
from apps.registry.models import Alias, ModelVersion, TransitionRequest, Vote
from apps.registry.services import versions
from apps.registry.services.versions import NewVersion
from tests.registry.conftest import SYSTEM, person
from tests.support.people import PASSWORD, Person

DIRECT = ["api", "ajax", "databricks"]
WIRE = ["api", "ajax"]
VOTING = ["databricks", "own"]


def version(number, name="fraud"):
    return ModelVersion.objects.get(model__name=name, model__workspace_id=1, model__lifecycle="active", number=number)


def state(request_id):
    return TransitionRequest.objects.get(pk=request_id).state


def pending():
    return TransitionRequest.objects.order_by("-pk").first().pk


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


# U calls transition-stage to Production, or sets the bound or a protected alias, or deletes it: 403, nothing moved, audit row


@pytest.mark.parametrize("kind", DIRECT)
def test_a_transition_by_somebody_who_may_only_edit_is_refused(door, people, protect, kind):
    protect()
    before = AuditRow.objects.count()
    answer = door(kind, people.editor).transition(1, "Production")
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert answer.json["message"].startswith("Permission denied")
    assert "2 more approvals of risk" in answer.json["message"]
    assert "/models/fraud/versions/1/" in answer.json["message"]
    assert version(1).stage == "None"
    assert not TransitionRequest.objects.exists()
    row = AuditRow.objects.order_by("-pk").first()
    assert (row.act, row.actor_name, row.name, AuditRow.objects.count()) == ("policy.refuse", "editor", "fraud", before + 1)


@pytest.mark.parametrize("kind", DIRECT)
def test_the_refusal_names_the_page_of_the_request_that_is_open(door, people, opened, kind):
    answer = door(kind, people.editor).transition(1, "Production")
    assert f"Request {opened} is pending: http" in answer.json["message"]
    assert f"/approvals/{opened}/" in answer.json["message"]


@pytest.mark.parametrize("kind", DIRECT)
@pytest.mark.parametrize("who", ["manager", "admin"])
def test_a_higher_level_moves_nothing_either(door, people, protect, kind, who):
    protect()
    assert door(kind, people[who]).transition(1, "Production").status == 403
    assert version(1).stage == "None"


@pytest.mark.parametrize("kind", DIRECT)
def test_what_stands_in_production_is_not_moved_out(door, people, promoted, kind):
    for stage in ("Archived", "None", "Staging"):
        assert door(kind, people.manager).transition(1, stage).status == 403
    assert version(1).stage == "Production"


@pytest.mark.parametrize("kind", WIRE)
@pytest.mark.parametrize("who", ["editor", "manager"])
def test_setting_the_bound_alias_is_refused(door, people, promoted, kind, who):
    one = door(kind, people[who])
    answer = one.client.post(one.wire + "registered-models/alias", {"name": "fraud", "alias": "champion", "version": "2"})
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


@pytest.mark.parametrize("kind", WIRE)
def test_deleting_the_bound_alias_is_refused(door, people, promoted, kind):
    one = door(kind, people.manager)
    answer = one.client.delete(one.wire + "registered-models/alias", {"name": "fraud", "alias": "champion"})
    assert answer.status == 403
    assert "is bound to Production" in answer.json["message"]
    assert Alias.objects.filter(name="champion", model__name="fraud").exists()


@pytest.mark.parametrize("kind", WIRE)
def test_a_protected_alias_is_neither_set_nor_deleted(door, people, protect, kind):
    one = door(kind, people.manager)
    set_it = {"name": "fraud", "alias": "live", "version": "1"}
    assert one.client.post(one.wire + "registered-models/alias", set_it).status == 200
    protect(target="live", target_kind="alias")
    assert one.client.post(one.wire + "registered-models/alias", set_it | {"version": "2"}).status == 403
    assert one.client.delete(one.wire + "registered-models/alias", {"name": "fraud", "alias": "live"}).status == 403
    assert Alias.objects.get(name="live").version.number == 1


# U creates a version with stage or alias in the body or tags: created in None, nothing else


@pytest.mark.parametrize("kind", WIRE)
def test_a_new_version_arrives_in_no_stage_whatever_it_says(door, people, promoted, kind):
    one = door(kind, people.editor)
    body = {
        "name": "fraud", "source": "s3://b/m", "stage": "Production", "current_stage": "Production", "aliases": ["champion"],
        "tags": [{"key": "stage", "value": "Production"}, {"key": "mlflow.stage", "value": "Production"}],
    }  # fmt: skip
    made = one.client.post(one.wire + "model-versions/create", body).ok["model_version"]
    assert made["current_stage"] == "None"
    assert version(int(made["version"])).stage == "None"
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


# U copies the version into another model whose policy is weaker: its own version there; a policy by pattern applies there too


@pytest.mark.parametrize("kind", WIRE)
def test_a_copy_is_a_version_of_its_own_in_the_other_model(door, people, promoted, kind):
    one = door(kind, people.editor)
    assert one.client.post(one.wire + "registered-models/create", {"name": "loose"}).status == 200
    copy = one.client.post(one.wire + "model-versions/create", {"name": "loose", "source": "models:/fraud/1"}).ok
    assert copy["model_version"]["current_stage"] == "None"
    assert one.transition(1, "Production", name="loose").status == 200
    assert version(1).stage == "Production"
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


@pytest.mark.parametrize("kind", WIRE)
def test_a_policy_by_pattern_guards_the_copy_too(door, people, protect, kind):
    protect(scope="pattern", subject="fraud*")
    one = door(kind, people.editor)
    assert one.client.post(one.wire + "registered-models/create", {"name": "fraud-copy"}).status == 200
    assert one.client.post(one.wire + "model-versions/create", {"name": "fraud-copy", "source": "models:/fraud/1"}).status == 200
    assert one.transition(1, "Production", name="fraud-copy").status == 403


# U renames M away from the pattern, deletes M or the Production version, or re-creates M under the name


@pytest.mark.parametrize("kind", WIRE)
def test_renaming_deleting_and_deleting_the_version_are_refused_while_it_stands_there(door, people, promoted, kind):
    one = door(kind, people.manager)
    for method, path, body in (
        ("POST", "registered-models/rename", {"name": "fraud", "new_name": "elsewhere"}),
        ("DELETE", "registered-models/delete", {"name": "fraud"}),
        ("DELETE", "model-versions/delete", {"name": "fraud", "version": "1"}),
    ):
        answer = one.client.request(method, one.wire + path, body)
        assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
        assert "ersion 1 of fraud" in answer.json["message"]
    assert version(1).stage == "Production"


@pytest.mark.parametrize("kind", WIRE)
def test_the_policy_by_name_guards_a_model_that_takes_the_name_anew(door, people, protect, kind):
    protect()
    one = door(kind, people.manager)
    assert one.client.delete(one.wire + "registered-models/delete", {"name": "fraud"}).status == 200
    assert one.client.post(one.wire + "registered-models/create", {"name": "fraud"}).status == 200
    made = one.client.post(one.wire + "model-versions/create", {"name": "fraud", "source": "s3://b/m"}).ok["model_version"]
    assert one.transition(made["version"], "Production").status == 403


@pytest.mark.parametrize("kind", WIRE)
def test_a_model_with_a_version_in_production_cannot_take_a_protected_name(door, people, protect, kind):
    protect()
    one = door(kind, people.manager)
    for path, body in (
        ("registered-models/create", {"name": "wild"}),
        ("model-versions/create", {"name": "wild", "source": "s3://b/m"}),
    ):
        assert one.client.post(one.wire + path, body).status == 200
    assert one.transition(1, "Production", name="wild").status == 200
    assert one.client.delete(one.wire + "registered-models/delete", {"name": "fraud"}).status == 200
    answer = one.client.post(one.wire + "registered-models/rename", {"name": "wild", "new_name": "fraud"})
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")


# U changes evidence of a version in a protected stage: 403 naming the version; bytes and rows unchanged


@pytest.fixture
def evidence(promoted, worlds):
    """The file and the run behind version 1."""
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(SYSTEM, root, "model/MLmodel", io.BytesIO(b"flavors: {}"), 11)
    return root


@pytest.mark.parametrize("kind", WIRE)
def test_an_artifact_behind_it_is_neither_overwritten_nor_deleted(api, people, evidence, kind):
    base = f"/{'ajax-api' if kind == 'ajax' else 'api'}/2.0/mlflow-artifacts/artifacts/{evidence}/model/MLmodel"
    client = api(people.manager)
    for answer in (client.put(base, b"other bytes"), client.delete(base)):
        assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
        assert "version 1 of fraud" in answer.json["message"]
    assert client.get(base).body == b"flavors: {}"
    assert client.put(base, b"flavors: {}").status == 200


@pytest.mark.parametrize("kind", WIRE)
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("runs/log-parameter", {"key": "fresh", "value": "1"}),
        ("runs/set-tag", {"key": "colour", "value": "red"}),
        ("runs/delete-tag", {"key": "colour"}),
        ("runs/log-metric", {"key": "loss", "value": 0.001, "timestamp": 99_999_999_999_999, "step": 99}),
        ("runs/log-batch", {"params": [{"key": "p", "value": "v"}]}),
        ("runs/delete", {}),
    ],
)
def test_its_run_cannot_be_changed_or_deleted(door, people, promoted, worlds, kind, path, fields):
    one = door(kind, people.manager)
    answer = one.client.post(one.wire + path, {"run_id": worlds.here.run_id, **fields})
    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert "version 1 of fraud" in answer.json["message"]
    run = Run.objects.get(run_id=worlds.here.run_id)
    assert run.lifecycle == "active"
    assert RunTag.objects.get(run=run, key="colour").value == "blue"
    assert not Param.objects.filter(run=run, key__name__in=["fresh", "p"]).exists()


@pytest.mark.parametrize("kind", WIRE)
def test_the_experiment_of_its_run_cannot_be_deleted(door, people, promoted, worlds, kind):
    one = door(kind, people.manager)
    answer = one.client.post(one.wire + "experiments/delete", {"experiment_id": worlds.here.experiment_id})
    assert (answer.status, "version 1 of fraud" in answer.json["message"]) == (403, True)


@pytest.mark.parametrize("kind", WIRE)
def test_its_logged_model_cannot_be_deleted_or_tagged(door, people, approvers, protect, worlds, kind):
    protect(rules=[{"number": 1, "teams": ["risk"]}])
    model_id = logged_models.create_logged_model(people.editor.actor, NewModel(worlds.here.experiment_id, "forest"))
    made = versions.create_version(people.editor.actor, NewVersion("fraud", f"models:/{model_id}", model_id=model_id))
    door("own", people.service).open(made.number)
    assert door("own", approvers.tom).approve(pending()).status == 200
    one = door(kind, people.manager)
    assert one.client.delete(one.wire + f"logged-models/{model_id}").status == 403
    assert one.client.patch(one.wire + f"logged-models/{model_id}/tags", {"tags": [{"key": "k", "value": "v"}]}).status == 403
    assert LoggedModel.objects.get(model_id=model_id).lifecycle == "active"


def test_emptying_the_trash_leaves_what_is_held(people, promoted, worlds):
    Run.objects.filter(run_id=worlds.here.run_id).update(lifecycle="deleted", deleted_at=1)
    report = trash.purge_trash(SYSTEM, 2)
    assert (report.runs, report.held) == (0, 1)
    assert Run.objects.filter(run_id=worlds.here.run_id).exists()


@pytest.mark.parametrize("kind", WIRE)
def test_a_tag_that_a_gate_reads_stays_while_it_stands_there(door, people, approvers, protect, kind):
    protect(rules=[{"number": 1, "teams": ["risk"]}], gates=[{"kind": "tags", "tags": {"reviewed": "yes"}}])
    one = door(kind, people.manager)
    tag = {"name": "fraud", "version": "1", "key": "reviewed", "value": "yes"}
    assert one.client.post(one.wire + "model-versions/set-tag", tag).status == 200
    door("own", people.editor).open(1)
    assert door("own", approvers.tom).approve(pending()).status == 200
    for answer in (
        one.client.post(one.wire + "model-versions/set-tag", tag | {"value": "no"}),
        one.client.delete(one.wire + "model-versions/delete-tag", {"name": "fraud", "version": "1", "key": "reviewed"}),
    ):
        assert (answer.status, "version 1 of fraud" in answer.json["message"]) == (403, True)
    assert one.client.post(one.wire + "model-versions/set-tag", tag).status == 200
    assert one.client.post(one.wire + "model-versions/set-tag", tag | {"key": "other"}).status == 200


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
