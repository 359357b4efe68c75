"""What `$project` and its like stand for: made the first time that a world is asked for them."""

from apps.access.levels import Level
from apps.projects.models import Execution, Project
from apps.projects.records import NewExecution, NewProject
from apps.projects.services import executions, projects, secrets
from apps.runtime.models import EnvironmentBuild
from tests.support.people import TEAM
from tests.support.worlds import LEVELS, SYSTEM, World

ENVIRONMENT = "0123456789abcdef"


def things_of(world: World) -> dict[str, str]:
    """A project with a secret, an execution of it that waits, and one that was cancelled."""
    project = Project.objects.filter(workspace__name=world.workspace).first() or make(world)
    waiting = Execution.objects.get(project=project, state="QUEUED")
    ended = Execution.objects.get(project=project, state="KILLED")
    return {
        "project": str(project.pk),
        "execution": str(waiting.pk),
        "execution_run": waiting.run.run_id,
        "ended_execution": str(ended.pk),
        "environment": ENVIRONMENT,
    }


def make(world: World) -> Project:
    """All of it, as the world's owner."""
    owner = world.owner
    pk = projects.create_project(owner, NewProject("iris", "https://example.com/iris.git", experiment_id=world.experiment_id))
    secrets.put_secret(owner, pk, "PASSWORD", "hunter22")
    executions.submit(owner, NewExecution(project_id=pk, run_name="waiting"))
    executions.cancel(owner, executions.submit(owner, NewExecution(project_id=pk, run_name="ended")))
    if world.workspace == "default":
        for person, level in LEVELS.items():
            projects.put_grant(SYSTEM, pk, level, user=person)
        projects.put_grant(SYSTEM, pk, Level.EDIT, team=TEAM)
    row = Project.objects.get(pk=pk)
    facts = {"state": "READY", "spec": {}, "last_used_at": row.created_at}
    EnvironmentBuild.objects.get_or_create(key=ENVIRONMENT, host="tester", defaults=facts)
    return row
