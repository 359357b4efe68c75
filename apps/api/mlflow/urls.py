"""All addresses of the MLflow wire, from one table for every prefix."""

from apps.api.mlflow.views import experiments, metrics, runs, service
from apps.api.mlflow.wire import ENDPOINTS, build_urls

__all__ = ["experiments", "metrics", "runs", "service", "urlpatterns"]

# Imported in the order in which their routes are tried: what is called most comes first.
urlpatterns = build_urls(ENDPOINTS)
