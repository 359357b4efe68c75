"""Tags and filters of the pages: icons, numbers, times, colours, markdown, links that keep their parameters."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, Select, SelectMultiple, Textarea
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import clock
from apps.web import colors, formats, prose

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of the sprite; `size` is "s" (14 px), "l" (20 px) or nothing (16 px). The build finds names written as literals."""
    kind = f" icon--{size}" if size else ""
    sprite = f"{static('vendor/icons.svg')}#{name}"
    return format_html('<svg class="icon{}" aria-hidden="true"><use href="{}"/></svg>', kind, sprite)


@register.filter
def number(value: float | None, decimals: int = 4) -> str:
    """A metric's value: {{ 0.96591|number }} is 0.9659, ints get thousands."""
    return formats.number(value, decimals)


@register.filter
def signed(value: float, decimals: int = 4) -> str:
    """A difference with its sign."""
    return formats.signed(value, decimals)


@register.filter
def count(value: int | None) -> str:
    """A whole number with thousands; nothing for None."""
    return "" if value is None else formats.count(value)


@register.filter
def duration(value: float | None) -> str:
    """Seconds as "1 h 28". Give milliseconds through `|duration_ms`."""
    return formats.duration(value)


@register.filter
def duration_ms(value: float | None) -> str:
    """Milliseconds as "1 h 28"."""
    return formats.duration(None if value is None else value / 1000)


@register.filter("bytes")
def size(value: int | None) -> str:
    """Bytes as "2.1 MB"."""
    return formats.size(value)


@register.filter
def initials(name: str) -> str:
    """Letters for an avatar."""
    return formats.initials(name)


@register.filter
def moment(value: int | float | datetime | None) -> datetime | None:
    """A moment from milliseconds since 1970, as the protocol has them, or from a datetime."""
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    return value


@register.filter
def ago(value: int | float | datetime | None) -> str:
    """A <time> that says "3 h ago", carries the exact moment, and keeps itself right; milliseconds or datetime."""
    then = moment(value)
    if then is None:
        return "–"
    text = formats.ago(then, clock.now())
    return format_html(
        '<relative-time><time datetime="{}" title="{}">{}</time></relative-time>', then.isoformat(), formats.exact(then), text
    )


@register.filter
def exact(value: int | float | datetime | None) -> str:
    """A moment to the second."""
    then = moment(value)
    return "–" if then is None else formats.exact(then)


@register.filter
def run_color(run_id: str) -> str:
    """The CSS colour of a run seen alone: style="--c: {{ run.id|run_color }}"."""
    return colors.color(run_id)


@register.filter
def markdown(text: str | None) -> SafeString:
    """Markdown of people as safe HTML."""
    return prose.html(text or "")


@register.filter
def comment(text: str | None) -> SafeString:
    """Markdown of a comment as safe HTML, with `@name` standing out."""
    return prose.comment(text or "")


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The query string of this page with parameters set, or removed by None or "": {% query_with page=2 sort=None %}."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's control in our clothes; what its label, hint and error are is _field.html's affair."""
    widget = field.field.widget
    kind = "input"
    if isinstance(widget, CheckboxInput):
        kind = "check"
    elif isinstance(widget, Select | SelectMultiple):
        kind = "select"
    elif isinstance(widget, Textarea):
        kind = "textarea"
    own = widget.attrs.get("class", "")
    attrs: dict[str, str | bool] = {"class": f"{kind} {own}".strip()}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"{field.id_for_label}_note"}
    elif field.help_text:
        attrs["aria-describedby"] = f"{field.id_for_label}_note"
    return field.as_widget(attrs=attrs)


@register.filter
def option_control(option: BoundWidget) -> SafeString:
    """One choice of a field that is a list of radio buttons or boxes."""
    option.data["attrs"]["class"] = "check"
    return option.tag()


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether the label stands after the control."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def undo_url(message: Message) -> str:
    """The address behind a message's Undo, given as extra_tags="undo:/address/"."""
    return (message.extra_tags or "").removeprefix("undo:") if (message.extra_tags or "").startswith("undo:") else ""


@register.filter
def skeleton_widths(rows: int | None) -> list[int]:
    """Widths in percent of the lines that stand for text still loading."""
    return [(72, 54, 63, 48)[at % 4] for at in range(rows or 3)]
