"""Forms of the administration."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.audit.queries.rows import Selection
from apps.web.forms.accounts import NewPasswordForm


class InviteForm(forms.Form):
    """Somebody who chooses the password by a link."""

    username = forms.CharField(label=_("User name"), max_length=255, help_text=_("Signs in with it. Unique, in capitals or not."))
    email = forms.EmailField(label=_("Mail address"), help_text=_("The invitation goes there; you can also hand the link over."))
    display_name = forms.CharField(label=_("Name"), max_length=255, required=False)
    is_admin = forms.BooleanField(label=_("Administrator"), required=False)


class UserForm(NewPasswordForm):
    """An account with a password that the administrator chooses."""

    username = forms.CharField(label=_("User name"), max_length=255, help_text=_("Signs in with it. Unique, in capitals or not."))
    email = forms.EmailField(label=_("Mail address"), required=False)
    display_name = forms.CharField(label=_("Name"), max_length=255, required=False)
    is_admin = forms.BooleanField(label=_("Administrator"), required=False)
    field_order = ("username", "display_name", "email", "new", "again", "is_admin")


class ServiceForm(forms.Form):
    """An account for a machine."""

    username = forms.CharField(label=_("Name"), max_length=255, help_text=_("Like: ci, nightly-training."))
    description = forms.CharField(label=_("What it is for"), max_length=500, required=False)


class TeamForm(forms.Form):
    """A team."""

    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(label=_("Description"), max_length=1000, required=False)


class AuditForm(forms.Form):
    """Which rows of the audit; every field may be left out."""

    text = forms.CharField(label=_("Contains"), max_length=200, required=False)
    actor = forms.CharField(label=_("Who"), max_length=300, required=False)
    act = forms.CharField(label=_("Act"), max_length=64, required=False)
    noun = forms.CharField(label=_("Kind of thing"), max_length=64, required=False)
    noun_id = forms.CharField(label=_("Id"), max_length=500, required=False)
    workspace = forms.CharField(label=_("Workspace"), max_length=255, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until, inclusive"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    @property
    def selection(self) -> Selection:
        """What was asked for; a field with an error narrows nothing. Days are UTC."""
        data: dict[str, Any] = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        since, until = data.get("since"), data.get("until")
        return Selection(
            actor_name=data.get("actor", ""),
            act=data.get("act", ""),
            noun=data.get("noun", ""),
            noun_id=data.get("noun_id", ""),
            workspace=data.get("workspace", ""),
            since=_ms(since) if since else None,
            until=_ms(until + timedelta(days=1)) if until and until < date.max else None,
            text=data.get("text", ""),
        )


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)
