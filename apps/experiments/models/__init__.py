from apps.experiments.models.clearing import TrashRule
from apps.experiments.models.datasets import Dataset, DatasetInput, InputTag
from apps.experiments.models.experiments import Experiment, ExperimentGrant, ExperimentTag
from apps.experiments.models.holds import Hold
from apps.experiments.models.legal import LegalHold
from apps.experiments.models.logged_models import LoggedModel, LoggedModelParam, LoggedModelTag, ModelMetric, RunModel
from apps.experiments.models.metrics import MetricKey, Point, Series
from apps.experiments.models.runs import Param, ParamKey, Run, RunTag, RunWriter

__all__ = [
    "Dataset",
    "DatasetInput",
    "Experiment",
    "ExperimentGrant",
    "ExperimentTag",
    "Hold",
    "InputTag",
    "LegalHold",
    "LoggedModel",
    "LoggedModelParam",
    "LoggedModelTag",
    "MetricKey",
    "ModelMetric",
    "Param",
    "ParamKey",
    "Point",
    "Run",
    "RunModel",
    "RunTag",
    "RunWriter",
    "Series",
    "TrashRule",
]
