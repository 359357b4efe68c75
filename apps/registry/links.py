"""Addresses of pages, for refusals and notices."""

from urllib.parse import quote

from apps.core import pages


def request_page(workspace: str, request_id: int) -> str:
    """Where a request is read and voted on."""
    return f"{pages.base(workspace)}/approvals/{request_id}/"


def version_page(workspace: str, name: str, number: int) -> str:
    """Where a version is seen and its promotion asked for."""
    return f"{model_page(workspace, name)}versions/{number}/"


def model_page(workspace: str, name: str) -> str:
    """Where a model is seen."""
    return f"{pages.base(workspace)}/models/{quote(name, safe='')}/"
