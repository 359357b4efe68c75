"""All addresses of the dialect: importing this puts them into the table of the wire."""

from apps.api.databricks.views import experiments, models, permissions, requests, webhooks

__all__ = ["experiments", "models", "permissions", "requests", "webhooks"]
