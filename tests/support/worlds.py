"""The same things in two workspaces, so that whatever leaks from one into the other shows.

Here: workspace `default`, where the people have the levels that their names say. There: workspace `elsewhere`, where only
`outsider` is at home; the things have the same names.
"""

import io
from dataclasses import dataclass, field, replace

from apps.access.levels import Level
from apps.access.services import workspaces
from apps.artifacts.services import uploads
from apps.core.actor import Actor
from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, datasets, experiments, grants, logged_models, runs
from apps.registry.services import aliases, registered, versions
from apps.registry.services import grants as model_grants
from tests.support.people import TEAM, People

SYSTEM = Actor.system("tests")
ELSEWHERE = "elsewhere"
LEVELS = {
    "reader": Level.READ,
    "approver": Level.READ,
    "editor": Level.EDIT,
    "service": Level.EDIT,
    "manager": Level.MANAGE,
}


@dataclass
class World:
    """One workspace's things; ids as the wire has them."""

    workspace: str
    owner: Actor
    experiment_id: str
    deleted_experiment_id: str
    experiment: str = "churn"
    run_ids: list[str] = field(default_factory=list)
    deleted_run_id: str = ""
    model_id: str = ""  # a logged model of the first run
    registered: str = "churn-model"  # with two versions of the first run; the first is `champion`
    artifact: str = "notes/readme.txt"  # a file of the first run, with the text "hello"

    @property
    def run_id(self) -> str:
        """The first run, with metrics, params and tags."""
        return self.run_ids[0]


@dataclass(frozen=True)
class Worlds:
    """The two of them."""

    here: World
    there: World


def create(people: People) -> Worlds:
    """Both worlds, and the levels of the people in the one that is here."""
    workspaces.create_workspace(SYSTEM, ELSEWHERE)
    workspaces.share_workspace(SYSTEM, ELSEWHERE, Level.MANAGE, user="outsider")
    here = furnish(people.manager.actor)
    there = furnish(replace(people.outsider.actor, workspace=ELSEWHERE))
    for experiment_id in (here.experiment_id, here.deleted_experiment_id):
        for name, level in LEVELS.items():
            grants.put_experiment_grant(SYSTEM, experiment_id, level, user=name)
        grants.put_experiment_grant(SYSTEM, experiment_id, Level.EDIT, team=TEAM)
    for name, level in LEVELS.items():
        model_grants.put_model_grant(SYSTEM, here.registered, level, user=name)
    model_grants.put_model_grant(SYSTEM, here.registered, Level.EDIT, team=TEAM)
    return Worlds(here, there)


def furnish(owner: Actor) -> World:
    """An experiment with three runs (the first full of everything) and a deleted one; and a deleted experiment."""
    world = World(
        owner.workspace,
        owner,
        str(experiments.create_experiment(owner, "churn", tags=[Tag("team", "risk")])),
        str(experiments.create_experiment(owner, "old churn")),
    )
    for number, name in enumerate(("first", "second", "third", "deleted")):
        run = runs.create_run(owner, runs.NewRun(world.experiment_id, name, start_time=1_700_000_000_000 + number))
        world.run_ids.append(run.run_id)
        metrics = [MetricInput("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(3)]
        batches.log_batch(owner, run.run_id, Batch(metrics, [Tag("depth", str(number))], [Tag("colour", "blue")]))
    fill(world)
    world.deleted_run_id = world.run_ids.pop()
    runs.delete_run(owner, world.deleted_run_id)
    experiments.delete_experiment(owner, world.deleted_experiment_id)
    return world


def fill(world: World) -> None:
    """What a run has besides numbers: a dataset, a logged model, a file; and a registered model of it."""
    datasets.log_inputs(
        world.owner,
        world.run_id,
        [datasets.NewInput("customers", "d1", "local", "s", tags=[Tag("mlflow.data.context", "training")])],
        [],
    )
    new = logged_models.NewModel(world.experiment_id, "classifier", "sklearn", world.run_id, tags=[Tag("kind", "tree")])
    world.model_id = logged_models.create_logged_model(world.owner, new)
    root = f"{world.experiment_id}/{world.run_id}/artifacts"
    uploads.store(world.owner, root, world.artifact, io.BytesIO(b"hello"), 5)
    registered.create_model(world.owner, world.registered, tags=[Tag("kind", "tree")])
    for _ in range(2):
        source = f"mlflow-artifacts:/{root}/notes"
        versions.create_version(
            world.owner, versions.NewVersion(world.registered, source, world.run_id, tags=[Tag("checked", "yes")])
        )
    aliases.set_alias(world.owner, world.registered, "champion", "1")
