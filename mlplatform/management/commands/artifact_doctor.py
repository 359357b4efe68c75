"""`artifact_doctor`: does what a training does with artifacts, and names the layer that fails."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from apps.artifacts.services import doctor
from apps.core.actor import Actor


class Command(BaseCommand):
    """Run by operators after setting up a store, a proxy, or when uploads fail."""

    help = "Write, list, read and delete a probe in the artifact store, and name the layer that fails and the fix"

    def add_arguments(self, parser: CommandParser) -> None:
        """--public tries the way of a client too; it needs a running server."""
        parser.add_argument(
            "--public", action="store_true", help="send a probe through the public address of the running server too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each step; exit code 1 if one failed."""
        actor = Actor.system("artifact_doctor")
        steps = doctor.examine_platform(actor, part_url=self._part_url if options["public"] else None)
        for step in steps:
            self.stdout.write(f"{step.state:8} {step.name}" + (f" ({step.ms} ms)" if step.state == "ok" else ""))
            if step.detail:
                self.stdout.write(f"         {step.layer}: {step.detail}\n         {step.fix}")
        if any(step.state == "failed" for step in steps):
            raise CommandError("Artifacts do not work.")

    @staticmethod
    def _part_url(ticket: str) -> str:
        return settings.PUBLIC_URL + reverse("wire-part", args=[ticket])
