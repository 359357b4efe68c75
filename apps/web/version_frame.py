"""The frame of a version's pages, and the panel that says where it stands and where it could go."""

from dataclasses import dataclass, field
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import Level
from apps.core.errors import Denied, Missing
from apps.experiments.queries import runs
from apps.experiments.records import RunRecord
from apps.registry import acts, stages
from apps.registry.approval_records import RequestRecord
from apps.registry.queries import moves, requests
from apps.registry.queries.contents import Contents
from apps.registry.queries.moves import Move, Moves
from apps.registry.records import VersionRecord
from apps.web import model_frame
from apps.web.base import actor_of
from apps.web.forms.models import AliasForm, CommentForm, DescriptionForm, MoveForm, TagForm
from apps.web.forms.refusals import said
from apps.web.registry_words import address


@dataclass(slots=True)
class Refused:
    """The forms of the page as they were refused; `target` is what a move or a request was about, `said` a refusal of no form."""

    describe: DescriptionForm | None = None
    tag: TagForm | None = None
    alias: AliasForm | None = None
    move: MoveForm | None = None
    ask: CommentForm | None = None
    act: str = acts.TRANSITION
    target: str = ""
    said: str = ""
    status: int = 200

    @property
    def forms(self) -> list[Form | None]:
        """All of them."""
        return [self.describe, self.tag, self.alias, self.move, self.ask]


@dataclass(slots=True)
class Way:
    """A stage of the panel. `act` is move, ask or nothing; `why` says why it cannot simply be moved; `pending` asks for it."""

    move: Move
    act: str = ""
    why: str = ""
    pending: RequestRecord | None = None
    form: Form | None = None
    dialog: str = ""
    needs: list[str] = field(default_factory=list)


def frame(request: HttpRequest, name: str, found: Contents, tab: str) -> dict[str, Any]:
    """What every tab of a version's page shows. Raises Invalid, Missing."""
    actor, record = actor_of(request), found.record
    args = [record.name, record.number]
    could = moves.version_moves(actor, name, str(record.number))
    tabs: list[tuple[str, str, str, int | None]] = [("overview", _("Overview"), "model_version", None)]
    if found.files is not None:
        tabs.append(("files", _("Files"), "version_files", len(found.files)))
    tabs.append(("evidence", _("Evidence"), "evidence", None))
    other = next((one for move in could.stages if move.stage == stages.PRODUCTION for one in move.holders), None)
    other = other or (record.number - 1 if record.number > 1 else None)
    compare = f"{reverse('web:model_compare', args=[record.name])}?versions={other},{record.number}" if other else ""
    return {
        "version": record,
        "run": _run(request, record),
        "moves": could,
        "can_edit": could.level >= Level.EDIT,
        "can_manage": could.level >= Level.MANAGE,
        "other": other,
        "compare_url": compare,
        "crumbs": [
            {"label": _("Models"), "url": reverse("web:models")},
            {"label": record.name, "url": reverse("web:model", args=[record.name])},
        ],
        "tabs": [
            {"label": label, "url": url, "current": key == tab, "count": count}
            for key, label, to, count in tabs
            if (url := address(to, *args))
        ],
        "menu": _menu(record, could),
        # the API takes a workspace from a header, which no link sends
        "evidence_json": reverse("v1-version-evidence", args=args) if actor.workspace == "default" else "",
    }


def _run(request: HttpRequest, record: VersionRecord) -> RunRecord | None:
    """The source run, if the person may see it."""
    if not record.run_id:
        return None
    try:
        return runs.get_run(actor_of(request), record.run_id)
    except Missing:
        return None


def _menu(record: VersionRecord, could: Moves) -> list[dict[str, Any]]:
    if could.level < Level.MANAGE:
        return []
    if could.is_guarded:
        return [{"label": _("Ask for its deletion"), "icon": "trash", "danger": True, "opens": "ask-deletion"}]
    return [
        {
            "label": _("Delete"),
            "icon": "trash",
            "danger": True,
            "action": reverse("web:version_delete", args=[record.name, record.number]),
            "confirm": _("Delete version %(n)d?") % {"n": record.number},
            "text": _("It goes to the trash and can be restored for 30 days, without stage and aliases."),
            "verb": _("Delete version"),
        }
    ]


def ways(request: HttpRequest, could: Moves, record: VersionRecord, refused: Refused) -> dict[str, Any]:
    """The stage panel, the aliases, and the dialogs behind their buttons."""
    pending = requests.list_requests(actor_of(request), name=record.name, version=record.number)
    needs = {line["label"]: line for line in model_frame.policy_lines(request, record.name)}
    found = [_way(move, could, pending, needs, refused) for move in could.stages]
    alias = refused.alias or AliasForm(auto_id="alias-%s")
    is_policy = isinstance(getattr(alias, "refusal", None), Denied)
    return {
        "ways": found,
        "pending": pending,
        "aliases": [{"name": one, "protected": one in could.protected} for one in record.aliases],
        "alias_form": alias,
        "asks_for_alias": alias.data.get("alias", "") if is_policy else "",
        "ask_deletion_form": _if_asked(refused, acts.DELETE_VERSION, "", "deletion"),
        "refused": refused.said or said(*_unseen(refused, could, found)),
        "request_url": reverse("web:version_request", args=[record.name, record.number]),
    }


def _unseen(refused: Refused, could: Moves, found: list[Way]) -> list[Form | None]:
    """The refused forms that the page does not show to this person."""
    here = next((way.act for way in found if way.move.stage == refused.target), "")
    asks = here == "ask" if refused.act == acts.TRANSITION else refused.act == acts.DELETE_VERSION and could.is_guarded
    hidden: list[Form | None] = [refused.describe, refused.tag, refused.alias] if could.level < Level.EDIT else []
    return [*hidden, None if here == "move" else refused.move, None if asks else refused.ask]


def _way(move: Move, could: Moves, pending: list[RequestRecord], needs: dict[str, dict[str, str]], refused: Refused) -> Way:
    way = Way(move, dialog=f"move-{move.stage.lower()}")
    way.needs = [line["needs"] for label in move.policies if (line := needs.get(label)) and line["target"] == move.stage]
    if move.is_current:
        return way
    way.pending = next((one for one in pending if one.act == acts.TRANSITION and one.target == move.stage), None)
    if way.pending:
        return way
    if move.policies or could.level < Level.EDIT:
        way.act = "ask"
        way.why = _("A policy stands before it.") if move.policies else _("Moving it needs EDIT on the model.")
        way.form = _if_asked(refused, acts.TRANSITION, move.stage, way.dialog)
    else:
        way.act = "move"
        refused_here = refused.move is not None and refused.target == move.stage
        way.form = refused.move if refused_here else MoveForm(auto_id=f"{way.dialog}-%s")
        if way.form and (move.stage not in stages.ACTIVE or not move.holders):
            way.form.fields.pop("archive_existing", None)
    return way


def _if_asked(refused: Refused, act: str, target: str, name: str) -> CommentForm:
    """The form of a request: as it was refused, if it was this one."""
    if refused.ask is not None and (refused.act, refused.target) == (act, target):
        return refused.ask
    return CommentForm(auto_id=f"ask-{name}-%s")
