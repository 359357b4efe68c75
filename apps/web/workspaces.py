"""Workspaces in addresses: `/w/<name>/…` is the same page in another namespace."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

_PREFIX = re.compile(r"/w/([a-z0-9][a-z0-9-]{0,62})(?=/)")


class WorkspaceMiddleware:
    """Take `/w/<name>` off the path, note the workspace on the request, and let `reverse()` put it on every link of the page.

    Whether the workspace exists and may be seen is asked where the actor is known.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request as a page of its workspace."""
        request.workspace = "default"  # type: ignore[attr-defined]
        match = _PREFIX.match(request.path_info)
        if not match or match[1] == "default":
            return self.get_response(request)
        request.workspace = match[1]  # type: ignore[attr-defined]
        request.path_info = request.path_info[match.end() :]
        before = get_script_prefix()
        set_script_prefix(f"{match[0]}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(before)  # the thread goes on to other work


def address(workspace: str, name: str, *args: object) -> str:
    """A page's address in a workspace, whichever the present page stands in; "" where there is no such page."""
    before = get_script_prefix()
    set_script_prefix("/" if workspace == "default" else f"/w/{workspace}/")
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
    finally:
        set_script_prefix(before)
