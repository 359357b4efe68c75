"""Webhooks: what is told of events, each with the log of its deliveries."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.actor import Actor
from apps.core.errors import Denied
from apps.notices.events import DATABRICKS_EVENTS, MLFLOW_EVENTS
from apps.notices.queries.webhooks import last_deliveries
from apps.notices.services.deliveries import Outcome
from apps.notices.services.webhooks import WebhookChange
from apps.registry.queries import hooks as queries
from apps.registry.queries import webhooks as registry_queries
from apps.registry.queries.hooks import MLFLOW, REGISTRY, Hook
from apps.registry.services import hooks as services
from apps.web.base import actor_of, render, signed_in
from apps.web.forms.notices import EVENTS, MlflowWebhookForm, RegistryWebhookForm
from apps.web.forms.refusals import shown

KNOWN: dict[str, tuple[str, ...]] = {MLFLOW: tuple(MLFLOW_EVENTS), REGISTRY: DATABRICKS_EVENTS}


@signed_in
def hook_list(request: HttpRequest) -> HttpResponse:
    """Those that one may manage; `?model=` narrows to one model's."""
    actor, model = actor_of(request), request.GET.get("model", "")
    found = queries.list_hooks(actor, model)
    glances = last_deliveries(actor, [hook.webhook.id for hook in found])
    context = {
        "rows": [{"hook": hook, "events": _words(hook), "last": glances.get(hook.webhook.id)} for hook in found],
        "model": model,
        **_rights(actor),
    }
    return render(request, "web/webhooks/list.html", context)


def _rights(actor: Actor) -> dict[str, bool]:
    """Which buttons there are."""
    may_all = registry_queries.may_manage_registry(actor)
    some = may_all or bool(registry_queries.list_managed_models(actor, 1))
    return {"may_registry": some, "may_mlflow": actor.is_admin, "may_channels": may_all}


def _words(hook: Hook) -> list[Any]:
    return [EVENTS.get(event, event) for event in hook.webhook.events]


@sensitive_post_parameters("secret", "authorization")
@signed_in
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Make one."""
    actor = actor_of(request)
    form = _form(request, actor, kind)
    if request.method == "POST" and form.is_valid():
        with shown(form, "url"):
            made = services.create_hook(actor, kind, _said(form))
            messages.success(request, _("The webhook is made. Try it with the test button."))
            return HttpResponseRedirect(reverse("web:webhook", args=[kind, made.id]))
    context = {"form": form, "kind": kind, "back": reverse("web:webhooks"), "may_private": settings.ALLOW_PRIVATE_WEBHOOKS}
    return render(request, "web/webhooks/form.html", context, status=400 if form.errors else 200)


@sensitive_post_parameters("secret", "authorization")
@signed_in
def edit(request: HttpRequest, kind: str, webhook_id: str) -> HttpResponse:
    """Change one."""
    actor = actor_of(request)
    hook = queries.get_hook(actor, kind, webhook_id)
    form = _form(request, actor, kind, hook)
    back = reverse("web:webhook", args=[kind, webhook_id])
    if request.method == "POST" and form.is_valid():
        with shown(form, "url"):
            services.change_hook(actor, kind, webhook_id, _change(form))
            messages.success(request, _("The webhook is saved."))
            return HttpResponseRedirect(back)
    context = {"form": form, "kind": kind, "hook": hook, "back": back, "may_private": settings.ALLOW_PRIVATE_WEBHOOKS}
    return render(request, "web/webhooks/form.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest, actor: Actor, kind: str, hook: Hook | None = None) -> Any:
    """The form of a kind, empty or with what the webhook has. Raises Missing (kind), Denied."""
    webhook = hook.webhook if hook else None
    initial: dict[str, Any] = {"model": request.GET.get("model", "")}
    if webhook:
        known = ("name", "url", "events", "description", "verify_tls", "status")
        initial = {field: getattr(webhook, field) for field in known}
    options: dict[str, Any] = {"initial": initial, "has_secret": bool(webhook and webhook.has_secret)}
    if kind == MLFLOW and not actor.is_admin:
        raise Denied("webhooks of MLflow's kind are for administrators")
    if kind == REGISTRY and not webhook:
        rights = _rights(actor)
        if not rights["may_registry"]:
            raise Denied("a webhook of the registry needs MANAGE on a model, or on the workspace")
        models, wanted = registry_queries.list_managed_models(actor), initial["model"]
        models += [wanted] if wanted and wanted not in models else []  # beyond the first 500; whether it may be is asked later
        options |= {"models": models, "may_all": rights["may_channels"]}
    form = {MLFLOW: MlflowWebhookForm, REGISTRY: RegistryWebhookForm}.get(kind, RegistryWebhookForm)
    return form(request.POST or None, events=KNOWN.get(kind, ()), **options)


def _said(form: Any) -> dict[str, Any]:
    """A new webhook's fields, by the names that its service has for them."""
    data = form.cleaned_data
    said = {"url": data["url"], "events": data["events"], "secret": data["secret"], "description": data["description"]}
    if isinstance(form, MlflowWebhookForm):
        return said | {"name": data["name"]}
    fields = ("authorization", "verify_tls", "status")
    return said | {field: data[field] for field in fields} | {"model_name": data.get("model", "")}


def _change(form: Any) -> WebhookChange:
    data = form.cleaned_data
    change = WebhookChange(description=data["description"], url=data["url"], events=data["events"], secret=form.new_secret)
    if isinstance(form, MlflowWebhookForm):
        change.name = data["name"]
    else:
        change.verify_tls, change.status = data["verify_tls"], data["status"]
        change.authorization = data["authorization"] or None
    return change


@signed_in
def hook_page(request: HttpRequest, kind: str, webhook_id: str) -> HttpResponse:
    """One with its log."""
    return _page(request, kind, webhook_id)


def _page(request: HttpRequest, kind: str, webhook_id: str, tried: Outcome | None = None) -> HttpResponse:
    actor = actor_of(request)
    hook = queries.get_hook(actor, kind, webhook_id)
    log = queries.list_log(actor, kind, webhook_id)
    context = {
        "hook": hook,
        "events": [{"name": event, "label": EVENTS.get(event, event)} for event in hook.webhook.events],
        "log": log,
        "waits": any(delivery.state == "pending" for delivery in log),
        "now": clock.now_ms(),
        "tried": tried,
        "tried_event": request.POST.get("event", "") or hook.webhook.events[0],
        "urls": {name: reverse(f"web:webhook_{name}", args=[kind, webhook_id]) for name in ("edit", "state", "test", "delete")},
    }
    return render(request, "web/webhooks/show.html", context)


@signed_in
@require_POST
def state(request: HttpRequest, kind: str, webhook_id: str) -> HttpResponse:
    """Pause it, or go on."""
    services.change_hook(actor_of(request), kind, webhook_id, WebhookChange(status=request.POST.get("status", "")))
    return HttpResponseRedirect(reverse("web:webhook", args=[kind, webhook_id]))


@signed_in
@require_POST
def test(request: HttpRequest, kind: str, webhook_id: str) -> HttpResponse:
    """Send an example now, and show what was answered."""
    return _page(request, kind, webhook_id, services.try_hook(actor_of(request), kind, webhook_id, request.POST.get("event", "")))


@signed_in
@require_POST
def delete(request: HttpRequest, kind: str, webhook_id: str) -> HttpResponse:
    """Remove it with its log."""
    actor = actor_of(request)
    model = queries.get_hook(actor, kind, webhook_id).model
    services.delete_hook(actor, kind, webhook_id)
    messages.success(request, _("The webhook is deleted, and nothing is told to its address any more."))
    query = f"?{urlencode({'model': model})}" if model and request.POST.get("from") == "model" else ""
    return HttpResponseRedirect(reverse("web:webhooks") + query)


@signed_in
@require_POST
def redeliver(request: HttpRequest, kind: str, webhook_id: str, delivery_id: str) -> HttpResponse:
    """Send the same body again, as a delivery of its own."""
    services.redeliver(actor_of(request), kind, webhook_id, delivery_id)
    return HttpResponseRedirect(reverse("web:webhook", args=[kind, webhook_id]))
