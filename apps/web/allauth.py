"""How django-allauth sees this house: it brings single sign-on, never sign-up; accounts are made by administrators."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Closed: none of allauth's own pages is mounted, and none of its forms makes an account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody makes an account for themselves."""
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """A provider vouches for people who are here already; a stranger it sends stays a stranger."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody makes an account for themselves."""
        return False
