from django.apps import AppConfig

from apps.core.filtersql import functions


class ExperimentsConfig(AppConfig):
    name = "apps.experiments"
    label = "experiments"

    def ready(self) -> None:
        functions.install()
