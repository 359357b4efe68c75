"""What leaves the platform for people: mails, and messages to their chats and to the workspace's."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from apps.notices.models.chat import ChatChannel
from apps.notices.models.inbox import Notice
from apps.notices.models.webhooks import PENDING, STATES

MAIL, CHAT, CHANNEL = "mail", "chat", "channel"
WAYS = [(way, way) for way in (MAIL, CHAT, CHANNEL)]


class PersonalChat(models.Model):
    """A person's own incoming webhook of Slack, Mattermost, Teams or the like. Its address is a secret, and kept as one."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    url = models.BinaryField()  # encrypted
    host = models.CharField(max_length=255)  # what is shown of the address
    created_at = models.BigIntegerField()  # ms
    failed_at = models.BigIntegerField(null=True)  # ms
    error = models.CharField(max_length=1000, blank=True, default="")


class Outgoing(models.Model):
    """One telling outside: of a notice to its person (mail, chat), or of a text to a channel. Tried until it is taken or given
    up. A notice goes each way once, however often it is left."""

    way = models.CharField(max_length=7, choices=WAYS)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="+", db_index=False)
    channel = models.ForeignKey(ChatChannel, models.CASCADE, null=True, related_name="+")
    text = models.TextField(blank=True, default="")  # for a channel
    state = models.CharField(max_length=9, choices=STATES, default=PENDING)
    attempts = models.SmallIntegerField(default=0)
    next_at = models.BigIntegerField(null=True)  # ms
    error = models.CharField(max_length=1000, blank=True, default="")
    created_at = models.BigIntegerField()  # ms
    finished_at = models.BigIntegerField(null=True)  # ms

    class Meta:
        constraints = [
            models.UniqueConstraint(name="outgoing_once", fields=["notice", "way"]),
            models.CheckConstraint(
                name="outgoing_of_one",
                condition=Q(way=CHANNEL, notice=None, channel__isnull=False)
                | Q(way__in=[MAIL, CHAT], notice__isnull=False, channel=None),
            ),
        ]
        indexes = [
            models.Index(name="outgoing_due", fields=["next_at"], condition=Q(state=PENDING)),
            models.Index(name="outgoing_done", fields=["finished_at"], condition=~Q(state=PENDING)),
        ]
