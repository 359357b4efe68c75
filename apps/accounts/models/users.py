"""A person or a service account."""

import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from apps.core import clock

THEMES = ("auto", "light", "dark")
NAVS = ("auto", "wide", "slim")


def name_key(name: str) -> str:
    """What makes two names the same: compatibility form, case folded.

    A column of its own and not `Lower(username)`: SQLite lowers ASCII only, so `Ä` and `ä` would be two people there and one
    on PostgreSQL. Anything may be asked for, so what no database takes (NUL, half a surrogate pair) is replaced here.
    """
    storable = name.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", storable).casefold()


class UserManager(BaseUserManager["User"]):
    """Finds people by name in any case, as Django's and allauth's sign-in ask for it."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of that name; raises DoesNotExist."""
        return self.get(key=name_key(username or ""))

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> "User":
        """A row with a hashed (or no) password. For tests and for Django's own commands; the platform uses `services.users`."""
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> "User":
        """The same, as an administrator."""
        return self.create_user(username, email, password, is_superuser=True, **fields)


class User(AbstractBaseUser):
    """A person, or a service account (`kind`): the second has tokens, never a password, and never opens a page.

    Deleted people stay as a row, so that what they did keeps its author: `deleted_at` is set, and the name is free again
    because the row's own is changed (see `services.users.delete`). Django's groups and permissions are not used: who may what
    is decided by `access`.
    """

    class Kind(models.TextChoices):
        """People sign in; services only present tokens."""

        PERSON = "person"
        SERVICE = "service"

    username = models.CharField(max_length=255, unique=True)
    key = models.CharField(max_length=255, unique=True, editable=False)
    email = models.EmailField(blank=True, default="")
    display_name = models.CharField(max_length=255, blank=True, default="")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PERSON)
    description = models.CharField(max_length=500, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    preferences = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    reset_sent_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["person", "service"]), name="accounts_user_kind"),
            models.CheckConstraint(condition=Q(kind="person") | Q(is_superuser=False), name="accounts_user_service_no_admin"),
            models.CheckConstraint(condition=Q(deleted_at=None) | Q(is_active=False), name="accounts_user_deleted_inactive"),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `key` beside `username`, whoever writes the row."""
        self.key = name_key(self.username)
        if (fields := kwargs.get("update_fields")) is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "key"}
        super().save(*args, **kwargs)

    @property
    def is_admin(self) -> bool:
        """Whether this is an administrator of the platform."""
        return self.is_superuser

    @property
    def is_staff(self) -> bool:
        """For packages that ask; the platform has no staff beside administrators."""
        return self.is_superuser

    @property
    def label(self) -> str:
        """What pages call this person."""
        return self.display_name or self.username

    @property
    def is_invited(self) -> bool:
        """Whether this is a person who has not accepted the invitation yet."""
        return self.kind == self.Kind.PERSON and self.is_active and not self.has_usable_password()

    @property
    def theme(self) -> str:
        """`auto`, `light` or `dark`."""
        return str(self.preferences.get("theme", "auto"))

    @property
    def nav(self) -> str:
        """`auto`, `wide` or `slim`: how much of the navigation this person wants to see."""
        return str(self.preferences.get("nav", "auto"))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's own permissions: administrators only."""
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        """Django's own permissions: administrators only."""
        return self.is_active and self.is_superuser
