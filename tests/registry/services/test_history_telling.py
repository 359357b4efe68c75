"""What is written down of a model, what stood where on a date, back to what stood there before, and the evidence as a file."""

import base64
import copy
import hashlib
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.artifacts.services import uploads
from apps.audit import chain, keys
from apps.audit.services import sealing
from apps.core import clock
from apps.core.errors import Missing
from apps.experiments.records import MetricInput
from apps.experiments.services import batches
from apps.registry.models import Activity, ModelVersion
from apps.registry.queries.activities import list_activity, standing_at
from apps.registry.queries.comparisons import compare_request, compare_versions, model_file
from apps.registry.queries.documents import evidence_document
from apps.registry.services.requests import open_request
from apps.registry.services.rollbacks import roll_back
from apps.registry.services.transitions import transition_version
from apps.registry.services.versions import NewVersion, create_version, delete_version
from apps.registry.services.votes import Ballot, cast_vote
from tests.registry.conftest import SYSTEM

ONE = [{"number": 1, "teams": ["risk"]}]


def promote(people, approvers, number):
    request_id = open_request(people.editor.actor, "fraud", str(number), "transition", "Production", "please")
    cast_vote(approvers.tom.actor, request_id, Ballot("approve", "fine"))
    return request_id


def stage(number):
    return ModelVersion.objects.get(model__name="fraud", model__workspace_id=1, number=number).stage


def test_every_line_says_who_when_what_and_how_they_had_signed_in(people, approvers, protect):
    policy_id = protect(rules=ONE)
    request_id = promote(people, approvers, 1)
    lines = list_activity(people.reader.actor, "fraud", version="1")
    said = [(one.kind, one.actor, one.via, one.from_stage, one.to_stage, one.comment, one.policies) for one in reversed(lines)]
    label = f"{policy_id}.1"
    assert said == [
        ("requested", "editor", "token", "None", "Production", "please", label),
        ("approved", "tom", "token", "None", "Production", "fine", ""),
        ("transition", "tom", "token", "None", "Production", "please", label),
    ]
    assert {one.request_id for one in lines} == {request_id}


def test_nobody_changes_or_removes_a_line(people, model):
    transition_version(people.editor.actor, model, "1", "Staging", False)
    with pytest.raises(TypeError):
        Activity.objects.all().delete()
    for statement in ("UPDATE registry_activity SET actor_name = 'x'", "DELETE FROM registry_activity"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Activity.objects.filter(kind="transition").count() == 1


def test_what_stood_in_production_on_a_date(people, model, monkeypatch):
    times = iter(range(1000, 10**9, 1000))
    monkeypatch.setattr(clock, "now_ms", lambda: next(times))
    marks = []
    for number, target, archive in (
        (1, "Production", False),
        (2, "Production", True),
        (1, "Staging", False),
        (2, "Archived", False),
    ):
        transition_version(people.editor.actor, model, str(number), target, archive)
        marks.append(Activity.objects.latest("pk").at)
    there = [standing_at(people.reader.actor, model, "Production", mark) for mark in (marks[0] - 1, *marks)]
    assert there == [[], [1], [2], [2], []]
    assert standing_at(people.reader.actor, model, "Staging", marks[3]) == [1]


def test_a_deleted_version_stands_nowhere(people, model):
    transition_version(people.editor.actor, model, "1", "Production", False)
    delete_version(people.manager.actor, model, "1")
    assert standing_at(people.reader.actor, model, "Production", clock.now_ms() + 1) == []


def test_rolling_back_without_a_policy_is_one_action(people, model):
    for number in ("1", "2"):
        transition_version(people.editor.actor, model, number, "Production", True)
    assert roll_back(people.editor.actor, model, "Production", "broken") is None
    assert (stage(1), stage(2)) == ("Production", "Archived")
    line = Activity.objects.filter(kind="rolled_back").get()
    assert (line.version, line.comment) == (1, "broken")
    assert roll_back(people.editor.actor, model, "Production") is None
    assert (stage(1), stage(2)) == ("Archived", "Production")


def test_nothing_to_roll_back_to_is_said(people, model):
    transition_version(people.editor.actor, model, "1", "Production", True)
    with pytest.raises(Missing, match="No version of fraud stood in Production before"):
        roll_back(people.editor.actor, model, "Production")


def test_a_policy_may_approve_roll_backs_beforehand(people, approvers, protect, model):
    protect(rules=ONE, preapproved_rollback=True)
    promote(people, approvers, 1)
    promote(people, approvers, 2)
    assert roll_back(people.editor.actor, model, "Production") is None
    assert (stage(1), stage(2)) == ("Production", "Archived")


def test_else_a_roll_back_asks(people, approvers, protect, model):
    protect(rules=ONE)
    promote(people, approvers, 1)
    promote(people, approvers, 2)
    request_id = roll_back(people.editor.actor, model, "Production")
    assert stage(2) == "Production"
    cast_vote(approvers.lena.actor, request_id, Ballot("approve"))
    assert stage(1) == "Production"


def test_a_version_that_changed_since_it_stood_there_is_asked_for_anew(people, approvers, protect, model, worlds):
    protect(rules=ONE, preapproved_rollback=True)
    promote(people, approvers, 1)
    location = f"mlflow-artifacts:/{worlds.here.experiment_id}/{worlds.here.run_ids[1]}/artifacts/model"
    other = create_version(people.editor.actor, NewVersion(model, location, worlds.here.run_ids[1]))
    promote(people, approvers, other.number)
    batches.log_metric(people.manager.actor, worlds.here.run_id, MetricInput("loss", 0.1, 1_900_000_000_000, 9))
    assert roll_back(people.editor.actor, model, "Production") is not None
    assert stage(other.number) == "Production"


def test_the_evidence_of_a_version_is_checked_offline(people, approvers, protect, worlds, tmp_path, capsys):
    root = f"{worlds.here.experiment_id}/{worlds.here.run_id}/artifacts"
    uploads.store(SYSTEM, root, "model/MLmodel", io.BytesIO(b"flavors: {}"), 11)
    protect(rules=ONE, gates=[{"kind": "metric", "key": "loss", "comparison": "<", "value": 1}])
    promote(people, approvers, 1)
    sealing.seal(SYSTEM)
    document = evidence_document(people.manager.actor, "fraud", "1")
    said = document["evidence"]
    assert said["files"] == [{"path": "MLmodel", "size": 11, "sha256": hashlib.sha256(b"flavors: {}").hexdigest()}]
    assert said["lineage"]["run"]["run_id"] == worlds.here.run_id
    (request,) = said["requests"]
    assert (request["state"], request["gates"][0]["state"], request["votes"][0]["voter"]) == ("done", "passed", "tom")
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document["digest"] == hashlib.sha256(canonical.encode()).hexdigest()
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(document))
    call_command("verify_audit", "--file", str(file))
    assert "sealed rows" in capsys.readouterr().out
    assert evidence_document(people.reader.actor, "fraud", "1")["rows"] == []


@pytest.fixture
def evidence(people, approvers, protect, tmp_path):
    """`evidence(change)`: verify_audit's answer on the file of version 1 with that change to it."""
    protect(rules=ONE)
    promote(people, approvers, 1)
    sealing.seal(SYSTEM)
    document = evidence_document(people.manager.actor, "fraud", "1")

    def check(change, **options):
        file, changed = tmp_path / "evidence.json", copy.deepcopy(document)
        change(changed)
        file.write_text(json.dumps(changed))
        call_command("verify_audit", "--file", str(file), **options)

    return check


def test_evidence_that_was_altered_is_found_out(evidence):
    for change in (
        lambda one: one["rows"][-1].update(actor_name="somebody else"),
        lambda one: one["rows"].pop(),
        lambda one: one["evidence"]["requests"][0]["votes"][0].update(voter="somebody else"),
        lambda one: one["evidence"]["lineage"]["run"]["metrics"]["loss"].update(value=0.1),
        lambda one: one["signature"].update(signature="00" * 64),
    ):
        with pytest.raises(CommandError, match=r"row|the file was changed"):
            evidence(change)


def test_evidence_without_its_signature_is_no_evidence_for_whoever_has_the_key(evidence, capsys):
    key = chain.show_key(keys.public_key())
    evidence(lambda one: None, public_key=[key])
    assert "Signed as a whole." in capsys.readouterr().out
    evidence(lambda one: one.update(signature=None))
    assert "Not signed as a whole" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not signed as a whole"):
        evidence(lambda one: one.update(signature=None), public_key=[key])
    with pytest.raises(CommandError, match="signed by another key"):
        evidence(lambda one: one.update(rows=[], checkpoints=[]), public_key=[base64.b64encode(bytes(32)).decode()])


MLMODEL = b"""flavors: {python_function: {loader_module: m, python_version: 3.11.7}, sklearn: {}}
model_size_bytes: 77
signature:
  inputs: '[{"name": "amount", "type": "double", "required": true}, {"name": "risk", "type": "double", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
  params: null
"""


def test_what_changes_is_shown_beside_what_stands_there(people, approvers, protect, model, worlds):
    first, second = (f"{worlds.here.experiment_id}/{run_id}/artifacts" for run_id in worlds.here.run_ids[:2])
    made = create_version(people.editor.actor, NewVersion(model, f"mlflow-artifacts:/{second}/model", worlds.here.run_ids[1]))
    uploads.store(SYSTEM, second, "model/MLmodel", io.BytesIO(MLMODEL), len(MLMODEL))
    for root, version in ((first, b"2.8.0"), (second, b"2.9.1")):
        uploads.store(
            SYSTEM, root, "model/requirements.txt", io.BytesIO(b"numpy==2.3.4\ntorch==" + version + b"  # pinned\n-r x")
        )
    transition_version(people.editor.actor, model, "1", "Production", False)
    request_id = open_request(people.editor.actor, model, str(made.number), "transition", "Production")
    found = compare_request(people.reader.actor, request_id)
    assert (found.before, found.after) == (1, made.number)
    changes = {
        group: {line.name: (line.before, line.after) for line in lines if line.is_change} for group, lines in found.groups.items()
    }
    assert changes["Params"] == {"depth": ("0", "1")}
    assert changes["Packages"] == {"torch": ("==2.8.0", "==2.9.1")}
    assert changes["Signature"] == {
        "input amount": (None, "double"), "input risk": (None, "double, optional"), "output 0": (None, "tensor float64 [-1]"),
    }  # fmt: skip
    assert changes["Data"] == {"customers": ("d1", None)}
    same = compare_versions(people.reader.actor, model, "1", "2")
    assert not any(line.is_change for lines in same.groups.values() for line in lines)
    assert model_file(people.reader.actor, model, str(made.number)).flavors == ("python_function", "sklearn")
