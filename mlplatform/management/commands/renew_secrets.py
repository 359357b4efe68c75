"""Encrypts all stored secrets anew, with the first of MLPLATFORM_SECRETS_KEYS; after that the older keys can go."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.actor import Actor
from apps.core.errors import Unavailable
from apps.notices.services import secrets as of_notices
from apps.projects.services import secrets as of_projects


class Command(BaseCommand):
    """`renew_secrets`."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        """Webhooks, chats, projects. Safe to run again, and while the platform works."""
        actor = Actor.system("renew_secrets")
        try:
            count = of_notices.renew_all(actor) + of_projects.renew_all(actor)
        except Unavailable as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{count} secrets are encrypted with the newest key")
