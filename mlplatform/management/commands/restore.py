"""Fills an empty platform from a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mlplatform import archive


class Command(BaseCommand):
    """`restore FILE`."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Read it, and say what was in it."""
        if not file.is_file():
            raise CommandError(f"{file} is no file")
        try:
            counts = archive.read(file)
        except archive.BadArchive as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{counts['rows']} rows of {counts['tables']} tables and {counts['files']} files are back")
