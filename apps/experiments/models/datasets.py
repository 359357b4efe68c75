"""Datasets and what runs used them for."""

from django.db import models

from apps.experiments.models.experiments import Experiment
from apps.experiments.models.runs import Run


class Dataset(models.Model):
    """A dataset of an experiment: the content first logged under (name, digest) stays."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="datasets")
    name = models.CharField(max_length=500)
    digest = models.CharField(max_length=36)
    source_type = models.CharField(max_length=36, blank=True, default="")
    source = models.TextField(blank=True, default="")
    schema = models.TextField(blank=True, default="")
    profile = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="dataset_once", fields=["experiment", "name", "digest"])]


class DatasetInput(models.Model):
    """A run read a dataset; `context` repeats the input tag mlflow.data.context, which searches ask for."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="dataset_inputs", db_index=False)
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="inputs")
    context = models.CharField(max_length=500, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="datasetinput_once", fields=["run", "dataset"])]


class InputTag(models.Model):
    """A tag on a run's use of a dataset."""

    input = models.ForeignKey(DatasetInput, models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=255)
    value = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(name="inputtag_key_once", fields=["input", "key"])]
