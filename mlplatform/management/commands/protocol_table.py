"""Writes docs/protocol.md: every address of the MLflow wire and its state, from the table that serves them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.api.mlflow.table import render

TARGET = Path(settings.BASE_DIR) / "docs/protocol.md"


class Command(BaseCommand):
    """`protocol_table [--check]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if the page is not what it would be")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write the page, or compare it."""
        text = render()
        if check and TARGET.read_text() != text:
            raise CommandError("docs/protocol.md is out of date: python3 manage.py protocol_table")
        if not check:
            TARGET.write_text(text)
