"""Writes database and artifacts into one file, while the platform runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mlplatform import archive


class Command(BaseCommand):
    """`backup FILE`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="must not exist; it holds secrets, keep it as such")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Write it, and say what is in it."""
        try:
            counts = archive.write(file.resolve())
        except archive.BadArchive as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{counts['rows']} rows of {counts['tables']} tables and {counts['files']} files in {file}")
        if counts["missing"]:
            self.stdout.write(f"warning: {counts['missing']} files that rows point to are not in the store")
