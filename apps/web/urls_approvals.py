"""Addresses of the approval pages: requests, inbox, policies."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
