"""The roof as a Django app: its checks, commands, and the Celery application that `apps.core.jobs` sends through."""

from django.apps import AppConfig


class RoofConfig(AppConfig):
    """Label `mlplatform`."""

    name = "mlplatform"

    def ready(self) -> None:
        """Register the checks; make our Celery application the current one of this process."""
        from mlplatform import celery, checks

        celery.app.set_default()
        checks.register_all()
