"""The machines' door."""

from apps.api.mlflow.urls import urlpatterns as mlflow_urls

urlpatterns = [*mlflow_urls]
