"""What the page of parts shows in them."""

from datetime import timedelta

from django import forms
from django.utils import timezone

from apps.web import shell


class TokenForm(forms.Form):
    """A field of each kind; `rate` is wrong as the page fills it in."""

    label = forms.CharField(label="Token label", help_text="Only you see it")
    expires = forms.ChoiceField(label="Expires", choices=[("90", "in 90 days"), ("365", "in a year")])
    rate = forms.FloatField(
        label="Learning rate", widget=forms.TextInput, error_messages={"invalid": "Not a number. Example: 3e-4"}
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    remember = forms.BooleanField(label="Remember me on this machine", required=False)
    scopes = forms.ChoiceField(label="Scopes", widget=forms.RadioSelect, choices=[("read", "Read"), ("edit", "Edit")])


def frame(theme: str) -> shell.Shell:
    """A frame with every place there may be."""
    return shell.Shell(
        theme=theme,
        places=[
            shell.Link(p.name, p.label, p.icon, "#", p.name == "web:experiments", p.on_tabbar, 3 * (p.name == "web:approvals"))
            for p in shell.PLACES
        ],
        foot=[shell.Link(p.name, p.label, p.icon, "#") for p in shell.FOOT],
        account=[shell.Link(p.name, p.label, p.icon, "#") for p in shell.ACCOUNT],
        urls={"home": "/", "logout": "/logout/", "suggest": "/suggest/", "preferences": "/preferences/"},
        workspace="card-risk",
        workspaces=[{"name": name, "url": f"/w/{name}/"} for name in ("card-risk", "collections", "default")],
    )


def parts() -> dict:
    """Parameters of the parts."""
    now = timezone.now()
    return {
        "form": TokenForm({"label": "laptop", "expires": "90", "rate": "3e−4 5", "scopes": "read"}),
        "earlier": now - timedelta(hours=3, minutes=4),
        "crumbs": [{"label": "Experiments", "url": "#"}],
        "tabs": [
            {"label": "Overview", "url": "#", "current": True},
            {"label": "Charts", "url": "#", "count": 14},
            {"label": "Activity", "url": "#"},
        ],
        "tree": TREE,
        "menu": MENU,
        "events": [
            _event(now, 180, "checklist", "Mira Sandoval", text="opened the request under policy version 5"),
            _event(now, 120, "", "Mira Sandoval", comment="The new input `merchant_risk` is **optional**."),
            _event(now, 30, "circle-x", "", text="Gate latency failed, one more approval asked for", tone="bad"),
        ],
        "steps": [
            {"name": "Queued", "fact": "4 s, place 1", "is": "done"},
            {"name": "Environment", "fact": "from cache, 0.1 s", "is": "done"},
            {"name": "Running", "fact": "31 min of at most 4 h", "is": "current"},
            {"name": "Done", "fact": "about 60 min left"},
        ],
        "columns": [
            {"name": "Version 12", "note": "Production"},
            {"name": "Version 14", "note": "candidate", "color": "var(--run-1)", "url": "#"},
        ],
        "groups": GROUPS,
    }


def _event(now, minutes: int, icon: str, actor: str, **more: str) -> dict:
    return {"icon": icon, "actor": actor, "when": now - timedelta(minutes=minutes), **more}


TREE = [
    {"name": "model", "url": "#", "expanded": True, "size": 68_000_000},
    {"name": "MLmodel", "url": "#", "level": 1, "selected": True, "icon": "file-text", "size": 1049},
    {"name": "weights.safetensors", "url": "#", "level": 1, "size": 67_000_000},
    {"name": "pr_curve.html", "url": "#", "level": 1, "bad": True, "note": "not arrived"},
    {"name": "checkpoints", "url": "#", "expanded": False, "size": 1_200_000_000},
]
MENU = [
    {"label": "Rename", "icon": "pencil", "url": "#", "key": "R"},
    {"label": "Tag", "icon": "tag", "opens": "delete-runs", "key": "T"},
    {"label": "Move", "icon": "folder", "disabled": "You may not edit the other experiment"},
    {
        "label": "Delete",
        "icon": "trash",
        "action": "/delete/",
        "danger": True,
        "confirm": "Delete 3 runs?",
        "text": "They can be restored for 30 days.",
        "verb": "Delete runs",
    },
]
GROUPS = [
    {
        "name": "Metrics",
        "rows": [
            {
                "name": "val/auc",
                "cells": [{"text": "0.9618"}, {"text": "0.9659", "best": True, "delta": "+0.0041", "better": True}],
            }
        ],
    },
    {
        "name": "Params",
        "rows": [
            {"name": "depth", "cells": [{"text": "6"}, {"text": "8", "diff": "chg"}]},
            {"name": "label_smoothing", "cells": [{"text": None}, {"text": "0.05", "diff": "add"}]},
        ],
    },
]
