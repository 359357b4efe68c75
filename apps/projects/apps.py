"""MLprojects: what can be run, what runs, what ran, and the workers that do it."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """The room of projects and executions."""

    name = "apps.projects"
    label = "projects"
