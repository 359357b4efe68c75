"""Addresses of the project pages: projects, executions, workers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
