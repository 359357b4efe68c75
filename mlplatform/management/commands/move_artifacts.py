"""Copies all artifacts to another store, while the platform goes on."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.artifacts import sizes
from apps.artifacts.services import moving
from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import DomainError

SECONDS = 10  # between two lines of progress


class Command(BaseCommand):
    """`move_artifacts --to /folder|s3://bucket/prefix [--dry-run]`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", required=True, metavar="PLACE", help="a folder or s3://bucket/prefix, as in MLPLATFORM_ARTIFACT_ROOT"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be copied, copy nothing")

    def handle(self, *args: Any, to: str, dry_run: bool, **options: Any) -> None:
        """Copy, and say what is to be done next."""
        place = to.rstrip("/") if "://" in to else os.path.abspath(os.path.expanduser(to))
        self._next = clock.monotonic() + SECONDS
        try:
            moved = moving.move_artifacts(Actor.system("move_artifacts"), place, dry_run=dry_run, tell=self._tell)
        except DomainError as error:
            raise CommandError(error.message) from None
        verb = "would copy" if dry_run else "copied"
        self.stdout.write(f"{verb} {moved.files} files of {sizes.in_words(moved.size)}; {moved.already} are there already")
        for warning in moved.warnings:
            self.stdout.write(f"warning: {warning}")
        if dry_run:
            return
        if place == settings.ARTIFACT_ROOT:
            self.stdout.write("everything is there; what lies where it came from can be removed")
        else:
            self.stdout.write(f"next: set MLPLATFORM_ARTIFACT_ROOT={place}, restart web and workers, and run this once more")

    def _tell(self, moved: moving.Moved) -> None:
        if clock.monotonic() >= self._next:
            self._next = clock.monotonic() + SECONDS
            self.stdout.write(f"… {moved.files} files, {sizes.in_words(moved.size)}")
            self.stdout.flush()
