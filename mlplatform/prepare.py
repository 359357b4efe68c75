"""What has to be true before the first request: sound settings, a current schema, an administrator, collected static files."""

import os
import secrets
import sys

from django.core import checks
from django.core.management import call_command
from django.db import OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from apps.accounts.queries.users import admins
from apps.accounts.services.users import create_user
from apps.core.actor import Actor
from mlplatform import static
from mlplatform.checks import TAG

ADMINISTRATOR = "admin"


class CannotStart(SystemExit):
    """The reason, in one line for the person who started us."""


def check() -> None:
    """Run our own system checks, the database's too. Raises CannotStart with one line for each error."""
    found = checks.run_checks(tags=[TAG], databases=["default"])
    for message in found:
        if checks.WARNING <= message.level < checks.ERROR and not message.is_silenced():
            print(f"warning: {_line(message)}", file=sys.stderr)
    errors = [_line(message) for message in found if message.is_serious() and not message.is_silenced()]
    if errors:
        raise CannotStart("\n".join(errors))


def _line(message: checks.CheckMessage) -> str:
    return f"{message.msg} ({message.hint})" if message.hint else str(message.msg)


def prepare() -> None:
    """Everything that `run` does inside of Django before the web starts."""
    check()
    try:
        migrate()
    except OperationalError as error:
        raise CannotStart(f"The database cannot be used: {str(error).strip().splitlines()[0]}") from None
    create_administrator()
    if static.collect_if_changed():
        say("static files collected")
    connections.close_all()


def migrate() -> None:
    """Bring the schema up to date, if there is anything to do."""
    connection = connections["default"]
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(f"migrating the database: {len(plan)} steps")
        call_command("migrate", interactive=False, verbosity=0)


def create_administrator() -> None:
    """On the first start, when nobody could sign in otherwise. A generated password is shown once and kept nowhere."""
    actor = Actor.system("first start")
    if admins(actor):
        return
    given = os.environ.get("MLPLATFORM_ADMIN_PASSWORD", "")
    password = given or secrets.token_urlsafe(12)
    create_user(actor, ADMINISTRATOR, password=password, is_admin=True)
    if given:
        say(f"administrator {ADMINISTRATOR!r} created with the password from MLPLATFORM_ADMIN_PASSWORD")
    else:
        say(f"administrator created: user {ADMINISTRATOR}, password {password} (shown only this once)")


def say(line: str) -> None:
    """One line for the person who started us."""
    print(line, flush=True)
