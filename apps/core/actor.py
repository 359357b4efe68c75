"""Who is asking. Every query and service takes an `Actor` first; rooms never see a request or a user model."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["person", "service", "system", "anonymous"]
Via = Literal["session", "token", "password", "system", "none"]


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity and how it proved itself.

    `workspace` is the namespace the request named (header or `/w/<name>/`); it says where names are looked up, not what is
    allowed. `limits` narrows a token to less than its owner may: an execution's token carries its run.
    """

    user_id: int | None
    name: str
    kind: Kind = "person"
    is_admin: bool = False
    via: Via = "none"
    token_id: int | None = None
    address: str = ""
    workspace: str = "default"
    limits: dict[str, str] = field(default_factory=dict, hash=False, compare=False)

    @classmethod
    def system(cls, reason: str) -> "Actor":
        """The platform itself, for workers and commands; `reason` names the task and stands in the audit."""
        return cls(user_id=None, name=f"system:{reason}", kind="system", is_admin=True, via="system")

    @classmethod
    def anonymous(cls, address: str = "") -> "Actor":
        """Somebody who did not sign in."""
        return cls(user_id=None, name="", kind="anonymous", address=address)

    @property
    def is_known(self) -> bool:
        """Whether this is somebody: a person, a service account or the platform."""
        return self.kind != "anonymous"
