"""Production of model `fraud` is protected by a policy with two votes of `risk`; the editor may EDIT and is no approver.

Ways to move what stands there without asking; each through each door that has it.
"""

import pytest

from apps.audit.models import AuditRow
from apps.experiments.models import Hold
from apps.registry.models import Alias, ModelVersion, TransitionRequest
from tests.registry.doors.looking import DIRECT, WIRE, pending, state, version

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


@pytest.mark.parametrize("kind", DIRECT)
def test_a_policy_of_ones_own_that_binds_the_alias_to_another_stage_does_not_move_it(api, door, people, protect, kind):
    """Whoever may MANAGE the model binds `live` to Staging without rules: the policy that protects `live` counts all the same."""
    protect(target="live", target_kind="alias")
    own = {"scope": "model", "subject": "fraud", "target": "Staging", "terms": {"rules": [], "bound_alias": "live"}}
    assert api(people.manager).post("/api/v1/policies/", own).status == 201
    answer = door(kind, people.manager).transition(2, "Staging")
    assert (answer.status, "2 more approvals of risk" in answer.json["message"]) == (403, True)
    assert version(2).stage == "None"
    assert not Alias.objects.filter(name="live").exists()


@pytest.mark.parametrize("kind", DIRECT)
def test_an_alias_that_production_binds_is_not_bound_away_to_another_stage(api, door, people, promoted, kind):
    own = {"scope": "model", "subject": "fraud", "target": "Staging", "terms": {"rules": [], "bound_alias": "champion"}}
    assert api(people.manager).post("/api/v1/policies/", own).status == 201
    assert door(kind, people.manager).transition(2, "Staging").status == 403
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 1


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


# asking for the bound alias is asking for its stage; a model that comes back goes on counting


def test_asking_for_the_bound_alias_is_asking_for_the_stage(api, door, people, approvers, promoted):
    body = {"model": "fraud", "version": 2, "act": "set_alias", "target": "champion"}
    asked = api(people.editor).post("/api/v1/transition-requests/", body)
    assert (asked.json["request"]["act"], asked.json["request"]["target"]) == ("transition", "Production")
    for voter in (approvers.tom, approvers.lena):
        assert door("own", voter).approve(pending()).status == 200
    assert (version(1).stage, version(2).stage) == ("Archived", "Production")
    assert Alias.objects.get(name="champion", model__name="fraud").version.number == 2
    gone = api(people.editor).post("/api/v1/transition-requests/", body | {"act": "delete_alias", "version": None})
    assert gone.status == 400


@pytest.mark.parametrize("act", ["delete_version", "delete_model", "rename_model"])
def test_what_is_protected_from_all_can_be_asked_for_and_approved(api, door, people, approvers, promoted, act):
    target = "elsewhere" if act == "rename_model" else ""
    body = {"model": "fraud", "act": act, "target": target} | ({"version": 1} if act == "delete_version" else {})
    assert api(people.manager).post("/api/v1/transition-requests/", body).status == 201
    request_id = pending()
    for voter in (approvers.tom, approvers.lena):
        assert door("own", voter).approve(request_id).status == 200
    assert state(request_id) == "done"
    there = ModelVersion.objects.get(number=1, model__workspace_id=1, model__name__in=["fraud", "elsewhere"])
    gone = {"delete_version": "deleted", "delete_model": "active", "rename_model": "active"}
    assert there.lifecycle == gone[act]
    assert there.model.name == ("elsewhere" if act == "rename_model" else "fraud")
    assert there.model.lifecycle == ("deleted" if act == "delete_model" else "active")
    assert not Hold.objects.exists()


def test_a_model_that_comes_back_goes_on_counting_where_its_namesakes_were(api, people, model):
    client = api(people.manager)
    key = version(1).model_id
    assert client.delete("registered-models/delete", {"name": model}).status == 200
    assert client.post("registered-models/create", {"name": model}).status == 200
    assert client.post("model-versions/create", {"name": model, "source": "s3://b/m"}).json["model_version"]["version"] == "4"
    assert client.delete("registered-models/delete", {"name": model}).status == 200
    assert client.post(f"/api/v1/models/trash/{key}/restore/").status == 204
    assert client.post("model-versions/create", {"name": model, "source": "s3://b/m"}).json["model_version"]["version"] == "5"
