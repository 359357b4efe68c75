"""Forms of use, quotas, legal holds and the trash."""

from django import forms
from django.utils.translation import gettext_lazy as _

KINDS = [("person", _("Person")), ("team", _("Team")), ("experiment", _("Experiment"))]


class QuotaForm(forms.Form):
    """How much may be kept for whom."""

    kind = forms.ChoiceField(label=_("For"), choices=KINDS)
    name = forms.CharField(
        label=_("Name"),
        max_length=500,
        required=False,
        help_text=_("User name, team, or the experiment's number. Empty: everybody of this kind without a quota of their own."),
    )
    size = forms.CharField(
        label=_("Quota"), max_length=40, required=False, help_text=_("Like 500 GB. Empty: no quota. 1 GB is 1,000 MB.")
    )


class TrashRuleForm(forms.Form):
    """After how many days things in the trash go by themselves."""

    days = forms.IntegerField(
        label=_("Days in the trash"), required=False, min_value=1, max_value=3650, help_text=_("Empty: nothing goes by itself.")
    )


class HoldForm(forms.Form):
    """Why something may not go."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("Whoever is refused reads it, like: inquiry 12/26."))
