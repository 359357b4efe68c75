"""Addresses of the notice pages: inbox rows, preferences, webhooks, comments."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import comments

urlpatterns: list[URLPattern] = [
    page("runs/<str:run_id>/comments/", comments.run_page, "run_comments"),
    page("comments/<int:comment_id>/edit/", comments.edit, "comment_edit"),
    page("comments/<int:comment_id>/delete/", comments.delete, "comment_delete"),
    page("comments/people/<slug:noun>/<path:key>/", comments.people, "comment_people"),
    page("comments/on/<slug:noun>/<path:key>/", comments.add, "comments"),
]
