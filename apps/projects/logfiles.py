"""Where an execution's log ends up."""

from apps.projects.models import Execution

ARTIFACT = "logs/execution.log"


def root_of(execution: Execution) -> str:
    """The root of the artifacts of its run (loaded with it)."""
    return f"{execution.run.root_experiment_id}/{execution.run.run_id}/artifacts"
