"""The machines' door."""

from django.urls import include, path

from apps.api.mlflow.urls import urlpatterns as mlflow_urls
from apps.api.mlflow.wire import Addresses

urlpatterns = [Addresses(mlflow_urls), path("api/v1/", include("apps.api.native.urls"))]
