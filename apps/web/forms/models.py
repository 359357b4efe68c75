"""Forms of registered models and their versions."""

from django import forms
from django.utils.translation import gettext_lazy as _

MARKDOWN = _("Markdown.")


class ModelForm(forms.Form):
    """A new registered model."""

    name = forms.CharField(
        label=_("Name"), max_length=256, help_text=_("Unique in this workspace, without / and :, like card-fraud.")
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=MARKDOWN
    )


class DescriptionForm(forms.Form):
    """What a model or version is for."""

    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text=MARKDOWN
    )


class TagForm(forms.Form):
    """A tag of a model or version."""

    key = forms.CharField(label=_("Key"), max_length=250)
    value = forms.CharField(label=_("Value"), max_length=100_000, required=False)


class RenameForm(forms.Form):
    """Another name for a model."""

    name = forms.CharField(label=_("Name"), max_length=256)


class AliasForm(forms.Form):
    """An alias for a version."""

    alias = forms.CharField(label=_("Alias"), max_length=255, help_text=_("Letters, digits, _ and -, like champion."))


class CommentForm(forms.Form):
    """Why something is done or asked for."""

    comment = forms.CharField(label=_("Comment"), required=False, max_length=65_535, widget=forms.Textarea(attrs={"rows": 3}))


class MoveForm(CommentForm):
    """A move into a stage that no policy stands before."""

    archive_existing = forms.BooleanField(label=_("Archive what stands there"), required=False)


class RegisterForm(forms.Form):
    """A version of what a run logged, under a new name or one that exists."""

    name = forms.CharField(
        label=_("Model"),
        max_length=256,
        help_text=_("One that exists gets another version; a new name makes a new model."),
        widget=forms.TextInput(attrs={"list": "known-models", "autocomplete": "off"}),
    )
    source = forms.ChoiceField(label=_("What"))
    description = forms.CharField(
        label=_("Description of the version"), required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text=MARKDOWN
    )
