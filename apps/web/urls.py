"""Addresses of this door, all under the name `web`."""

from django.urls import URLPattern, URLResolver, include, path

from apps.web import urls_accounts, urls_tracking

patterns: list[URLPattern | URLResolver] = [*urls_accounts.urlpatterns, *urls_tracking.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "web")))]
