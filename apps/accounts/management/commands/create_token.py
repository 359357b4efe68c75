"""`manage.py create_token`: a token for scripts, printed alone so that a shell can take it."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.queries import users
from apps.accounts.services import tokens
from apps.core.actor import Actor
from apps.core.errors import DomainError


class Command(BaseCommand):
    """Standard output holds the token and nothing else."""

    help = "Create a token of an account and print it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and for how long."""
        parser.add_argument("name")
        parser.add_argument("--label", default="command line")
        parser.add_argument("--days", type=int, help="days until it ends; without, until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and print."""
        actor = Actor.system("create_token")
        lifetime = None if options["days"] is None else timedelta(days=options["days"])
        try:
            user = users.get_by_name(actor, options["name"])
            made = tokens.create_token(actor, user.pk, label=options["label"], lifetime=lifetime)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(made.raw)
