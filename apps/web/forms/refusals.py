"""What a room refused, as an error of the form that asked for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import Form

from apps.core.errors import AlreadyExists, Conflict, Denied, DomainError, Invalid

# A plain client is told where to ask; whoever reads this is there.
_WHERE = re.compile(r" Ask for it at \S+$")


@contextmanager
def shown(form: Form, field: str | None = None) -> Iterator[None]:
    """Inside, a refusal that the person can mend becomes an error at `field`, or of the whole form; look at `form.errors`."""
    try:
        yield
    except (Invalid, AlreadyExists, Conflict, Denied) as error:
        form.refusal = error  # type: ignore[attr-defined]
        form.add_error(field, words(error))


def words(error: DomainError) -> str:
    """A refusal as a sentence of its own."""
    text = _WHERE.sub("", error.message.removeprefix("Permission denied: "))
    return text[:1].upper() + text[1:]


def status(*forms: Form | None) -> int:
    """How a page with these forms is answered: 200 if nothing is wrong with them, else as the refusal wants it."""
    wrong = [form for form in forms if form is not None and form.errors]
    refusals = [form.refusal for form in wrong if hasattr(form, "refusal")]
    if any(isinstance(refusal, Denied) for refusal in refusals):
        return 403
    if any(isinstance(refusal, Conflict) for refusal in refusals):
        return 409
    return 400 if wrong else 200


def said(*forms: Form | None) -> str:
    """What is wrong with these forms in one text, for a page that does not show them to this person."""
    texts = [str(error) for form in forms if form is not None for errors in form.errors.values() for error in errors]
    return " ".join(dict.fromkeys(texts))
