"""Forms of the request page."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SayForm(forms.Form):
    """What somebody says to a vote or an end; needed where `needed`."""

    comment = forms.CharField(label=_("Comment"), max_length=65_535, widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, *args: object, needed: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["comment"].required = needed


class ApproveForm(SayForm):
    """An approval where no policy says what happens to the others."""

    archive = forms.BooleanField(label=_("Archive the versions that stand there"), required=False, initial=True)


class OverrideForm(forms.Form):
    """Why the policy does not count this once, and the password again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=65_535,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who had a say reads it, and it stands on the model's page."),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
