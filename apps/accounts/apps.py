"""The room of people, teams, service accounts and the ways in which they prove who they are."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Label `accounts`; other rooms point at `settings.AUTH_USER_MODEL` and `accounts.Team`."""

    name = "apps.accounts"
    label = "accounts"
    verbose_name = "Accounts"
