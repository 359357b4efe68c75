"""Section 19 of the protocol: the roles and the permissions of users that newer clients speak of."""

import pytest

from apps.accounts.models import Team
from tests.support.people import TEAM

pytestmark = pytest.mark.django_db
V3 = "/api/3.0/mlflow/"


@pytest.fixture
def admin(people, api):
    return api(people.admin)


@pytest.fixture
def role(admin):
    return admin.post(f"{V3}roles/create", {"workspace": "default", "name": "raters", "description": "who rate"}).ok["role"]


@pytest.fixture
def number(people, api):
    return api(people.manager).post("experiments/create", {"name": "mine"}).ok["experiment_id"]


def give(client, role, kind, pattern, permission="EDIT"):
    body = {"role_id": role["id"], "resource_type": kind, "resource_pattern": pattern, "permission": permission}
    return client.post(f"{V3}roles/permissions/add", body)


def test_a_role_is_made_got_renamed_and_deleted(admin, role):
    assert role == role | {"name": "raters", "workspace": "default", "description": "who rate", "permissions": []}
    assert admin.get(f"{V3}roles/get", role_id=role["id"]).ok["role"] == role
    changed = admin.patch(f"{V3}roles/update", {"role_id": role["id"], "name": "judges"}).ok["role"]
    assert changed == role | {"name": "judges"}
    again = admin.post(f"{V3}roles/create", {"workspace": "default", "name": "Judges"})
    assert (again.status, again.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    for query in ({}, {"workspace": "default"}):
        listed = admin.get(f"{V3}roles/list", **query).ok["roles"]
        assert [one["name"] for one in listed] == [TEAM, "judges"]
    admin.delete(f"{V3}roles/delete", {"role_id": role["id"]}).ok
    assert admin.get(f"{V3}roles/get", role_id=role["id"]).status == 404


def test_a_role_is_a_team(admin, role):
    assert Team.objects.get(name="raters").pk == role["id"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "roles/create", {"workspace": "default"}),
        ("POST", "roles/create", {"workspace": "elsewhere", "name": "x"}),
        ("PATCH", "roles/update", {}),
        ("POST", "roles/permissions/add", {"resource_type": "run", "resource_pattern": "*", "permission": "READ"}),
        ("DELETE", "roles/permissions/remove", {"role_permission_id": 3}),
    ],
)
def test_what_makes_no_sense_is_a_400(admin, role, method, path, body):
    assert admin.request(method, V3 + path, {"role_id": role["id"]} | body).status == 400


def test_what_a_role_is_given_its_members_may(people, api, admin, role, number):
    stranger = api(people.stranger)
    tag = {"experiment_id": number, "key": "k", "value": "v"}
    assert stranger.post("experiments/set-experiment-tag", tag).status == 403
    given = give(api(people.manager), role, "experiment", number).ok["role_permission"]
    assert given == {
        "id": given["id"],
        "role_id": role["id"],
        "resource_type": "experiment",
        "resource_pattern": number,
        "permission": "EDIT",
    }
    assignment = admin.post(f"{V3}roles/assign", {"username": "stranger", "role_id": role["id"]}).ok["assignment"]
    assert assignment == assignment | {"user_id": people.stranger.user.pk, "role_id": role["id"]}
    stranger.post("experiments/set-experiment-tag", tag).ok
    changed = {"role_permission_id": given["id"], "permission": "READ"}
    assert admin.patch(f"{V3}roles/permissions/update", changed).ok["role_permission"] == given | {"permission": "READ"}
    assert stranger.post("experiments/set-experiment-tag", tag).status == 403
    admin.patch(f"{V3}roles/permissions/update", changed | {"permission": "EDIT"}).ok
    admin.delete(f"{V3}roles/unassign", {"username": "stranger", "role_id": role["id"]}).ok
    assert stranger.post("experiments/set-experiment-tag", tag).status == 403
    admin.delete(f"{V3}roles/permissions/remove", {"role_permission_id": given["id"]}).ok
    assert admin.get(f"{V3}roles/permissions/list", role_id=role["id"]).ok == {"role_permissions": []}
    assert admin.delete(f"{V3}roles/permissions/remove", {"role_permission_id": given["id"]}).status == 404


def test_a_role_has_permissions_on_experiments_models_and_the_workspace(people, api, admin, role, number):
    admin.post("registered-models/create", {"name": "m"}).ok
    for kind, pattern in (("experiment", number), ("registered_model", "m"), ("workspace", "*")):
        assert give(admin, role, kind, pattern).status == 200
        again = give(admin, role, kind, pattern)
        assert (again.status, again.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    permissions = admin.get(f"{V3}roles/get", role_id=role["id"]).ok["role"]["permissions"]
    assert {(one["resource_type"], one["resource_pattern"]) for one in permissions} == {
        ("experiment", number),
        ("registered_model", "m"),
        ("workspace", "*"),
    }
    assert len({one["id"] for one in permissions}) == 3


@pytest.mark.parametrize(
    ("kind", "pattern", "permission", "words"),
    [
        ("experiment", "*", "READ", "resource_type='workspace', '*'"),
        ("workspace", "default", "READ", "It is '*'"),
        ("experiment", "0", "DENY", "Valid permissions are"),
        ("scorer", "x", "READ", "Invalid resource type"),
    ],
)
def test_a_permission_that_is_not_given_here_says_what_is(admin, role, kind, pattern, permission, words):
    refused = give(admin, role, kind, pattern, permission)
    assert refused.status == 400
    assert words in refused.json["message"]


def test_people_see_their_own_roles_and_whose_they_are(people, api, admin, role):
    admin.post(f"{V3}roles/assign", {"username": "stranger", "role_id": role["id"]}).ok
    stranger = api(people.stranger)
    assert [one["name"] for one in stranger.get(f"{V3}users/roles/list", username="stranger").ok["roles"]] == ["raters"]
    assert [one["name"] for one in stranger.get(f"{V3}roles/list", workspace="default").ok["roles"]] == ["raters"]
    assert stranger.get(f"{V3}roles/list").status == 403
    members = stranger.get(f"{V3}roles/users/list", role_id=role["id"]).ok["assignments"]
    assert [one["user_id"] for one in members] == [people.stranger.user.pk]
    assert api(people.reader).get(f"{V3}roles/get", role_id=role["id"]).status == 404
    assert stranger.post(f"{V3}roles/assign", {"username": "reader", "role_id": role["id"]}).status == 403


def test_a_list_of_roles_takes_as_many_questions_for_many(admin, role, number, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        admin.get(f"{V3}roles/list").ok
        few = len(queries)
    for name in "abc":
        more = admin.post(f"{V3}roles/create", {"workspace": "default", "name": name}).ok["role"]
        give(admin, more, "experiment", number).ok
    with django_assert_num_queries(few):
        admin.get(f"{V3}roles/list").ok


def test_a_person_is_given_a_permission_and_loses_it(people, api, number):
    manager, reader = api(people.manager), api(people.reader)
    thing = {"username": "reader", "resource_type": "experiment", "resource_id": number}
    assert reader.get(f"{V3}users/permissions/get", **thing).ok == {"allowed": False, "permission": "READ"}
    assert manager.post(f"{V3}users/permissions/grant", thing | {"permission": "EDIT"}).ok == {}
    again = manager.post(f"{V3}users/permissions/grant", thing | {"permission": "EDIT"})
    assert (again.status, again.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    assert reader.get(f"{V3}users/permissions/get", **thing).ok == {"allowed": True, "permission": "EDIT"}
    assert reader.post(f"{V3}users/permissions/grant", thing | {"username": "stranger", "permission": "READ"}).status == 403
    manager.post(f"{V3}users/permissions/revoke", thing).ok
    assert manager.post(f"{V3}users/permissions/revoke", thing).status == 404


def test_what_is_not_there_is_not_allowed(people, api):
    query = {"username": "reader", "resource_type": "registered_model", "resource_id": "absent"}
    answer = api(people.admin).get(f"{V3}users/permissions/get", **query).ok
    assert answer == {"allowed": False, "permission": "NO_PERMISSIONS"}
    assert api(people.editor).get(f"{V3}users/permissions/get", **query).status == 403


def test_all_that_a_person_was_given_is_listed(people, api, admin, role, number):
    admin.post(f"{V3}roles/assign", {"username": "stranger", "role_id": role["id"]}).ok
    give(admin, role, "workspace", "*", "USE").ok
    thing = {"username": "stranger", "resource_type": "experiment", "resource_id": number, "permission": "MANAGE"}
    admin.post(f"{V3}users/permissions/grant", thing).ok
    own = api(people.stranger).get(f"{V3}users/current/permissions").ok
    assert own["is_admin"] is False
    assert [
        (row["role_name"], row["resource_type"], row["resource_pattern"], row["permission"]) for row in own["permissions"]
    ] == [
        (f"__user_{people.stranger.user.pk}__", "experiment", number, "MANAGE"),
        ("raters", "workspace", "*", "USE"),
    ]
    assert admin.get(f"{V3}users/permissions/list", username="stranger").ok == own
    assert api(people.reader).get(f"{V3}users/permissions/list", username="stranger").status == 403
