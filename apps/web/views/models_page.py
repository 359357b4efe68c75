"""One registered model: its versions, what stands where and stood there, its policies, its history."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import Invalid
from apps.core.paging import decode_offset, encode_offset
from apps.experiments.queries import comparison
from apps.experiments.records import MetricValue, RunRecord
from apps.registry import stages
from apps.registry.queries import activities, moves, versions
from apps.registry.queries.moves import Standing
from apps.registry.records import VersionRecord
from apps.web import formats, model_frame
from apps.web.base import actor_of, render, signed_in
from apps.web.directions import direction
from apps.web.forms.models import CommentForm, DescriptionForm, RenameForm, TagForm
from apps.web.forms.refusals import said, status
from apps.web.registry_words import events
from apps.web.snippets import register_lines

PAGE = 50
METRICS = 2  # columns of the versions table
LINES = 50  # of the history


@dataclass(slots=True)
class Refused:
    """The forms of the page as they were refused; `said` is a refusal that belongs to no form."""

    describe: DescriptionForm | None = None
    tag: TagForm | None = None
    rename: RenameForm | None = None
    roll_back: CommentForm | None = None
    said: str = ""
    status: int = 200


@signed_in
def model(request: HttpRequest, name: str) -> HttpResponse:
    """The versions of a model, by stage if asked, and beside them what stands where."""
    return render_model(request, name, Refused())


def render_model(request: HttpRequest, name: str, refused: Refused) -> HttpResponse:
    """The page, with forms as they were refused. Raises Invalid, Missing."""
    actor = actor_of(request)
    context = model_frame.frame(request, name, "versions", rename=refused.rename)
    stage = request.GET.get("stage", "") if request.GET.get("stage") in stages.ALL else ""
    offset = decode_offset(request.GET.get("page", ""))
    found, more = versions.list_versions(actor, name, stage=stage, offset=offset, limit=PAGE)
    standing = moves.model_standing(actor, name)
    lines = model_frame.policy_lines(request, name)
    context |= {
        "describe_form": refused.describe or DescriptionForm(initial={"description": context["model"].description}),
        "tag_form": refused.tag or TagForm(auto_id="tag-%s"),
        "roll_back_form": refused.roll_back or CommentForm(auto_id="back-%s"),
        "refused": refused.said or said(*_unseen(refused, context, standing)),
        "stage": stage,
        "stages": stages.ALL,
        "count": versions.count_versions(actor, name),
        "shown": _("%(first)d to %(last)d") % {"first": offset + 1, "last": offset + len(found)},
        "next_url": _page_url(request, name, offset + PAGE) if more else "",
        "previous_url": _page_url(request, name, max(0, offset - PAGE)) if offset else "",
        "standing": standing,
        "holders": [(one, standing.holders[one]) for one in (stages.PRODUCTION, stages.STAGING)],
        "previous": standing.previous.get(stages.PRODUCTION),
        "policies": lines,
        "is_protected": any((line["kind"], line["target"]) == ("stage", stages.PRODUCTION) for line in lines),
        "code": register_lines(request, name),
        **_table(request, found, standing.holders[stages.PRODUCTION]),
        **_on_a_date(request, name),
    }
    wrong = status(refused.describe, refused.tag, refused.rename, refused.roll_back)
    return render(request, "web/models/model.html", context, status=max(wrong, refused.status))


def _unseen(refused: Refused, context: dict[str, Any], standing: Standing) -> list[Form | None]:
    """The refused forms that the page does not show to this person."""
    if not context["can_edit"]:
        return [refused.describe, refused.tag, refused.rename, refused.roll_back]
    return [] if stages.PRODUCTION in standing.previous else [refused.roll_back]


def _page_url(request: HttpRequest, name: str, offset: int) -> str:
    query = request.GET.copy()
    query["page"] = encode_offset(offset)
    return f"{reverse('web:model', args=[name])}?{query.urlencode()}"


def _table(request: HttpRequest, found: list[VersionRecord], in_production: list[int]) -> dict[str, Any]:
    """Rows with the metrics that most of their runs have, and how they differ from what is in Production."""
    ids = list(dict.fromkeys(version.run_id for version in found if version.run_id))
    runs = {run.run_id: run for run in comparison.list_runs(actor_of(request), ids[: comparison.MOST_RUNS])}
    keys = _main_metrics(list(runs.values()))
    base = next((version for version in found if version.number in in_production), None)
    reference = _values(runs.get(base.run_id)) if base else {}
    rows = [
        {
            "version": version,
            "run": runs.get(version.run_id),
            "cells": [_cell(key, _values(runs.get(version.run_id)).get(key), reference.get(key)) for key in keys],
        }
        for version in found
    ]
    return {"rows": rows, "metrics": keys, "base": base.number if base else None}


def _values(run: RunRecord | None) -> dict[str, MetricValue]:
    return {metric.key: metric for metric in run.metrics} if run else {}


def _main_metrics(runs: list[RunRecord]) -> list[str]:
    """Those that most runs have, first those of which one knows which way is better."""
    counted = Counter(metric.key for run in runs for metric in run.metrics if not metric.key.startswith("system/"))
    return sorted(counted, key=lambda key: (direction(key) == 0, -counted[key], key))[:METRICS]


def _cell(key: str, value: MetricValue | None, reference: MetricValue | None) -> dict[str, Any]:
    if value is None:
        return {"text": ""}
    cell: dict[str, Any] = {"text": formats.metric(value.value, value.kind), "delta": None, "better": None}
    if reference is not None and not value.kind and not reference.kind and value.value != reference.value:
        change = value.value - reference.value
        way = direction(key)
        cell |= {"delta": change, "better": change * way > 0 if way else None}
    return cell


def _on_a_date(request: HttpRequest, name: str) -> dict[str, Any]:
    """What stood in a stage at the moment that was asked for (`on`, UTC)."""
    text = request.GET.get("on", "").strip()
    where = request.GET.get("where", stages.PRODUCTION)
    context: dict[str, Any] = {"on": text, "where": where, "then": None, "on_error": ""}
    if not text:
        return context
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return context | {"on_error": _("Write a moment like 2026-11-24T09:30.")}
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        at = int(moment.timestamp() * 1000)
        return context | {"then": activities.standing_at(actor_of(request), name, where, at), "moment": at}
    except (Invalid, OverflowError, ValueError):
        return context | {"on_error": _("There is no such stage or moment.")}


@signed_in
def activity(request: HttpRequest, name: str) -> HttpResponse:
    """The history of a model, the newest first."""
    context = model_frame.frame(request, name, "activity")
    text = request.GET.get("before", "")
    before = int(text) if text.isdecimal() and len(text) < 19 else 0
    lines = activities.list_activity(actor_of(request), name, before=before, limit=LINES + 1)
    shown = lines[:LINES]
    page = reverse("web:model_activity", args=[name])
    context |= {
        "events": events(shown, name),
        "next_url": f"{page}?before={shown[-1].id}" if len(lines) > LINES else "",
        "first_url": page if before else "",
    }
    return render(request, "web/models/activity.html", context)
