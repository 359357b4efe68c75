"""All addresses of the MLflow wire, from one table for every prefix."""

from apps.api.mlflow.views import experiments, metrics, models, runs, service
from apps.api.mlflow.wire import ENDPOINTS, build_urls

__all__ = ["experiments", "metrics", "models", "runs", "service", "urlpatterns"]

urlpatterns = build_urls(ENDPOINTS)
