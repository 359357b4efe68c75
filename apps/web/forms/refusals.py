"""What a room refused, as an error of the form that asked for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import Form

from apps.core.errors import AlreadyExists, Conflict, Denied, Invalid


@contextmanager
def shown(form: Form, field: str | None = None) -> Iterator[None]:
    """Inside, a refusal that the person can mend becomes an error at `field`, or of the whole form; look at `form.errors`."""
    try:
        yield
    except (Invalid, AlreadyExists, Conflict, Denied) as error:
        form.add_error(
            field, error.message.removeprefix("Permission denied: ").capitalize() if isinstance(error, Denied) else error.message
        )
