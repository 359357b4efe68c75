"""What queries return and services take: plain data, no rows of the ORM. Doors turn these into their own words."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Tag(NamedTuple):
    """A key and its text: a tag or a param."""

    key: str
    value: str


class MetricInput(NamedTuple):
    """A metric point as a client sends it; `timestamp` in ms."""

    key: str
    value: float
    timestamp: int
    step: int = 0


class MetricValue(NamedTuple):
    """A stored metric point: `value` is finite, `kind` as in models.metrics says whether it stands for NaN or an infinity."""

    key: str
    value: float
    kind: int
    timestamp: int
    step: int


class ModelMetricInput(NamedTuple):
    """A metric point that is also a logged model's, perhaps measured on a dataset."""

    metric: MetricInput
    model_id: str
    dataset_name: str
    dataset_digest: str


@dataclass(slots=True)
class Batch:
    """The content of one log-batch."""

    metrics: list[MetricInput] = field(default_factory=list)
    params: list[Tag] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    model_metrics: list[ModelMetricInput] = field(default_factory=list)


@dataclass(slots=True)
class ExperimentRecord:
    """An experiment as it is shown."""

    id: int
    name: str
    workspace: str
    artifact_location: str
    lifecycle: str
    created_at: int
    updated_at: int
    owner: str
    level: int
    tags: list[Tag] = field(default_factory=list)


class InputRecord(NamedTuple):
    """A dataset that a run used."""

    name: str
    digest: str
    source_type: str
    source: str
    schema: str
    profile: str
    tags: list[Tag]


class ModelLink(NamedTuple):
    """A logged model that a run read or wrote."""

    model_id: str
    step: int


@dataclass(slots=True)
class RunRecord:
    """A run with everything that the wire shows of it. `pk` is its internal key."""

    pk: int
    run_id: str
    experiment_id: int
    root_experiment_id: int
    name: str
    status: int
    start_time: int
    end_time: int | None
    user_text: str
    owner: str
    owner_id: int | None
    lifecycle: str
    parent_run_id: str
    holds: int
    metrics: list[MetricValue] = field(default_factory=list)
    params: list[Tag] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    inputs: list[InputRecord] = field(default_factory=list)
    model_inputs: list[ModelLink] = field(default_factory=list)
    model_outputs: list[ModelLink] = field(default_factory=list)

    @property
    def artifact_uri(self) -> str:
        """Where a client puts and finds the run's artifacts: always through this server."""
        return f"mlflow-artifacts:/{self.root_experiment_id}/{self.run_id}/artifacts"


class ModelMetricRecord(NamedTuple):
    """A metric of a logged model: which run logged it, on which dataset."""

    key: str
    value: float
    kind: int
    timestamp: int
    step: int
    run_id: str
    dataset_name: str
    dataset_digest: str


@dataclass(slots=True)
class LoggedModelRecord:
    """A logged model with everything that the wire shows of it. `pk` is its internal key; times in ms."""

    pk: int
    model_id: str
    experiment_id: int
    name: str
    model_type: str
    status: int
    status_message: str
    source_run_id: str
    created_at: int
    updated_at: int
    lifecycle: str
    owner_id: int | None
    owner: str
    params: list[Tag] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    metrics: list[ModelMetricRecord] = field(default_factory=list)

    @property
    def artifact_uri(self) -> str:
        """Where a client puts and finds the model's files: always through this server."""
        return f"mlflow-artifacts:/{self.experiment_id}/models/{self.model_id}/artifacts"
