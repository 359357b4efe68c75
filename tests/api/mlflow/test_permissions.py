"""Section 13 of the protocol: users and permissions of experiments, and the precedence of grants."""

import pytest

from apps.access.levels import Level
from apps.access.services import workspaces
from apps.core.actor import Actor
from apps.experiments.services import experiments, grants

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def level_of(api, person, number):
    """What a person may do, found by trying."""
    client = api(person)
    if client.get("experiments/get", experiment_id=number).status == 404:
        return "NO_PERMISSIONS"
    if client.post("experiments/set-experiment-tag", {"experiment_id": number, "key": "k", "value": "v"}).status == 403:
        return "READ"
    return (
        "MANAGE" if client.get("experiments/permissions/get", experiment_id=number, username="nobody").status == 404 else "EDIT"
    )


@pytest.fixture
def number(people):
    return str(experiments.create_experiment(people.manager.actor, "mine"))


def test_whoever_makes_an_experiment_may_manage_it(people, api, number):
    assert level_of(api, people.manager, number) == "MANAGE"
    assert level_of(api, people.stranger, number) == "READ"


def test_without_a_default_nobody_else_sees_it(people, api, number, settings):
    settings.DEFAULT_PERMISSION = "NO_PERMISSIONS"
    assert level_of(api, people.stranger, number) == "NO_PERMISSIONS"
    found = api(people.stranger).post("experiments/search", {"max_results": 100}).ok["experiments"]
    assert [one["name"] for one in found] == ["Default"]


def test_the_own_grant_beats_the_teams_even_when_it_is_lower(people, api, number):
    grants.put_experiment_grant(SYSTEM, number, Level.MANAGE, team="crew")
    assert level_of(api, people.teammate, number) == "MANAGE"
    grants.put_experiment_grant(SYSTEM, number, Level.NO_PERMISSIONS, user="teammate")
    assert level_of(api, people.teammate, number) == "NO_PERMISSIONS"


def test_a_teams_grant_on_the_thing_beats_the_own_on_the_workspace(people, api, number):
    workspaces.share_workspace(SYSTEM, "default", Level.MANAGE, user="teammate")
    assert level_of(api, people.teammate, number) == "MANAGE"
    grants.put_experiment_grant(SYSTEM, number, Level.EDIT, team="crew")
    assert level_of(api, people.teammate, number) == "EDIT"


def test_the_own_grant_on_the_workspace_beats_the_teams_there(people, api, number):
    workspaces.share_workspace(SYSTEM, "default", Level.EDIT, team="crew")
    assert level_of(api, people.teammate, number) == "EDIT"
    workspaces.share_workspace(SYSTEM, "default", Level.NO_PERMISSIONS, user="teammate")
    assert level_of(api, people.teammate, number) == "NO_PERMISSIONS"


def test_of_two_teams_the_higher_level_counts(people, api, number):
    from apps.accounts.services import teams

    second = teams.create_team(SYSTEM, "second")
    teams.add_member(SYSTEM, second.pk, people.teammate.user.pk)
    grants.put_experiment_grant(SYSTEM, number, Level.READ, team="crew")
    grants.put_experiment_grant(SYSTEM, number, Level.EDIT, team="second")
    assert level_of(api, people.teammate, number) == "EDIT"


def test_everybody_may_edit_in_experiment_zero_until_that_is_taken_away(people, api):
    assert level_of(api, people.stranger, "0") == "EDIT"
    grants.set_everyone_level(people.admin.actor, "0", None)
    assert level_of(api, people.stranger, "0") == "READ"


def test_the_permission_calls_of_the_3_11_client(people, api, number):
    client, keys = api(people.manager), {"experiment_id": number, "username": "reader"}
    made = client.post("experiments/permissions/create", keys | {"permission": "EDIT"}).ok["experiment_permission"]
    assert made == {"experiment_id": number, "user_id": people.reader.user.pk, "permission": "EDIT"}
    again = client.post("experiments/permissions/create", keys | {"permission": "READ"})
    assert (again.status, again.error_code) == (400, "RESOURCE_ALREADY_EXISTS")
    client.patch("experiments/permissions/update", keys | {"permission": "MANAGE"}).ok
    assert client.get("experiments/permissions/get", **keys).ok["experiment_permission"]["permission"] == "MANAGE"
    client.delete("experiments/permissions/delete", keys).ok
    assert client.delete("experiments/permissions/delete", keys).status == 404


@pytest.mark.parametrize(
    ("change", "status"), [({"permission": "OWNER"}, 400), ({"permission": "DENY"}, 400), ({"username": "ghost"}, 404)]
)
def test_permissions_that_are_none_are_refused(people, api, number, change, status):
    body = {"experiment_id": number, "username": "reader", "permission": "READ"} | change
    assert api(people.manager).post("experiments/permissions/create", body).status == status


def test_users_by_the_wire(people, api):
    admin = api(people.admin)
    made = admin.post("users/create", {"username": "new", "password": "a long enough one"}).ok["user"]
    assert set(made) == {
        "id",
        "username",
        "is_admin",
        "experiment_permissions",
        "registered_model_permissions",
        "scorer_permissions",
    }
    assert (
        admin.post("users/create", {"username": "NEW", "password": "a long enough one"}).error_code == "RESOURCE_ALREADY_EXISTS"
    )
    empty = admin.post("users/create", {"username": "", "password": ""})
    assert (empty.status, empty.body) == (400, b"Username and password cannot be empty.")
    admin.patch("users/update-admin", {"username": "new", "is_admin": True}).ok
    assert admin.get("users/get", username="new").ok["user"]["is_admin"] is True
    assert "new" in [user["username"] for user in admin.get("users/list").ok["users"]]
    admin.delete("users/delete", {"username": "new"}).ok
    assert admin.get("users/get", username="new").status == 404


def test_people_read_themselves_and_nobody_else(people, api):
    reader = api(people.reader)
    assert reader.get("users/current").ok["user"]["username"] == "reader"
    assert reader.get("users/get", username="reader").status == 200
    assert {reader.get("users/get", username=name).status for name in ("manager", "ghost")} <= {403, 404}
    assert reader.get("users/list").status == 403
    assert reader.post("users/create", {"username": "x", "password": "a long enough one"}).status == 403


def test_the_last_administrator_stays_one(people, api):
    assert api(people.admin).patch("users/update-admin", {"username": "admin", "is_admin": False}).status in {400, 409}
    assert api(people.admin).delete("users/delete", {"username": "admin"}).status in {400, 409}
