"""Who is here. Rooms above point foreign keys at `accounts.User` and `accounts.Team`; they never write these rows."""

from apps.accounts.models.failures import SignInFailure
from apps.accounts.models.sessions import Session
from apps.accounts.models.teams import Membership, Team
from apps.accounts.models.tokens import ApiToken
from apps.accounts.models.users import User, name_key

__all__ = ["ApiToken", "Membership", "Session", "SignInFailure", "Team", "User", "name_key"]
