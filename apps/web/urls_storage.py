"""Addresses of the storage pages: trash, use and quotas."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import trash

urlpatterns: list[URLPattern] = [
    page("trash/", trash.trash, "trash"),
    page("trash/restore/", trash.restore, "trash_restore"),
    page("trash/remove/", trash.remove, "trash_remove"),
    page("trash/empty/", trash.empty, "trash_empty"),
]
