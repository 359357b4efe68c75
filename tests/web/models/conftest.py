"""Pages of `churn-model` of this world: people signed in, a version with an MLmodel, a policy for Production."""

import io
import json

import pytest

from apps.artifacts.services import uploads
from apps.core.actor import Actor
from apps.registry.services import policies, versions
from apps.registry.services.policies import NewPolicy
from apps.registry.services.versions import NewVersion

SYSTEM = Actor.system("tests")
NAME = "churn-model"
MODEL = f"/models/{NAME}/"


class Visitor:
    """A browser of one person."""

    def __init__(self, client):
        self.client = client

    def get(self, address, status=200, **query):
        """A page as text."""
        answer = self.client.get(address, query)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    def post(self, address, status=302, **body):
        """Where a form leads to, or with another status the page that it shows."""
        answer = self.client.post(address, body)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer["Location"] if status == 302 else answer.content.decode()


@pytest.fixture
def visit(web, people, worlds):
    """`visit("reader").get("/models/")`."""
    return lambda name: Visitor(web(people[name]))


@pytest.fixture
def protect(worlds):
    """`protect()`: Production of the model needs the approver, and `target_kind="alias"` protects an alias."""

    def make(target="Production", target_kind="stage", **terms):
        terms.setdefault("rules", [{"number": 1, "users": ["approver"]}])
        return policies.create_policy(SYSTEM, NewPolicy("model", target, target_kind, NAME, terms))

    return make


def columns(*parts):
    """Inputs of a signature, as MLmodel has them."""
    return json.dumps([{"name": name, "type": kind, "required": required} for name, kind, required in parts])


@pytest.fixture
def packed(worlds, people):
    """`packed(inputs)`: another version, with an MLmodel of these inputs, an input example and packages. Its number."""
    world, actor = worlds.here, people.manager.actor

    def make(*inputs, folder="packed"):
        signature = {"inputs": columns(*inputs), "outputs": json.dumps([{"type": "double", "name": "score"}])}
        mlmodel = {
            "flavors": {"python_function": {"python_version": "3.12.7"}, "sklearn": {}},
            "signature": signature,
            "saved_input_example_info": {"artifact_path": "input_example.json"},
        }
        example = {"columns": [name for name, _, _ in inputs], "data": [[84.2 for _ in inputs]]}
        files = {"MLmodel": mlmodel, "input_example.json": example, "requirements.txt": "scikit-learn==1.5.2\n"}
        root = f"{world.experiment_id}/{world.run_id}/artifacts"
        for name, content in files.items():
            data = (content if isinstance(content, str) else json.dumps(content)).encode()
            uploads.store(actor, root, f"{folder}/{name}", io.BytesIO(data), len(data))
        source = f"mlflow-artifacts:/{root}/{folder}"
        return versions.create_version(actor, NewVersion(NAME, source, run_id=world.run_id)).number

    return make
