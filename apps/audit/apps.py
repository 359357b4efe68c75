"""The room that remembers who did what. It only grows."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Label `audit`; the lowest room above core: it points at nothing."""

    name = "apps.audit"
    label = "audit"
    verbose_name = "Audit"
