"""Gates between a version and its stage: what they read, when they are asked, what waits for a worker."""

import io

import pytest

from apps.artifacts.services import multipart, uploads
from apps.core.errors import Denied, Invalid
from apps.experiments.records import MetricInput
from apps.experiments.services import batches
from apps.experiments.services.runs import delete_run
from apps.registry.models import GateResult, ModelVersion, TransitionRequest
from apps.registry.queries.requests import request_detail
from apps.registry.services.checks import NewCheck, post_check
from apps.registry.services.gates import run_gates, run_waiting
from apps.registry.services.requests import open_request
from apps.registry.services.tags import set_version_tag
from apps.registry.services.transitions import transition_version
from apps.registry.services.versions import NewVersion, create_version, update_version
from apps.registry.services.votes import Ballot, cast_vote
from tests.registry.conftest import SYSTEM

ONE = [{"number": 1, "teams": ["risk"]}]


def ask(people, number="1"):
    return open_request(people.editor.actor, "fraud", number, "transition", "Production")


def approve(person, request_id):
    cast_vote(person.actor, request_id, Ballot("approve"))


def state(request_id):
    return TransitionRequest.objects.get(pk=request_id).state


def finding(people, request_id):
    (found,) = request_detail(people.admin.actor, request_id).findings
    return found.state, found.measured


def put(worlds, path, content):
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(SYSTEM, root, path, io.BytesIO(content), len(content))


@pytest.mark.parametrize(("limit", "result"), [(0.4, "passed"), (0.3, "failed")])
def test_a_threshold_on_a_metric_of_the_run(people, approvers, protect, limit, result):
    protect(rules=ONE, gates=[{"kind": "metric", "key": "loss", "comparison": "<=", "value": limit}])
    request_id = ask(people)
    assert finding(people, request_id) == (result, "0.333333")
    approve(approvers.tom, request_id)
    assert state(request_id) == ("done" if result == "passed" else "open")


def test_a_metric_that_was_not_logged_fails(people, protect):
    protect(rules=ONE, gates=[{"kind": "metric", "key": "auc", "value": 0.5}])
    assert finding(people, ask(people)) == ("failed", "not logged")


def test_a_metric_that_is_not_a_number_fails(people, protect, worlds):
    batches.log_metric(people.manager.actor, worlds.here.run_id, MetricInput("auc", float("nan"), 1, 1))
    protect(rules=ONE, gates=[{"kind": "metric", "key": "auc", "value": -1e300}])
    assert finding(people, ask(people)) == ("failed", "NaN")


def test_a_gate_that_fails_may_ask_for_one_more_approval(people, approvers, protect):
    protect(rules=ONE, gates=[{"kind": "description", "on_fail": "extra_approval"}])
    request_id = ask(people)
    approve(approvers.tom, request_id)
    assert state(request_id) == "open"
    approve(approvers.lena, request_id)
    assert state(request_id) == "done"


def test_a_metric_is_compared_with_the_version_that_stands_there(people, approvers, protect, worlds, model):
    from_second = f"mlflow-artifacts:/{worlds.here.experiment_id}/{worlds.here.run_ids[1]}/artifacts/model"
    transition_version(people.editor.actor, model, "2", "Production", False)
    made = create_version(people.editor.actor, NewVersion(model, from_second, worlds.here.run_ids[1]))
    gate = {"kind": "relative_metric", "key": "loss", "direction": "lower", "tolerance": 1, "unit": "percent"}
    protect(rules=ONE, gates=[gate])
    request_id = ask(people, str(made.number))
    assert finding(people, request_id) == ("passed", "0.333333 to 0.333333")
    batches.log_metric(people.manager.actor, worlds.here.run_ids[1], MetricInput("loss", 0.34, 1_900_000_000_000, 9))
    assert finding(people, request_id) == ("failed", "0.333333 to 0.34")


def test_the_first_version_has_nothing_to_be_compared_with(people, protect):
    protect(rules=ONE, gates=[{"kind": "relative_metric", "key": "loss", "direction": "lower"}])
    assert finding(people, ask(people)) == ("passed", "0.333333; no version stands there")


def test_required_tags_of_the_version(people, protect, model):
    protect(rules=ONE, gates=[{"kind": "tags", "tags": {"reviewed": "yes"}}])
    request_id = ask(people)
    assert finding(people, request_id) == ("failed", "missing or different: reviewed")
    set_version_tag(people.editor.actor, model, "1", "reviewed", "no")
    assert finding(people, request_id)[0] == "failed"
    set_version_tag(people.editor.actor, model, "1", "reviewed", "yes")
    assert finding(people, request_id)[0] == "passed"


def test_a_description_is_wanted(people, protect, model):
    protect(rules=ONE, gates=[{"kind": "description"}])
    request_id = ask(people)
    update_version(people.editor.actor, model, "1", "  ")
    assert finding(people, request_id)[0] == "failed"
    update_version(people.editor.actor, model, "1", "trained on October")
    assert finding(people, request_id) == ("passed", "18 characters")


def test_whoever_changed_what_a_gate_reads_cannot_approve(people, approvers, protect, model):
    protect(rules=[{"number": 1, "teams": ["risk"], "users": ["teammate"]}], gates=[{"kind": "tags", "tags": ["reviewed"]}])
    set_version_tag(people.teammate.actor, model, "1", "reviewed", "yes")
    request_id = ask(people)
    with pytest.raises(Denied, match="teammate changed what a gate reads"):
        approve(people.teammate, request_id)


def test_a_clean_commit_is_wanted(people, protect, worlds):
    protect(rules=ONE, gates=[{"kind": "clean_commit"}])
    request_id = ask(people)
    assert finding(people, request_id) == ("failed", "no commit recorded")
    for key, value in (("mlflow.source.git.commit", "8c41f2e0aa55bb"), ("mlflow.source.git.dirty", "true")):
        batches.set_tag(people.manager.actor, worlds.here.run_id, key, value)
    assert finding(people, request_id) == ("failed", "8c41f2e0aa55 with changes")
    batches.set_tag(people.manager.actor, worlds.here.run_id, "mlflow.source.git.dirty", "false")
    assert finding(people, request_id)[0] == "passed"


def test_a_dataset_is_wanted(people, protect):
    protect(rules=ONE, gates=[{"kind": "dataset", "name": "customers"}])
    assert finding(people, ask(people)) == ("passed", "customers")


def test_files_that_are_kept_here_are_wanted(people, protect, worlds, model):
    protect(rules=ONE, gates=[{"kind": "stored_artifacts"}])
    request_id = ask(people)
    assert finding(people, request_id) == ("failed", "no files")
    put(worlds, "model/model.pkl", b"12345")
    put(worlds, "elsewhere/model.pkl", b"123")
    assert finding(people, request_id) == ("passed", "1 files, 5 bytes")


def test_an_input_example_is_wanted(people, protect, worlds):
    protect(rules=ONE, gates=[{"kind": "input_example"}])
    request_id = ask(people)
    assert finding(people, request_id)[0] == "failed"
    put(worlds, "model/input_example.json", b"{}")
    assert finding(people, request_id) == ("passed", "input_example.json")


WITH_SIGNATURE = b"""signature:
  inputs: '[{"name": "a", "type": "double"}]'
"""


@pytest.mark.parametrize(("content", "result"), [(WITH_SIGNATURE, "passed"), (b"flavors: {}", "failed")])
def test_a_signature_waits_for_a_worker_and_the_votes_wait_with_it(people, approvers, protect, worlds, content, result):
    put(worlds, "model/MLmodel", content)
    protect(rules=ONE, gates=[{"kind": "signature"}])
    request_id = ask(people)
    assert finding(people, request_id) == ("pending", "waits for a worker")
    approve(approvers.tom, request_id)
    assert state(request_id) == "approved"
    assert ModelVersion.objects.get(model__name="fraud", model__workspace_id=1, number=1).stage == "None"
    run_gates(SYSTEM, request_id)
    assert finding(people, request_id)[0] == result
    assert state(request_id) == ("done" if result == "passed" else "open")


def test_a_lost_message_to_the_worker_is_made_up_for(people, approvers, protect, worlds):
    put(worlds, "model/MLmodel", WITH_SIGNATURE)
    protect(rules=ONE, gates=[{"kind": "signature"}])
    request_id = ask(people)
    approve(approvers.tom, request_id)
    run_waiting(SYSTEM)
    assert state(request_id) == "done"


def test_the_worker_looks_at_what_it_has_seen_only_once(people, protect, worlds):
    put(worlds, "model/MLmodel", b"flavors: {}")
    protect(rules=ONE, gates=[{"kind": "signature"}])
    first = ask(people)
    run_gates(SYSTEM, first)
    before = GateResult.objects.count()
    run_gates(SYSTEM, first)
    assert GateResult.objects.count() == before
    assert finding(people, ask(people, "2"))[0] == "failed"


def test_an_external_check_completes_a_request_that_waited_for_it(people, approvers, protect):
    protect(rules=ONE, gates=[{"kind": "external", "name": "ci/fairness"}])
    request_id = ask(people)
    approve(approvers.tom, request_id)
    assert state(request_id) == "approved"
    post_check(people.service.actor, request_id, NewCheck("ci/fairness", "pending", "https://ci/1"))
    assert state(request_id) == "approved"
    post_check(people.service.actor, request_id, NewCheck("ci/other", "success"))
    assert state(request_id) == "approved"
    post_check(people.service.actor, request_id, NewCheck("ci/fairness", "success", "https://ci/1", "slices even"))
    assert state(request_id) == "done"


def test_a_check_holds_for_the_version_it_was_posted_for(people, approvers, protect, worlds):
    protect(rules=ONE, gates=[{"kind": "external", "name": "ci"}])
    request_id = ask(people)
    post_check(people.service.actor, request_id, NewCheck("ci", "success"))
    assert finding(people, request_id)[0] == "passed"
    batches.log_metric(people.manager.actor, worlds.here.run_id, MetricInput("loss", 0.1, 1_900_000_000_000, 9))
    assert finding(people, request_id) == ("pending", "not posted yet")


def test_the_requester_cannot_post_the_checks_of_their_request(people, protect):
    protect(rules=ONE, gates=[{"kind": "external", "name": "ci"}])
    with pytest.raises(Denied, match="cannot post its checks"):
        post_check(people.editor.actor, ask(people), NewCheck("ci", "success"))


@pytest.mark.parametrize(
    "check", [NewCheck("", "success"), NewCheck("ci", "green"), NewCheck("ci", "success", "javascript:alert(1)")]
)
def test_a_check_that_says_nothing_sensible_is_refused(people, protect, check):
    protect(rules=ONE)
    with pytest.raises(Invalid):
        post_check(people.service.actor, ask(people), check)


def test_gates_are_not_asked_on_the_way_out(people, approvers, protect, model):
    transition_version(people.editor.actor, model, "1", "Production", False)
    protect(rules=ONE, gates=[{"kind": "metric", "key": "nothing", "value": 1}])
    request_id = open_request(people.editor.actor, model, "1", "transition", "Archived")
    assert request_detail(people.admin.actor, request_id).findings == []
    approve(approvers.tom, request_id)
    assert state(request_id) == "done"


def test_what_a_gate_found_is_kept_with_what_it_read(people, approvers, protect):
    protect(rules=ONE, gates=[{"kind": "metric", "key": "loss", "comparison": "<", "value": 1}])
    approve(approvers.tom, ask(people))
    row = GateResult.objects.get()
    assert (row.label, row.state, row.inputs["value"]) == ("loss < 1", "passed", pytest.approx(1 / 3))


def test_a_version_whose_run_is_in_the_trash_does_not_enter(people, approvers, protect, worlds):
    protect(rules=ONE)
    request_id = ask(people)
    delete_run(people.manager.actor, worlds.here.run_id)
    approve(approvers.tom, request_id)
    assert state(request_id) == "open"
    assert "is in the trash" in request_detail(people.admin.actor, request_id).missing[0]


def test_a_file_that_is_missing_holds_it_up_and_one_that_is_there_or_lies_elsewhere_does_not(people, approvers, protect, worlds):
    protect(rules=ONE)
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(SYSTEM, root, "model/MLmodel", io.BytesIO(b"flavors: {}"), 11)
    request_id = ask(people)
    for path in ("model/MLmodel", "model-2/weights", "notes"):
        multipart.create(people.editor.actor, root, path, 1)
    assert request_detail(people.reader.actor, request_id).missing == ["1 more approval of risk"]
    multipart.create(people.editor.actor, root, "model/weights", 1)
    assert request_detail(people.reader.actor, request_id).missing[0] == "model/weights has not arrived"
