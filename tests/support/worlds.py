"""The same things in two workspaces, so that whatever leaks from one into the other shows.

Here: workspace `default`, where the people have the levels that their names say. There: workspace `elsewhere`, where only
`outsider` is at home; the things have the same names.
"""

from dataclasses import dataclass, field, replace

from apps.access.levels import Level
from apps.access.services import workspaces
from apps.core.actor import Actor
from apps.experiments.records import Batch, MetricInput, Tag
from apps.experiments.services import batches, experiments, grants, runs
from tests.support.people import TEAM, People

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
    experiment: str = "churn"
    run_ids: list[str] = field(default_factory=list)

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
    system = Actor.system("tests")
    workspaces.create_workspace(system, ELSEWHERE)
    workspaces.share_workspace(system, ELSEWHERE, Level.MANAGE, user="outsider")
    here = furnish(people.manager.actor)
    there = furnish(replace(people.outsider.actor, workspace=ELSEWHERE))
    for name, level in LEVELS.items():
        grants.put_experiment_grant(system, here.experiment_id, level, user=name)
    grants.put_experiment_grant(system, here.experiment_id, Level.EDIT, team=TEAM)
    return Worlds(here, there)


def furnish(owner: Actor) -> World:
    """An experiment with three runs: one full of everything, one finished, one that failed."""
    # The platform makes it: with MLPLATFORM_DEFAULT_PERMISSION=READ a person alone may not create in `default`.
    experiment_id = str(experiments.create_experiment(replace(Actor.system("tests"), workspace=owner.workspace), "churn", tags=[Tag("team", "risk")]))
    grants.put_experiment_grant(Actor.system("tests"), experiment_id, Level.MANAGE, user=owner.name)
    world = World(owner.workspace, owner, experiment_id)
    for number, name in enumerate(("first", "second", "third")):
        run = runs.create_run(owner, runs.NewRun(experiment_id, name, start_time=1_700_000_000_000 + number))
        world.run_ids.append(run.run_id)
        metrics = [MetricInput("loss", 1 / (step + 1), 1_700_000_000_000 + step, step) for step in range(3)]
        batches.log_batch(owner, run.run_id, Batch(metrics, [Tag("depth", str(number))], [Tag("colour", "blue")]))
    return world
