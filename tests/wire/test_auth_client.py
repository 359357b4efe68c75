"""The client that administers users, roles and permissions, as newer versions have it."""

from tests.support.server import LiveServer
from tests.wire.conftest import Job

# The class itself, without the web server's packages that importing it from its own package would need.
CLIENT = """
import importlib.util, json, pathlib, sys, types
root = pathlib.Path(importlib.util.find_spec("mlflow").origin).parent / "server"
for name, folder in (("mlflow.server", root), ("mlflow.server.auth", root / "auth")):
    module = types.ModuleType(name)
    module.__path__ = [str(folder)]
    sys.modules[name] = module
handlers = types.ModuleType("mlflow.server.handlers")
handlers._add_static_prefix = lambda path: path
handlers._get_rest_path = lambda path, version=2: f"/api/{version}.0{path}"
handlers._get_ajax_path = lambda path, version=2: f"/ajax-api/{version}.0{path}"
sys.modules["mlflow.server.handlers"] = handlers
import mlflow
from mlflow.exceptions import RestException
from mlflow.server.auth.client import AuthServiceClient
client = AuthServiceClient(mlflow.get_tracking_uri())
"""


def test_users_roles_and_permissions_by_the_clients_own_class(platform: LiveServer, tmp_path):
    admin = Job(platform, tmp_path, platform.token())
    found = admin.json(
        CLIENT
        + """
number = mlflow.MlflowClient().create_experiment("of roles")
user = client.create_user("roland", "a long enough password")
role = client.create_role("default", "raters", "who rate")
given = client.add_role_permission(role.id, "experiment", number, "READ")
client.update_role_permission(given.id, "EDIT")
assigned = client.assign_role("roland", role.id)
can = client.get_user_permission("roland", "experiment", number)
client.grant_user_permission("roland", "experiment", number, "MANAGE")
may = client.get_user_permission("roland", "experiment", number).permission
client.revoke_user_permission("roland", "experiment", number)
said = [
    client.update_role(role.id, name="judges").name,
    [one.name for one in client.list_roles("default") if one.id == role.id],
    [one.name for one in client.list_all_roles() if one.id == role.id],
    [one.permission for one in client.get_role(role.id).permissions],
    [one.resource_pattern == number for one in client.list_role_permissions(role.id)],
    [one.name for one in client.list_user_roles("roland")],
    [one.user_id == user.id for one in client.list_role_users(role.id)],
    assigned.user_id == user.id, can.allowed, can.permission, may,
]
client.unassign_role("roland", role.id)
client.remove_role_permission(given.id)
client.delete_role(role.id)
client.delete_user("roland")
try:
    client.get_role(role.id)
except RestException as error:
    said.append(error.error_code)
print(json.dumps(said))
"""
    )
    assert found == [
        "judges", ["judges"], ["judges"], ["EDIT"], [True], ["judges"], [True], True, True, "EDIT", "MANAGE",
        "RESOURCE_DOES_NOT_EXIST",
    ]  # fmt: skip
