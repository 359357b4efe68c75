"""Addresses of pages, for notices."""

from apps.core import pages


def run_thread_page(workspace: str, run_id: str) -> str:
    """Where a run is talked about."""
    return f"{pages.base(workspace)}/runs/{run_id}/comments/"
