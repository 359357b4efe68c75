"""Environments, isolation and supervision of processes: for projects, gates and serving. Knows nothing of runs or models."""

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """The engine room."""

    name = "apps.runtime"
    label = "runtime"
