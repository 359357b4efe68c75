"""All addresses of the MLflow wire, from one table for every prefix."""

from apps.api.mlflow.views import artifacts, experiments, genai, metrics, models, people, registry, runs, service
from apps.api.mlflow.wire import ENDPOINTS, build_urls

__all__ = ["artifacts", "experiments", "genai", "metrics", "models", "people", "registry", "runs", "service", "urlpatterns"]

urlpatterns = [*artifacts.PART_URLS, *build_urls(ENDPOINTS), *genai.urlpatterns]
