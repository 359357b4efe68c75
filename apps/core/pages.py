"""Where the pages of a workspace begin, for notices and refusals of rooms that know no door."""

from django.conf import settings


def base(workspace: str) -> str:
    """The public address of a workspace's pages, without a slash at its end."""
    return settings.PUBLIC_URL + ("" if workspace == "default" else f"/w/{workspace}")
