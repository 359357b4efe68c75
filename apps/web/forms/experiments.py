"""Forms of experiments and of sharing."""

from django import forms
from django.utils.translation import gettext_lazy as _

LEVELS = [
    ("READ", _("READ: see it and download")),
    ("USE", _("USE: load its models")),
    ("EDIT", _("EDIT: log runs, tag, rename")),
    ("MANAGE", _("MANAGE: delete and share")),
    ("NO_PERMISSIONS", _("NO_PERMISSIONS: hide it from them")),
]


class ExperimentForm(forms.Form):
    """A name for a new experiment."""

    name = forms.CharField(label=_("Name"), max_length=500, help_text=_("Unique in this workspace, like fraud/weekly."))


class NoteForm(forms.Form):
    """Markdown about an experiment or a run."""

    note = forms.CharField(label=_("Markdown"), widget=forms.Textarea(attrs={"rows": 6}), required=False)


class RenameForm(forms.Form):
    """Another name for a run."""

    name = forms.CharField(label=_("Name"), max_length=500)


class TagForm(forms.Form):
    """A tag of a run."""

    key = forms.CharField(label=_("Key"), max_length=250)
    value = forms.CharField(label=_("Value"), max_length=8000, required=False)


class GrantForm(forms.Form):
    """A level for a person or a team."""

    kind = forms.ChoiceField(label=_("To"), choices=[("user", _("Person")), ("team", _("Team"))])
    name = forms.CharField(label=_("User or team name"), max_length=255)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, initial="EDIT")
