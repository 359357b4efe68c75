"""Addresses of the storage pages: trash, use and quotas."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import storage, trash

urlpatterns: list[URLPattern] = [
    page("trash/", trash.trash, "trash"),
    page("trash/restore/", trash.restore, "trash_restore"),
    page("trash/remove/", trash.remove, "trash_remove"),
    page("trash/empty/", trash.empty, "trash_empty"),
    page("admin/storage/", storage.admin_storage, "admin_storage"),
    page("admin/storage/quota/remove/", storage.admin_quota_remove, "admin_quota_remove"),
    page("admin/storage/trash-rule/", storage.admin_trash_rule, "admin_trash_rule"),
    page("experiments/<int:experiment_id>/storage/", storage.experiment_storage, "experiment_storage"),
    page("runs/<str:run_id>/hold/", storage.run_hold, "run_hold"),
    page("holds/<int:hold_id>/lift/", storage.hold_lift, "hold_lift"),
]
