"""All addresses of the MLflow wire, from one table for every prefix."""

from apps.api.databricks import endpoints as databricks
from apps.api.mlflow.views import (
    artifacts,
    experiments,
    genai,
    metrics,
    model_permissions,
    models,
    people,
    registry,
    roles,
    runs,
    service,
    user_permissions,
    webhooks,
)
from apps.api.mlflow.wire import ENDPOINTS, build_urls

__all__ = [
    "ENDPOINTS",
    "artifacts",
    "databricks",
    "experiments",
    "genai",
    "metrics",
    "model_permissions",
    "models",
    "people",
    "registry",
    "roles",
    "runs",
    "service",
    "urlpatterns",
    "user_permissions",
    "webhooks",
]

urlpatterns = [*artifacts.PART_URLS, *build_urls(ENDPOINTS), *genai.urlpatterns]
