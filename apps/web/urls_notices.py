"""Addresses of the notice pages: inbox, preferences, webhooks and channels, comments."""

from django.urls import URLPattern

from apps.web.base import page
from apps.web.views import channels, comments, notices, webhooks

urlpatterns: list[URLPattern] = [
    page("notices/", notices.inbox, "notices"),
    page("notices/read/", notices.read, "notices_read"),
    page("notices/<int:notice_id>/open/", notices.open_notice, "notice_open"),
    page("settings/notices/", notices.preferences, "notice_preferences"),
    page("settings/notices/chat/", notices.own_chat, "notice_chat"),
    page("webhooks/", webhooks.hook_list, "webhooks"),
    page("webhooks/channels/", channels.channel_list, "channels"),
    page("webhooks/channels/<int:channel_id>/test/", channels.test, "channel_test"),
    page("webhooks/channels/<int:channel_id>/delete/", channels.delete, "channel_delete"),
    page("webhooks/new/<slug:kind>/", webhooks.new, "webhook_new"),
    page("webhooks/<slug:kind>/<str:webhook_id>/", webhooks.hook_page, "webhook"),
    page("webhooks/<slug:kind>/<str:webhook_id>/edit/", webhooks.edit, "webhook_edit"),
    page("webhooks/<slug:kind>/<str:webhook_id>/state/", webhooks.state, "webhook_state"),
    page("webhooks/<slug:kind>/<str:webhook_id>/test/", webhooks.test, "webhook_test"),
    page("webhooks/<slug:kind>/<str:webhook_id>/delete/", webhooks.delete, "webhook_delete"),
    page("webhooks/<slug:kind>/<str:webhook_id>/deliveries/<str:delivery_id>/", webhooks.redeliver, "webhook_redeliver"),
    page("runs/<str:run_id>/comments/", comments.run_page, "run_comments"),
    page("comments/<int:comment_id>/edit/", comments.edit, "comment_edit"),
    page("comments/<int:comment_id>/delete/", comments.delete, "comment_delete"),
    page("comments/people/<slug:noun>/<path:key>/", comments.people, "comment_people"),
    page("comments/on/<slug:noun>/<path:key>/", comments.add, "comments"),
]
