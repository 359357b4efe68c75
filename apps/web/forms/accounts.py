"""Forms of signing in and of one's own settings."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

SCOPES = [
    ("all", _("All that you may do")),
    ("write", _("Log, upload and register; no sharing, approving or accounts")),
    ("read", _("Only read")),
]
LIFETIMES = [("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), ("never", _("Never"))]


def _password(label: Any, *, new: bool, **options: Any) -> forms.CharField:
    """A password's field; kept as typed, spaces at the ends too."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(label=label, strip=False, max_length=1000, widget=forms.PasswordInput(attrs=attrs), **options)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = _password(_("Password"), new=False)


class ResetForm(forms.Form):
    """Where the link goes."""

    email = forms.EmailField(label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}))


class NewPasswordForm(forms.Form):
    """A password, twice; what makes a good one is the room's affair."""

    new = _password(_("New password"), new=True, help_text=_("At least 12 characters; a sentence is good."))
    again = _password(_("The same again"), new=True)

    def clean(self) -> dict[str, Any]:
        """Both have to be the same."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class ChangePasswordForm(NewPasswordForm):
    """The same, by somebody who knows the present one."""

    current = _password(_("Current password"), new=False)
    field_order = ("current", "new", "again")


class ProfileForm(forms.Form):
    """What one says of oneself."""

    display_name = forms.CharField(
        label=_("Name"), max_length=255, required=False, help_text=_("Shown beside what you do. Without one, your user name.")
    )
    email = forms.EmailField(label=_("Mail address"), required=False, help_text=_("For a forgotten password."))


class TokenForm(forms.Form):
    """A new access token."""

    label = forms.CharField(label=_("What it is for"), max_length=255, help_text=_("Like: laptop, nightly training."))
    scope = forms.ChoiceField(label=_("It may"), choices=SCOPES, initial="all")
    days = forms.ChoiceField(label=_("It ends after"), choices=LIFETIMES, initial="90")

    @property
    def lifetime(self) -> timedelta | None:
        """None: until it is revoked."""
        days = self.cleaned_data["days"]
        return None if days == "never" else timedelta(days=int(days))


class TokenNameForm(forms.Form):
    """Another name for a token."""

    label = forms.CharField(label=_("What it is for"), max_length=255)


class MemberForm(forms.Form):
    """Somebody to add to a team."""

    user = forms.TypedChoiceField(label=_("Who"), coerce=int)
    role = forms.ChoiceField(label=_("As"), choices=[("member", _("Member")), ("lead", _("Lead: adds and removes members"))])

    def __init__(self, *args: Any, people: list[Any], **kwargs: Any) -> None:
        """`people`: who can be added."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.choices = [
            (person.id, f"{person.label} ({person.username})" if person.label != person.username else person.label)
            for person in people
        ]
