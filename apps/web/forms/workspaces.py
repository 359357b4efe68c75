"""Forms of workspaces."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WorkspaceForm(forms.Form):
    """A workspace to make."""

    name = forms.CharField(label=_("Name"), max_length=63, help_text=_("Lower-case letters, digits and hyphens, like card-risk."))
    description = forms.CharField(label=_("Description"), max_length=2000, required=False)


class DescriptionForm(forms.Form):
    """What a workspace is for."""

    description = forms.CharField(label=_("Description"), max_length=2000, required=False)
