"""Brings schema, administrator and static files up to date, and ends: what `serve --prepare` does before it serves."""

from typing import Any

from django.core.management.base import BaseCommand

from mlplatform import prepare


class Command(BaseCommand):
    """`prepare`; run it again as often as you like."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Once, before the processes of a new version start."""
        prepare.prepare()
