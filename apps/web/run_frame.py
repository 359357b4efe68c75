"""The frame of a run's pages: its head, tabs, menu and the forms behind it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import Level
from apps.core.errors import Missing
from apps.experiments.queries import comments, experiments, legal, overview, runs, series
from apps.experiments.records import ExperimentRecord, RunRecord
from apps.web.base import actor_of
from apps.web.forms.experiments import NoteForm, RenameForm, TagForm
from apps.web.forms.storage import HoldForm

SYSTEM = "system/"
HIDDEN_TAGS = ("mlflow.",)


def frame(request: HttpRequest, run_id: str, tab: str) -> dict[str, Any]:
    """What every tab of the run's page shows."""
    actor = actor_of(request)
    run = runs.get_run(actor, run_id)
    experiment = experiments.get_experiment(actor, run.experiment_id)
    summaries = series.list_series(actor, run_id)
    tags = dict(run.tags)
    charts = [item for item in summaries if not item.key.startswith(SYSTEM)]
    system = len(summaries) - len(charts)
    counted = [("overview", _("Overview"), "web:run", None), ("charts", _("Charts"), "web:run_charts", len(charts))]
    if system:
        counted.append(("system", _("System"), "web:run_system", system))
    counted.append(("artifacts", _("Artifacts"), "web:run_artifacts", None))
    counted.append(("comments", _("Comments"), "web:run_comments", comments.count_run_comments(actor, run_id)))
    return {
        "run": run,
        "experiment": experiment,
        "series": [*charts, *[item for item in summaries if item.key.startswith(SYSTEM)]],
        "tags": [tag for tag in run.tags if not tag.key.startswith(HIDDEN_TAGS)],
        "system_tags": tags,
        "note": tags.get(overview.NOTE, ""),
        "facts": _facts(run, tags),
        "live": run.status == overview.RUNNING,
        "deleted": run.lifecycle == "deleted",
        "status_badge": _badge(run),
        "parent": _parent(request, run),
        "legal_holds": legal.holds_of_run(actor, run_id),
        "is_admin": actor.is_admin,
        "me": actor.name,
        "crumbs": [
            {"label": _("Experiments"), "url": reverse("web:experiments")},
            {"label": experiment.name, "url": reverse("web:experiment", args=[experiment.id])},
        ],
        **_actions(run, experiment, tags.get(overview.NOTE, "")),
        "tabs": [
            {"label": label, "url": reverse(name, args=[run_id]), "current": key == tab, "count": count}
            for key, label, name, count in counted
        ],
    }


def _badge(run: RunRecord) -> dict[str, str]:
    known = {
        1: {"text": _("Running"), "kind": "info", "icon": "loader-2"},
        2: {"text": _("Scheduled"), "kind": "", "icon": "circle-dashed"},
        3: {"text": _("Finished"), "kind": "good", "icon": "circle-check"},
        4: {"text": _("Failed"), "kind": "bad", "icon": "circle-x"},
        5: {"text": _("Stopped"), "kind": "warn", "icon": "circle-minus"},
    }
    return known[run.status]


def _parent(request: HttpRequest, run: RunRecord) -> RunRecord | None:
    """The run that this one is nested in, if the person may see it."""
    if not run.parent_run_id:
        return None
    try:
        return runs.get_run(actor_of(request), run.parent_run_id)
    except Missing:
        return None


def _actions(run: RunRecord, experiment: ExperimentRecord, note: str) -> dict[str, Any]:
    """The menu of a run's page, and the forms behind it: what this person may do, and who deletes where they may not."""
    active, level = run.lifecycle == "active", experiment.level
    can_edit, can_manage = level >= Level.EDIT and active, level >= Level.MANAGE
    menu: list[dict[str, Any]] = _again(run, can_edit)
    context: dict[str, Any] = {"can_edit": can_edit, "can_manage": can_manage}
    if can_edit:
        menu += [
            {"label": _("Rename"), "icon": "pencil", "opens": "rename-run"},
            {"label": _("Note"), "icon": "note", "opens": "note-run"},
            {"label": _("Set a tag"), "icon": "tag", "opens": "tag-run"},
        ]
        context |= {
            "rename_form": RenameForm(initial={"name": run.name}),
            "note_form": NoteForm(initial={"note": note}),
            "tag_form": TagForm(),
            "urls": {name: reverse(f"web:run_{name}", args=[run.run_id]) for name in ("rename", "note", "tag")},
        }
    if can_manage:
        menu.append({"label": _("Set a legal hold"), "icon": "lock", "opens": "hold-run"})
        context |= {"hold_form": HoldForm(), "hold_url": reverse("web:run_hold", args=[run.run_id])}
    if can_manage and active:
        menu.append(
            {
                "label": _("Delete"),
                "icon": "trash",
                "danger": True,
                "action": reverse("web:run_delete", args=[run.run_id]),
                "confirm": _("Delete this run?"),
                "text": _("It goes to the trash and can be restored for 30 days."),
                "verb": _("Delete run"),
            }
        )
    elif can_edit:
        who = experiment.owner or _("An administrator")
        reason = _("Deleting needs MANAGE on the experiment, also for one's own runs. %(who)s can do it, or give you that.")
        menu.append({"label": _("Delete"), "icon": "trash", "disabled": reason % {"who": who}})
    return context | {"menu": menu}


def _again(run: RunRecord, can_edit: bool) -> list[dict[str, Any]]:
    """What only runs of projects have: the execution that they belong to, and running again what they recorded."""
    tags = dict(run.tags)
    if tags.get("mlflow.source.type") != "PROJECT" or "mlflow.project.entryPoint" not in tags:
        return []
    menu: list[dict[str, Any]] = []
    if tags.get("mlflow.project.backend") == "mlplatform":
        menu.append(
            {"label": _("Execution and log"), "icon": "player-play", "url": reverse("web:run_execution", args=[run.run_id])}
        )
    if can_edit:
        menu.append({"label": _("Run again"), "icon": "repeat", "action": reverse("web:run_again", args=[run.run_id])})
    return menu


def _facts(run: RunRecord, tags: dict[str, str]) -> list[tuple[str, str]]:
    """What the client said of where the run comes from."""
    known = (
        (_("Source"), tags.get("mlflow.source.name", "")),
        (_("Kind"), tags.get("mlflow.source.type", "").capitalize()),
        (_("Commit"), tags.get("mlflow.source.git.commit", "")[:12]),
        (_("Branch"), tags.get("mlflow.source.git.branch", "")),
        (_("User there"), run.user_text),
    )
    return [(label, value) for label, value in known if value]
