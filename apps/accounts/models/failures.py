"""Wrong passwords, for the lock-out."""

from django.db import models

from apps.core import clock


class SignInFailure(models.Model):
    """One wrong guess for one name from one address, kept for the length of the window.

    `guess` is a keyed hash of the password: a job that sends the same stale password all night is one guess, not a thousand,
    and locks nobody out. The name is a text, because guesses at names that do not exist count as well.
    """

    key = models.CharField(max_length=255)
    address = models.CharField(max_length=64)
    guess = models.BinaryField(max_length=16)
    at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "address", "guess"], name="accounts_failure_once")]
