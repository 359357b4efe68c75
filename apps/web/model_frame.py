"""The frame of a registered model's pages: its head, tabs, menu and the forms behind it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.access.levels import Level
from apps.registry.queries import policies, registered, requests
from apps.registry.records import ModelRecord
from apps.web import policy_words
from apps.web.base import actor_of
from apps.web.forms.models import RenameForm
from apps.web.registry_words import address


def frame(request: HttpRequest, name: str, tab: str, *, rename: RenameForm | None = None) -> dict[str, Any]:
    """What every tab of a model's page shows; `rename`: the form as it was refused. Raises Invalid, Missing."""
    actor = actor_of(request)
    record = registered.get_registered_model(actor, name)
    can_edit, can_manage = record.level >= Level.EDIT, record.level >= Level.MANAGE
    tabs = [("versions", _("Versions"), "model"), ("activity", _("Activity"), "model_activity")]
    if can_manage:
        tabs.append(("share", _("Access"), "model_share"))
    return {
        "model": record,
        "can_edit": can_edit,
        "can_manage": can_manage,
        "override": requests.shown_override(actor, name),
        "crumbs": [{"label": _("Models"), "url": reverse("web:models")}],
        "tabs": [{"label": label, "url": reverse(f"web:{to}", args=[name]), "current": key == tab} for key, label, to in tabs],
        "menu": _menu(record),
        "rename_form": rename or RenameForm(initial={"name": name}, auto_id="rename-%s"),
        "rename_url": reverse("web:model_rename", args=[name]),
        "protect_url": address("policy_protect", name) if can_manage else "",
    }


def _menu(record: ModelRecord) -> list[dict[str, Any]]:
    """What this person may do with the model, nothing else."""
    menu: list[dict[str, Any]] = []
    if record.level >= Level.EDIT:
        menu.append({"label": _("Rename"), "icon": "pencil", "opens": "rename-model"})
    if record.level >= Level.MANAGE:
        menu += [
            {"label": _("Access"), "icon": "users", "url": reverse("web:model_share", args=[record.name])},
            {"label": _("Webhooks"), "icon": "webhook", "url": f"{reverse('web:webhooks')}?{urlencode({'model': record.name})}"},
            {
                "label": _("Delete"),
                "icon": "trash",
                "danger": True,
                "action": reverse("web:model_delete", args=[record.name]),
                "confirm": _("Delete %(name)s?") % {"name": record.name},
                "text": _("It and its versions go to the trash and can be restored for 30 days, without stages and aliases."),
                "verb": _("Delete model"),
            },
        ]
    return menu


def policy_lines(request: HttpRequest, name: str) -> list[dict[str, str]]:
    """The policies that apply to a model, in words, with the page of each."""
    actor = actor_of(request)
    found = policies.policies_of_model(actor, name)
    names = policies.names_in(actor, [one.terms for one in found])
    return [
        {
            "target": one.target,
            "kind": one.target_kind,
            "about": policy_words.models(one) if one.scope != "model" else "",
            "needs": policy_words.summary(one.terms, names),
            "bound": one.terms.bound_alias,
            "url": address("policy", one.id),
            "label": one.label,
        }
        for one in found
    ]
