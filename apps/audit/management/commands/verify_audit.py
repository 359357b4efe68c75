"""`manage.py verify_audit`: is the record of who did what as it was written?"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.audit import chain, documents, export, verifier
from apps.audit.queries import checkpoints
from apps.core.actor import Actor


class Command(BaseCommand):
    """Exit code 0 for a whole chain, 1 for damage."""

    help = "Check the audit's hash chain and signatures; of the database, or offline of an export."
    requires_system_checks: list[str] = []  # an export is checked without a database

    def add_arguments(self, parser: CommandParser) -> None:
        """What to check, and by which key."""
        parser.add_argument("--file", type=Path, help="a JSON export to check without the database")
        parser.add_argument(
            "--public-key", action="append", default=[], metavar="KEY", help="base64 or hex; again for each key ever used"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Report on standard output, damage on standard error."""
        try:
            keys = [chain.read_key(text) for text in options["public_key"]]
            report = self._check_file(options["file"], keys) if options["file"] else checkpoints.verify(_me(), keys)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from None
        self._tell(report)
        if report.damage:
            more = len(report.damage) - 1
            raise CommandError(report.damage[0] + (f" (and {more} more)" if more else ""))

    def _check_file(self, path: Path, keys: list[bytes]) -> verifier.Report:
        text = path.read_text(encoding="utf-8")
        rows, seals, selection = export.read_json(text)
        sealed = sorted((row for row in rows if row["seq"] is not None), key=lambda row: row["seq"])
        report = verifier.check(sealed, seals, keys, partial=bool(selection))
        report.unsealed = [row["id"] for row in rows if row["seq"] is None]
        document = json.loads(text)
        report.damage += documents.damage(document, keys)
        if documents.says_more(document) and not report.damage:
            is_signed = documents.is_signed(document)
            self.stdout.write("Signed as a whole." if is_signed else "Not signed as a whole: the rows alone are vouched for.")
        return report

    def _tell(self, report: verifier.Report) -> None:
        self.stdout.write(f"{report.rows} sealed rows, {report.checkpoints} checkpoints")
        if report.partial:
            self.stdout.write("This export is a selection: rows between the selected ones cannot be checked.")
        if not report.pinned:
            self.stdout.write("No public key given: signatures were checked against the keys stored beside them.")
        if report.unsealed:
            ids = report.unsealed
            self.stdout.write(f"{len(ids)} rows not sealed yet, nothing vouches for them: ids {ids[0]} to {ids[-1]}")
        if report.is_whole:
            self.stdout.write("The chain is whole.")


def _me() -> Actor:
    return Actor.system("verify_audit")
