"""The machines' door."""

from django.urls import include, path

from apps.api.mlflow.urls import urlpatterns as mlflow_urls

urlpatterns = [*mlflow_urls, path("api/v1/", include("apps.api.native.urls"))]
