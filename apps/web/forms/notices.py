"""Forms of notices, chats and webhooks."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES = {
    "ACTIVE": _("Active: told of each event"),
    "TEST_MODE": _("Only tests: told nothing but what the test button sends"),
    "DISABLED": _("Paused: told nothing"),
}
EVENTS: dict[str, str | Promise] = {
    "REGISTERED_MODEL_CREATED": _("A model was registered"),
    "MODEL_VERSION_CREATED": _("A version was registered"),
    "MODEL_VERSION_TAG_SET": _("A version got a tag"),
    "COMMENT_CREATED": _("Somebody commented on a version"),
    "MODEL_VERSION_TRANSITIONED_STAGE": _("A version moved to another stage"),
    "MODEL_VERSION_TRANSITIONED_TO_STAGING": _("A version moved to Staging"),
    "MODEL_VERSION_TRANSITIONED_TO_PRODUCTION": _("A version moved to Production"),
    "MODEL_VERSION_TRANSITIONED_TO_ARCHIVED": _("A version was archived"),
    "TRANSITION_REQUEST_CREATED": _("Somebody asks for a move"),
    "TRANSITION_REQUEST_TO_STAGING_CREATED": _("Somebody asks for a move to Staging"),
    "TRANSITION_REQUEST_TO_PRODUCTION_CREATED": _("Somebody asks for a move to Production"),
    "TRANSITION_REQUEST_TO_ARCHIVED_CREATED": _("Somebody asks to archive a version"),
    "registered_model.created": _("A model was registered"),
    "model_version.created": _("A version was registered"),
    "model_version_tag.set": _("A version got a tag"),
    "model_version_tag.deleted": _("A version lost a tag"),
    "model_version_alias.created": _("An alias was set"),
    "model_version_alias.deleted": _("An alias was removed"),
    "prompt.created": _("A prompt was registered"),
    "prompt_version.created": _("A version of a prompt was registered"),
    "prompt_tag.set": _("A prompt got a tag"),
    "prompt_tag.deleted": _("A prompt lost a tag"),
    "prompt_version_tag.set": _("A version of a prompt got a tag"),
    "prompt_version_tag.deleted": _("A version of a prompt lost a tag"),
    "prompt_alias.created": _("An alias of a prompt was set"),
    "prompt_alias.deleted": _("An alias of a prompt was removed"),
}


def _secret(label: Any, help_text: Any) -> forms.CharField:
    """A field whose value is never put into a page again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, max_length=4000, required=False, strip=False, widget=widget, help_text=help_text)


def _address() -> forms.CharField:
    attrs = {"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}
    return forms.CharField(label=_("Address"), max_length=2000, widget=forms.TextInput(attrs=attrs))


class WebhookForm(forms.Form):
    """What both kinds of webhooks have; secrets that are left empty stay as they are."""

    url = _address()
    events = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)
    secret = _secret(
        _("Secret"), _("Signs what is sent, so that the receiver knows it is from here. Kept encrypted, never shown again.")
    )
    forget_secret = forms.BooleanField(label=_("Remove the secret: send unsigned"), required=False)
    description = forms.CharField(label=_("What it is for"), max_length=10_000, required=False)

    def __init__(self, *args: Any, events: tuple[str, ...], has_secret: bool = False, **kwargs: Any) -> None:
        """`events`: those that the kind knows; `has_secret`: whether there is one to replace or remove."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["events"]
        field.choices = [(name, label) for name, label in EVENTS.items() if name in events]
        if not has_secret:
            del self.fields["forget_secret"]
        else:
            self.fields["secret"].label = _("New secret")
            self.fields["secret"].help_text = _("Empty: the present one stays. It is kept encrypted and never shown.")

    @property
    def new_secret(self) -> str | None:
        """The secret to keep, "" to remove it, None to leave it."""
        return "" if self.cleaned_data.get("forget_secret") else self.cleaned_data["secret"] or None


class MlflowWebhookForm(WebhookForm):
    """One of MLflow's kind."""

    name = forms.CharField(label=_("Name"), max_length=63, help_text=_("Letters, digits, dots, underscores and hyphens."))
    field_order = ("name", "url", "events", "secret", "forget_secret", "description")


class RegistryWebhookForm(WebhookForm):
    """One of the registry; `model` is chosen once."""

    model = forms.ChoiceField(label=_("Of which model"), required=False)
    authorization = _secret(_("Authorization header"), _("Like: Bearer abc. Kept encrypted, never shown."))
    verify_tls = forms.BooleanField(label=_("Check the certificate"), required=False, initial=True)
    status = forms.ChoiceField(label=_("State"), choices=list(STATES.items()), initial="ACTIVE")
    field_order = ("model", "url", "events", "secret", "forget_secret", "authorization", "verify_tls", "status", "description")

    def __init__(self, *args: Any, models: list[str] | None = None, may_all: bool = False, **kwargs: Any) -> None:
        """`models`: those to choose from, None if there is nothing to choose; `may_all`: whether all of them may be."""
        super().__init__(*args, **kwargs)
        if models is None:
            del self.fields["model"]
            self.fields["authorization"].help_text = _(
                "Empty: the present one stays, if there is one. Kept encrypted, never shown."
            )
            return
        field: Any = self.fields["model"]
        everything = [("", _("Every model of this workspace"))] if may_all else []
        field.choices = [*everything, *[(name, name) for name in models]]
        field.required = not may_all


class ChatForm(forms.Form):
    """The address of a person's chat."""

    url = forms.CharField(
        label=_("Address of the incoming webhook"),
        max_length=2000,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}
        ),
        help_text=_(
            'Of Slack, Mattermost, Teams, or whatever takes {"text": …}. It is a secret: kept encrypted, never shown again.'
        ),
    )


class ChannelForm(ChatForm):
    """A channel of the workspace's chat."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Like: #ml-approvals"))
    kinds = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)
    field_order = ("name", "url", "kinds")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kinds"]
        field.choices = list(CHANNEL_KINDS.items())


# What channels are told: of models of the workspace, in words without "mine".
CHANNEL_KINDS: dict[str, str | Promise] = {
    "approval_wanted": _("Somebody asks for an approval"),
    "request_decided": _("A request was approved, rejected or ended"),
    "version_moved": _("A version moved into or out of Staging or Production"),
    "override": _("A policy was overridden"),
}
