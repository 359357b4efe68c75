"""Addresses of this door, all under the name `web`."""

from django.urls import URLPattern, URLResolver, include, path

from apps.web import (
    urls_accounts,
    urls_approvals,
    urls_notices,
    urls_projects,
    urls_registry,
    urls_storage,
    urls_tracking,
)

patterns: list[URLPattern | URLResolver] = [
    *urls_accounts.urlpatterns,
    *urls_tracking.urlpatterns,
    *urls_registry.urlpatterns,
    *urls_approvals.urlpatterns,
    *urls_notices.urlpatterns,
    *urls_projects.urlpatterns,
    *urls_storage.urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "web")))]
