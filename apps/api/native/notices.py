"""Notices, how one wants to be told of things, one's own chat, and the channels of a workspace's chat."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native.base import NativeView, listed, read, shown
from apps.core.actor import Actor
from apps.notices.queries import chat as chat_queries
from apps.notices.queries import inbox
from apps.notices.services import chat as chat_services
from apps.notices.services import inbox as inbox_services


class NoticeOut(serializers.Serializer):
    """A notice to the caller; times in ms."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    url = serializers.CharField()
    actor = serializers.CharField()
    read_at = serializers.IntegerField(allow_null=True)
    created_at = serializers.IntegerField()


class NoticeQuery(serializers.Serializer):
    """Which notices."""

    unread = serializers.BooleanField(required=False, default=False)
    kind = serializers.CharField(required=False, default="", help_text="only those of this kind; none for one that there is not")
    before = serializers.IntegerField(required=False, default=0, min_value=0, help_text="the id where the last page ended")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=inbox.MOST)


class ReadIn(serializers.Serializer):
    """Which notices were read; without `ids` all."""

    ids = serializers.ListField(child=serializers.IntegerField(), required=False, default=None, allow_null=True)


class PreferenceOut(serializers.Serializer):
    """How the caller is told of one kind of thing."""

    kind = serializers.CharField()
    in_app = serializers.BooleanField()
    mail = serializers.BooleanField()
    chat = serializers.BooleanField()


class PreferenceIn(serializers.Serializer):
    """How the caller wants to be told; without `chat` that stays as it is."""

    kind = serializers.CharField()
    in_app = serializers.BooleanField()
    mail = serializers.BooleanField()
    chat = serializers.BooleanField(required=False, allow_null=True, default=None)


class ChatIn(serializers.Serializer):
    """The address of an incoming webhook that takes `{"text": …}`. A secret: it is never shown again."""

    url = serializers.CharField(max_length=2000)


class ChatOut(serializers.Serializer):
    """The caller's chat without its address; times in ms, `error` is why the last message did not arrive."""

    host = serializers.CharField()
    created_at = serializers.IntegerField()
    failed_at = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class SentOut(serializers.Serializer):
    """What came of a test message; no `error` is success."""

    success = serializers.BooleanField()
    error = serializers.CharField()


class ChannelIn(ChatIn):
    """A channel of the workspace's chat, and the kinds of notices that it is told."""

    name = serializers.CharField(max_length=200)
    kinds = serializers.ListField(child=serializers.CharField(), allow_empty=False)


class ChannelOut(ChatOut):
    """A channel without its address."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())


class ChannelMade(serializers.Serializer):
    """The new channel."""

    id = serializers.IntegerField()


class NoticeList(NativeView):
    """What the caller should know."""

    @extend_schema(operation_id="notices_list", parameters=[NoticeQuery], responses=listed(NoticeOut))
    def get(self, request: Request) -> Response:
        """The newest notices."""
        wanted = read(NoticeQuery, request.query_params)
        return shown(NoticeOut, inbox.list_notices(self.actor(request), **wanted), many=True)

    @extend_schema(operation_id="notices_read", request=ReadIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mark as read."""
        inbox_services.mark_read(self.actor(request), read(ReadIn, request.data)["ids"])
        return Response(status=204)


class Preferences(NativeView):
    """How the caller wants to be told."""

    @extend_schema(operation_id="notices_preferences", responses=listed(PreferenceOut))
    def get(self, request: Request) -> Response:
        """Each kind of thing with its channels."""
        return shown(PreferenceOut, _preferences(self.actor(request)), many=True)

    @extend_schema(operation_id="notices_preferences_set", request=PreferenceIn, responses=listed(PreferenceOut))
    def put(self, request: Request) -> Response:
        """Change one kind."""
        actor, data = self.actor(request), read(PreferenceIn, request.data)
        inbox_services.set_preference(actor, data["kind"], in_app=data["in_app"], mail=data["mail"], chat=data["chat"])
        return shown(PreferenceOut, _preferences(actor), many=True)


def _preferences(actor: Actor) -> list[dict[str, Any]]:
    return [{"kind": kind, **channels._asdict()} for kind, channels in inbox.list_preferences(actor).items()]


class OwnChat(NativeView):
    """The caller's own chat."""

    @extend_schema(operation_id="notices_chat", responses=listed(ChatOut))
    def get(self, request: Request) -> Response:
        """One, or none."""
        found = chat_queries.get_own_chat(self.actor(request))
        return shown(ChatOut, [found] if found else [], many=True)

    @extend_schema(operation_id="notices_chat_set", request=ChatIn, responses={204: None})
    def put(self, request: Request) -> Response:
        """Give its address, or another one."""
        chat_services.set_own_chat(self.actor(request), read(ChatIn, request.data)["url"])
        return Response(status=204)

    @extend_schema(operation_id="notices_chat_delete", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget it."""
        chat_services.delete_own_chat(self.actor(request))
        return Response(status=204)


class OwnChatTest(NativeView):
    """Whether the caller's chat can be reached."""

    @extend_schema(operation_id="notices_chat_test", request=None, responses=SentOut)
    def post(self, request: Request) -> Response:
        """Send a few words now."""
        return _sent(chat_services.try_own_chat(self.actor(request)).error)


class ChannelList(NativeView):
    """The channels of the workspace's chat, for whoever may MANAGE the workspace."""

    @extend_schema(operation_id="chat_channels_list", responses=listed(ChannelOut))
    def get(self, request: Request) -> Response:
        """By name."""
        return shown(ChannelOut, chat_queries.list_channels(self.actor(request)), many=True)

    @extend_schema(operation_id="chat_channels_create", request=ChannelIn, responses={201: ChannelMade})
    def post(self, request: Request) -> Response:
        """A new one."""
        data = read(ChannelIn, request.data)
        made = chat_services.create_channel(self.actor(request), data["name"], data["url"], data["kinds"])
        return shown(ChannelMade, {"id": made}, status=201)


class ChannelDetail(NativeView):
    """One channel."""

    @extend_schema(operation_id="chat_channels_delete", responses={204: None})
    def delete(self, request: Request, channel_id: int) -> Response:
        """Remove it."""
        chat_services.delete_channel(self.actor(request), channel_id)
        return Response(status=204)


class ChannelTest(NativeView):
    """Whether a channel can be reached."""

    @extend_schema(operation_id="chat_channels_test", request=None, responses=SentOut)
    def post(self, request: Request, channel_id: int) -> Response:
        """Send a few words now."""
        return _sent(chat_services.try_channel(self.actor(request), channel_id).error)


def _sent(error: str) -> Response:
    return shown(SentOut, {"success": not error, "error": error})
