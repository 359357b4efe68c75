"""Rows that nobody changes: first refused here, with a sentence; then by the database's triggers (`triggers.py`)."""

from typing import Any, NoReturn

from django.db import models


class AppendOnlyError(TypeError):
    """Code tried to change or remove what is only ever added to: a bug, not a request."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnlyError("the audit is append-only")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Inserts and reads."""

    update = delete = bulk_update = update_or_create = _refuse


class AppendOnly(models.Model):
    """Base of the audit's tables."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; raises AppendOnlyError for a row that exists."""
        if not self._state.adding:
            _refuse()
        super().save(force_insert=True)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raises AppendOnlyError."""
        _refuse()
