"""Addresses of the notice pages: inbox rows, preferences, webhooks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
