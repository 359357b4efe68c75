"""`manage.py create_user`: an account, from the shell of whoever runs the platform."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import User
from apps.accounts.queries import users as queries
from apps.accounts.services import lifecycle, passwords, users
from apps.core.actor import Actor
from apps.core.errors import DomainError, Missing


class Command(BaseCommand):
    """Run it as often as you like: what is so already stays so."""

    help = "Create an account, or bring an existing one to what the options say."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name and options."""
        parser.add_argument("name")
        parser.add_argument("--email")
        parser.add_argument("--admin", action="store_true", help="make it an administrator")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create or update; without a password, print the link by which one is chosen."""
        actor = Actor.system("create_user")
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        try:
            user = self._existing(actor, options) or users.create_user(
                actor, options["name"], email=options["email"] or "", is_admin=options["admin"]
            )
            if password is not None:
                passwords.set_password(actor, user.pk, password)
            self._tell(actor, queries.get(actor, user.pk))
        except DomainError as error:
            raise CommandError(error.message) from None

    def _existing(self, actor: Actor, options: dict[str, Any]) -> User | None:
        try:
            user = queries.get_by_name(actor, options["name"])
        except Missing:
            return None
        if options["email"] is not None:
            users.update_profile(actor, user.pk, email=options["email"])
        if options["admin"]:
            lifecycle.set_admin(actor, user.pk, True)
        return user

    def _tell(self, actor: Actor, user: User) -> None:
        self.stdout.write(f"{user.username} is {'an administrator' if user.is_admin else 'a user'}.")
        if user.is_invited:
            self.stdout.write(f"The password is chosen here, within seven days: {passwords.invitation_link(actor, user.pk)}")
