"""Forms of projects: where code comes from, what is asked of it, what it may know."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import Invalid
from apps.projects import bounds, rules
from apps.projects.records import ProjectRecord

GIT, UPLOAD = "git", "upload"
LEVELS = [
    ("READ", _("READ: see it")),
    ("USE", _("USE: run it")),
    ("MANAGE", _("MANAGE: change it, its secrets and who may")),
    ("NO_PERMISSIONS", _("NO_PERMISSIONS: hide it from them")),
]
LIMIT_LABELS = {
    "minutes": _("Minutes"),
    "memory_mb": _("Memory, MB"),
    "cpus": _("Processors"),
    "disk_mb": _("Disk, MB"),
    "processes": _("Processes"),
}
PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def checked(check: Callable[..., Any], *args: Any) -> Any:
    """What a rule of the projects makes of a value. Raises the form's own error for what it refuses."""
    try:
        return check(*args)
    except Invalid as error:
        raise forms.ValidationError(error.message) from None


class SourceForm(forms.Form):
    """Where the code lies: a git repository, or an uploaded archive. `kind` is fixed by who makes the form."""

    uri = forms.CharField(
        label=_("Repository"),
        max_length=2048,
        help_text=_("https://host/path, ssh://git@host/path or git@host:path; or a folder that an administrator allows."),
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "https://github.com/mlflow/mlflow-example"}),
    )
    ref = forms.CharField(
        label=_("Branch, tag or commit"),
        max_length=250,
        required=False,
        help_text=_("Without one, the repository's default branch."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    archive = forms.FileField(
        label=_("Archive"),
        required=False,
        allow_empty_file=True,
        help_text=_(".zip, .tar, .tar.gz, .tgz or .tar.bz2, at most 1 GiB."),
        widget=forms.FileInput(attrs={"accept": ".zip,.tar,.gz,.tgz,.bz2"}),
    )
    archive_id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    subdirectory = forms.CharField(
        label=_("Subdirectory"),
        max_length=1024,
        required=False,
        help_text=_("Where the MLproject file lies, if not at the top."),
        widget=forms.TextInput(attrs=PLAIN),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        """Only the fields of one kind of source."""
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name in ("archive", "archive_id") if kind == GIT else ("uri", "ref"):
            del self.fields[name]

    def clean_uri(self) -> str:
        """An address that is followed."""
        uri: str = self.cleaned_data["uri"].strip()
        checked(rules.check_source, uri, "", "")
        return uri

    def clean_ref(self) -> str:
        """A name that git does not read otherwise."""
        ref: str = checked(rules.check_ref, self.cleaned_data["ref"])
        return ref

    def clean_subdirectory(self) -> str:
        """A folder inside."""
        inside: str = checked(rules.check_subdirectory, self.cleaned_data["subdirectory"])
        return inside


class NewProjectForm(SourceForm):
    """A project to be made."""

    name = forms.CharField(label=_("Name"), max_length=255, help_text=_("Unique in this workspace."))
    description = forms.CharField(label=_("What it does"), max_length=2000, required=False)
    field_order = ("name", "description", "uri", "ref", "archive", "archive_id", "subdirectory")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.kind == UPLOAD:
            # What was uploaded before a mistake in another field is kept, and need not be sent again.
            self.fields["archive"].required = not self.data.get("archive_id")
            self.fields["archive"].error_messages["required"] = _("Choose a file.")

    def clean_name(self) -> str:
        """A name without what addresses cannot hold."""
        name: str = checked(rules.check_name, self.cleaned_data["name"])
        return name

    def clean(self) -> dict[str, Any]:
        """An upload needs a file, now or before."""
        data = super().clean() or {}
        if self.kind == UPLOAD and not data.get("archive") and not data.get("archive_id") and not self.errors.get("archive"):
            self.add_error("archive", _("Choose a file."))
        return data


class LimitFields(forms.Form):
    """What an execution may use; an empty field limits nothing further."""

    minutes = forms.IntegerField(required=False)
    memory_mb = forms.IntegerField(required=False)
    cpus = forms.IntegerField(required=False)
    disk_mb = forms.IntegerField(required=False)
    processes = forms.IntegerField(required=False)
    offline = forms.BooleanField(label=_("Without network"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LIMIT_LABELS.items():
            field: Any = self.fields[name]
            low, high = bounds.NUMBERS[name]
            field.label, field.min_value, field.max_value = label, low, high
            field.widget.attrs |= {"min": low, "max": high}
            field.validators += [_between(low, high)]

    @property
    def limit_fields(self) -> list[forms.BoundField]:
        """The fields of the limits."""
        return [self[name] for name in (*LIMIT_LABELS, "offline")]

    @property
    def limits(self) -> dict[str, Any]:
        """What was asked for, as the services take it."""
        data = self.cleaned_data
        found = {name: data[name] for name in LIMIT_LABELS if data.get(name) is not None}
        return found | ({"network": False} if data.get("offline") else {})

    @staticmethod
    def initial_of(limits: dict[str, Any]) -> dict[str, Any]:
        """Limits as the form shows them."""
        return {name: limits[name] for name in LIMIT_LABELS if name in limits} | {"offline": limits.get("network") is False}


def _between(low: int, high: int) -> Callable[[int], None]:
    def check(value: int) -> None:
        if not low <= value <= high:
            raise forms.ValidationError(_("A whole number from %(low)s to %(high)s.") % {"low": low, "high": high})

    return check


class ProjectForm(LimitFields):
    """What a project is called, where its runs go, and what each may use."""

    name = forms.CharField(label=_("Name"), max_length=255)
    description = forms.CharField(label=_("What it does"), max_length=2000, required=False)
    experiment = forms.CharField(
        label=_("Experiment"),
        max_length=500,
        required=False,
        help_text=_("Where runs go unless somebody says otherwise. Without one: Default."),
        widget=forms.TextInput(attrs={**PLAIN, "list": "experiments"}),
    )
    field_order = ("name", "description", "experiment", *LIMIT_LABELS, "offline")

    def clean_name(self) -> str:
        """A name without what addresses cannot hold."""
        name: str = checked(rules.check_name, self.cleaned_data["name"])
        return name

    @classmethod
    def of(cls, project: ProjectRecord, experiment: str) -> "ProjectForm":
        """The form as the project is now."""
        facts = {"name": project.name, "description": project.description, "experiment": experiment}
        return cls(initial=facts | cls.initial_of(project.limits))


class SecretForm(forms.Form):
    """A secret: its value is never shown again."""

    secret = forms.CharField(
        label=_("Name"),
        max_length=128,
        help_text=_("The variable that executions get. GIT_TOKEN and GIT_SSH_KEY open the source and stay out of the code."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    value = forms.CharField(
        label=_("Value"),
        strip=False,
        help_text=_("Written once, shown never; in logs it is replaced by ***."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """A name for a variable, and a value that can be kept out of logs."""
        data = super().clean() or {}
        if "secret" in data and "value" in data:
            data["value"] = data["value"].replace("\r\n", "\n")
            try:
                rules.check_secret(data["secret"], data["value"])
            except Invalid as error:
                self.add_error("value" if error.message.startswith("A secret has") else "secret", error.message)
        return data


class GrantForm(forms.Form):
    """A level on a project for a person or a team."""

    kind = forms.ChoiceField(label=_("To"), choices=[("user", _("Person")), ("team", _("Team"))])
    name = forms.CharField(label=_("User or team name"), max_length=255)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, initial="USE")


class PriorityForm(forms.Form):
    """A place in the queue."""

    priority = forms.IntegerField(label=_("Priority"), min_value=rules.PRIORITIES[0], max_value=rules.PRIORITIES[1])
