"""Holds: what is evidence of a promoted version may not change. The registry places and releases them in its transaction."""

from django.db.models import F

from apps.access.queries.workspaces import require_known
from apps.core.actor import Actor
from apps.core.clock import now_ms
from apps.core.transactions import atomic
from apps.experiments.models import Hold, LoggedModel, Run


@atomic
def lock_evidence(actor: Actor, run_ids: list[str], model_ids: list[str]) -> None:
    """Keep writers away from these runs and logged models until the transaction ends: what is read of them now stays true."""
    require_known(actor)
    list(Run.objects.select_for_update().filter(run_id__in=run_ids).order_by("id").values_list("id"))
    list(LoggedModel.objects.select_for_update().filter(model_id__in=model_ids).order_by("id").values_list("id"))


@atomic
def place_hold(actor: Actor, key: str, reason: str, run_ids: list[str], model_ids: list[str]) -> None:
    """Protect these runs and logged models; `reason` names the version in the refusal's sentence. Again changes nothing.

    Points dated after this moment are refused, so the day of an existing hold stays.
    """
    require_known(actor)
    lock_evidence(actor, run_ids, model_ids)
    now = now_ms()
    for pk in Run.objects.filter(run_id__in=run_ids).values_list("id", flat=True):
        _, created = Hold.objects.get_or_create(run_id=pk, key=key, defaults={"reason": reason[:500], "since": now})
        if created:
            Run.objects.filter(pk=pk).update(holds=F("holds") + 1)
    for pk in LoggedModel.objects.filter(model_id__in=model_ids).values_list("id", flat=True):
        _, created = Hold.objects.get_or_create(model_id=pk, key=key, defaults={"reason": reason[:500], "since": now})
        if created:
            LoggedModel.objects.filter(pk=pk).update(holds=F("holds") + 1)


@atomic
def release_hold(actor: Actor, key: str) -> None:
    """Take away whatever was protected under the key; nothing there is fine."""
    require_known(actor)
    for hold in Hold.objects.select_for_update().filter(key=key).order_by("id"):
        if hold.run_id is not None:
            Run.objects.filter(pk=hold.run_id).update(holds=F("holds") - 1)
        elif hold.model_id is not None:
            LoggedModel.objects.filter(pk=hold.model_id).update(holds=F("holds") - 1)
        hold.delete()
