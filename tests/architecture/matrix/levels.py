"""What each kind of person is answered at an address of a level.

`ok` is the row's own success (200 unless it says otherwise), `login` a redirect to the sign-in. `a|b`: a where signed-in
people may READ by default, b with MLPLATFORM_DEFAULT_PERMISSION=NO_PERMISSIONS. Hidden is 404, visible but not allowed 403.
"""

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ["anonymous", "stranger", "outsider", "reader", "approver", "editor", "teammate", "service", "manager", "admin"]

LEVELS = {
    #          anonymous stranger outsider  reader  approver  editor  teammate  service  manager  admin
    "open":   "ok        ok       ok        ok      ok        ok      ok        ok       ok       ok",
    "known":  "401       ok       ok        ok      ok        ok      ok        ok       ok       ok",
    "read":   "401       ok|404   ok|404    ok      ok        ok      ok        ok       ok       ok",
    "edit":   "401       403|404  403|404   403     403       ok      ok        ok       ok       ok",
    "manage": "401       403|404  403|404   403     403       403     403       403      ok       ok",
    "admin":  "401       403      403       403     403       403     403       403      403      ok",
    "manager's":    "401 404      404       404     404       404     404       404      ok       ok",
    "manager only": "401 403      403       403     403       403     403       403      ok       ok",
    "team lead":    "401 404      404       404     404       404     403       404      404      ok",
    "elsewhere":      "401 404    ok        404     404       404     404       404      404      ok",
    "team member":  "401 404      404       404     404       404     ok        404      404      ok",
    # a request that no policy stands before: approved by people who may EDIT; its checks posted by others than its requester
    "voter":  "401       403|404  403|404   403     403       ok      ok        403      ok       ok",
    "poster": "401       403|404  403|404   403     403       ok      ok        ok       403      ok",
    # a comment of the manager
    "author": "401       403|404  403|404   403     403       403     403       403      ok       403",
    # the manager's chat; service accounts have none
    "known people":    "401 ok    ok        ok      ok        ok      ok        403      ok       ok",
    "owner of a chat": "401 404   404       404     404       404     404       403      ok       404",
    # pages: nobody is led to the sign-in, and what only administrators have does not exist for others
    "page":        "login ok      ok        ok      ok        ok      ok        ok       ok       ok",
    "page-guest":  "ok   302      302       302     302       302     302       302      302      302",
    "page-read":   "login ok|404  ok|404    ok      ok        ok      ok        ok       ok       ok",
    "page-edit":   "login 403|404 403|404   403     403       ok      ok        ok       ok       ok",
    "page-manage": "login 403|404 403|404   403     403       403     403       403      ok       ok",
    "page-admin":  "login 404     404       404     404       404     404       404      404      ok",
    "page-admin 403": "login 403  403       403     403       403     403       403      403      ok",
    "page-owner":  "login 404     404       404     404       404     404       404      ok       404",
    "page-author": "login 403|404 403|404   403     403       403     403       403      ok       403",
    "page-team lead":   "login 404 404      404     404       404     403       404      404      ok",
    "page-manager's":   "login 404 404      404     404       404     404       404      ok       ok",
    "page-team member": "login 404 404      404     404       404     ok        404      404      ok",
}  # fmt: skip

# Levels at which a thing of another workspace is hidden from everybody who is not at home there.
HIDDEN_ELSEWHERE = {"read", "edit", "manage", "page-read", "page-edit", "page-manage"}


@dataclass(frozen=True)
class Row:
    """One method of one address. In `body`, `query` and `path` (the route's parameters) `$name` stands for a thing."""

    method: str
    route: str
    level: str
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)
    success: int = 200
    by_name: bool = False  # finds its thing by a name inside the request's workspace

    @property
    def is_page(self) -> bool:
        """Whether it is for people in a browser."""
        return self.level.startswith("page")

    def expected(self, person: str, private: bool) -> int | str:
        """What this person gets: a status, or `login`; `private`: nothing may be seen by default."""
        word = LEVELS[self.level].split()[PEOPLE.index(person)].split("|")[-1 if private else 0]
        return self.success if word == "ok" else word if word == "login" else int(word)
