"""The page that lists the wire's addresses, from the table that serves them."""

from apps.api.mlflow import urls
from apps.api.mlflow.views.genai import PATHS_2, PATHS_3
from apps.api.mlflow.wire import Endpoint

HEAD = """# The MLflow REST protocol

Every address of the protocol that this server knows, and its state. Written by `manage.py protocol_table` from the table that
serves them; a test compares.
The version that is emulated is answered by `/version`. The section is that of the protocol's own order: 1 service, 3
experiments, 4 runs, 5 searches,
6 metrics, 7 datasets, 8 artifacts, 9 registry, 10 logged models, 11 webhooks, 12 the browser's own, 13 users and permissions,
19 additions of newer clients,
20 the approval dialect.

| method | address | section | state |
|---|---|---|---|
"""
NOT_OFFERED = """
Answered 501 `NOT_IMPLEMENTED`, in the errors' shape, so that a client goes on at once:

"""


def render() -> str:
    """The page as Markdown."""
    rows = sorted({_row(entry, prefix) for entry in urls.ENDPOINTS for prefix in entry.prefixes}, key=_order)
    lines = [f"| {method} | `/{route}` | {section} | served |" for method, route, section in rows]
    absent = (
        [f"- `/api/2.0/mlflow/{name}`" for name in PATHS_2]
        + [f"- `/api/3.0/mlflow/{name}`" for name in PATHS_3]
        + ["- `/v1/traces`"]
    )
    return HEAD + "\n".join(lines) + "\n" + NOT_OFFERED + "\n".join(absent) + "\n"


def _row(entry: Endpoint, prefix: str) -> tuple[str, str, str]:
    return entry.method, f"{prefix}{entry.route}".replace("<str:", "<").replace("<path:", "<"), entry.section


def _order(row: tuple[str, str, str]) -> tuple[list[int], str, str]:
    method, route, section = row
    return [int(part) for part in section.split(".") if part.isdigit()], route, method
