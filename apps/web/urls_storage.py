"""Addresses of the storage pages: trash, use and quotas."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
