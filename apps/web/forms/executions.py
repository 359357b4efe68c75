"""The form that a project's entry point asks for, made from its declared parameters."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.projects import rules
from apps.projects.mlproject import EntryPoint, Parameter
from apps.web.forms.projects import PLAIN, LimitFields, checked

HINTS = {
    "float": _("A number."),
    "path": _("A path in the project, or an address that is downloaded."),
    "uri": _("An address, like https://host/data.csv or runs:/…/model."),
}


class EntryForm(LimitFields):
    """Entry point, its parameters, where the run goes, and what it may use.

    `entry` None: nothing is known of it; it is named, and its parameters are written as lines. `strict` False: the values may be
    meant for other code than was looked at (another branch), so they are taken as they are.
    """

    entry_point = forms.CharField(label=_("Entry point or script"), max_length=255, widget=forms.TextInput(attrs=PLAIN))
    ref = forms.CharField(label=_("Branch, tag or commit"), max_length=250, required=False, widget=forms.TextInput(attrs=PLAIN))
    more = forms.CharField(
        label=_("More parameters"),
        required=False,
        help_text=_("One on a line, name=value; they follow the command as --name value."),
        widget=forms.Textarea(attrs={**PLAIN, "rows": 2}),
    )
    experiment = forms.CharField(
        label=_("Experiment"), max_length=500, required=False, widget=forms.TextInput(attrs={**PLAIN, "list": "experiments"})
    )
    run_name = forms.CharField(label=_("Run name"), max_length=250, required=False)
    priority = forms.IntegerField(
        label=_("Priority"),
        required=False,
        min_value=rules.PRIORITIES[0],
        max_value=rules.PRIORITIES[1],
        help_text=_("Higher goes first."),
    )

    def __init__(self, *args: Any, entry: EntryPoint | None, known_ref: str | None = None, **kwargs: Any) -> None:
        """`known_ref`: the ref that the entry point was read at; None where the code is fixed."""
        super().__init__(*args, **kwargs)
        self.entry, self.known_ref = entry, known_ref
        if known_ref is None:
            del self.fields["ref"]
        if entry is not None:
            self.fields["entry_point"].widget = forms.HiddenInput()
            self.fields["entry_point"].initial = entry.name
        self._parameters = list(entry.parameters.values()) if entry else []
        for at, parameter in enumerate(self._parameters):
            self.fields[f"param-{at}"] = _field(parameter)

    @property
    def parameter_fields(self) -> list[dict[str, Any]]:
        """The declared parameters: field, type, whether a value is needed."""
        return [
            {"field": self[f"param-{at}"], "type": parameter.type, "is_required": parameter.is_required}
            for at, parameter in enumerate(self._parameters)
        ]

    @property
    def is_opened(self) -> bool:
        """Whether what is folded away has to be seen: a value given now, further parameters, or what is wrong with one."""
        changed = self.changed_data if self.is_bound else []
        folded = [*self.limit_fields, self["more"]]
        return bool(self["more"].value()) or any(field.errors or field.name in changed for field in folded)

    @property
    def params(self) -> dict[str, str]:
        """What was given: empty fields are left to their defaults."""
        data = self.cleaned_data
        values = {parameter.name: data.get(f"param-{at}") or "" for at, parameter in enumerate(self._parameters)}
        return {name: value for name, value in values.items() if value} | data.get("more", {})

    def clean_entry_point(self) -> str:
        """A name."""
        name: str = checked(rules.check_entry_point, self.cleaned_data["entry_point"])
        return name

    def clean_ref(self) -> str:
        """A name that git does not read otherwise."""
        ref: str = checked(rules.check_ref, self.cleaned_data["ref"])
        return ref

    def clean_more(self) -> dict[str, str]:
        """The lines as parameters."""
        found: dict[str, str] = {}
        for line in self.cleaned_data["more"].splitlines():
            name, sign, value = line.strip().partition("=")
            if not line.strip():
                continue
            if not sign or not name.strip():
                raise forms.ValidationError(_("Write name=value: %(line)s") % {"line": line.strip()[:100]})
            found[name.strip()] = value.strip()
        params: dict[str, str] = checked(rules.check_params, found)
        return params

    def clean(self) -> dict[str, Any]:
        """Each declared parameter by its type, where the code that will run is the code that was looked at."""
        data = super().clean() or {}
        if self.entry is None or (self.known_ref is not None and data.get("ref", "") != self.known_ref):
            return data
        problems = self.entry.problems(self.params)
        for at, parameter in enumerate(self._parameters):
            if parameter.name in problems:
                self.add_error(f"param-{at}", problems[parameter.name])
        return data

    @classmethod
    def initial_values(
        cls, entry: EntryPoint | None, params: Mapping[str, str], limits: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        """What the form is filled with: values of declared parameters in their fields, others as lines."""
        declared = list(entry.parameters) if entry else []
        values = {f"param-{at}": params[name] for at, name in enumerate(declared) if name in params}
        rest = "\n".join(f"{name}={value}" for name, value in params.items() if name not in declared)
        return {**more, **values, "more": rest, **cls.initial_of(dict(limits))}


def _field(parameter: Parameter) -> forms.CharField:
    attrs = {**PLAIN, "data-type": parameter.type}
    if parameter.type == "float":
        attrs["inputmode"] = "decimal"
    hint = HINTS.get(parameter.type, "")
    return forms.CharField(
        label=parameter.name,
        required=False,  # whether it is needed says the entry point, in its own words
        initial=parameter.default,
        max_length=rules.MAX_PARAM_VALUE,
        strip=parameter.type != "string",
        help_text=hint,
        widget=forms.TextInput(attrs=attrs | ({"data-required": ""} if parameter.is_required else {})),
    )
