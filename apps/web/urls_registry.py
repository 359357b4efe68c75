"""Addresses of the registry pages: models and versions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
