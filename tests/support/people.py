"""The people who stand in every test, from nobody to administrator, made by the platform's own services."""

from dataclasses import dataclass

from apps.accounts.models import User
from apps.accounts.queries.actors import actor_for_user
from apps.accounts.services import teams, tokens, users
from apps.core.actor import Actor

PASSWORD = "correct horse battery staple"
TEAM = "crew"


@dataclass(frozen=True)
class Person:
    """Somebody and how they prove it. Nobody has neither token nor account."""

    name: str
    actor: Actor
    token: str = ""
    user: User | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What their client sends."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


@dataclass(frozen=True)
class People:
    """What each may do is said in tests/support/worlds.py; a stranger has an account and no grant at all."""

    anonymous: Person
    stranger: Person
    reader: Person
    editor: Person
    manager: Person
    approver: Person
    teammate: Person  # gets everything from the team `crew`
    service: Person
    outsider: Person  # at home in the other world
    admin: Person

    def __iter__(self):
        return iter(vars(self).values())

    def __getitem__(self, name: str) -> Person:
        return getattr(self, name)


def create() -> People:
    """All of them."""
    system = Actor.system("tests")
    names = ["stranger", "reader", "editor", "manager", "approver", "teammate", "outsider"]
    rows = {name: users.create_user(system, name, password=PASSWORD, email=f"{name}@example.com") for name in names}
    rows["admin"] = users.create_user(system, "admin", password=PASSWORD, is_admin=True)
    rows["service"] = users.create_service_account(system, "service")
    crew = teams.create_team(system, TEAM)
    teams.add_member(system, crew.pk, rows["teammate"].pk)
    known = {
        name: Person(name, actor_for_user(row, "token"), tokens.create_token(system, row.pk).raw, row)
        for name, row in rows.items()
    }
    return People(anonymous=Person("anonymous", Actor.anonymous()), **known)
