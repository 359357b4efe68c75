"""What a run's own tags and params say about how to run it again. Pure."""

import shlex

from apps.core.errors import Invalid
from apps.experiments.records import RunRecord
from apps.projects.records import NewExecution
from apps.projects.sources import split_subdirectory


def from_tags(run: RunRecord) -> NewExecution:
    """The submission that a run's tags and params describe. Raises Invalid if they do not say enough."""
    tags = {tag.key: tag.value for tag in run.tags}
    if tags.get("mlflow.source.type") != "PROJECT" or "mlflow.project.entryPoint" not in tags:
        raise Invalid("This run does not come from a project: its code and entry point are not recorded")
    uri, subdirectory = split_subdirectory(tags.get("mlflow.source.name", ""))
    return NewExecution(
        uri=uri or tags.get("mlflow.source.git.repoURL", ""),
        ref=tags.get("mlflow.source.git.commit", ""),
        subdirectory=subdirectory,
        entry_point=tags["mlflow.project.entryPoint"],
        params={_unquoted(param.key): _unquoted(param.value) for param in run.params},
        experiment_id=str(run.experiment_id),
    )


def _unquoted(text: str) -> str:
    """What stood there before it was quoted for a shell."""
    try:
        words = shlex.split(text)
    except ValueError:
        return text
    return words[0] if len(words) == 1 else text if words else ""
