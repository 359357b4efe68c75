"""Removes for good what has been in the trash for long, and bytes that nothing points to."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from apps.artifacts.services import cleaning
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.experiments.services import trash
from apps.registry.services.trash import purge_registry

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def age(text: str) -> int:
    """Seconds of an age like 30d, 12h, 0s. Raises ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not match:
        raise ArgumentTypeError(f"'{text}': write a number and s, m, h or d, like 30d")
    return int(match[1]) * UNITS[match[2]]


class Command(BaseCommand):
    """`gc [--older-than 30d] [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", type=age, default=age("30d"), metavar="AGE", help="how long ago it was deleted (30d)")
        parser.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")

    def handle(self, *args: Any, older_than: int, dry_run: bool, **options: Any) -> None:
        """Empty the trash, then clean the store."""
        actor = Actor.system("gc")
        rows = trash.purge_trash(actor, now_ms() - older_than * 1000, dry_run=dry_run)
        models = purge_registry(actor, now_ms() - older_than * 1000, dry_run=dry_run)
        bytes_ = cleaning.clean(actor, dry_run=dry_run)
        verb = "would remove" if dry_run else "removed"
        self.stdout.write(
            f"{verb} {rows.runs} runs, {rows.logged_models} logged models, {rows.experiments} experiments; {rows.held} held"
        )
        self.stdout.write(f"{verb} {models.models} registered models, {models.versions} versions")
        self.stdout.write(f"{verb} {bytes_.blobs} files of {bytes_.blob_bytes} bytes, {bytes_.orphans} without a row")
        for warning in bytes_.warnings:
            self.stdout.write(f"warning: {warning}")
