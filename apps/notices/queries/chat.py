"""Chats: one's own, and the channels of a workspace. Their addresses are never shown again."""

from apps.access.queries.workspaces import access_workspace, require_known
from apps.core.actor import Actor
from apps.notices.models import ChatChannel, PersonalChat
from apps.notices.records import ChannelRecord, ChatRecord


def get_own_chat(actor: Actor) -> ChatRecord | None:
    """One's own chat, if one has given one."""
    require_known(actor)
    row = PersonalChat.objects.filter(user_id=actor.user_id or 0).values_list("host", "created_at", "failed_at", "error").first()
    return ChatRecord(*row) if row else None


def list_channels(actor: Actor) -> list[ChannelRecord]:
    """The channels of the actor's workspace, whose MANAGE it needs, by name. Raises Missing, Denied."""
    workspace = access_workspace(actor, actor.workspace, "workspace.share")
    rows = ChatChannel.objects.filter(workspace_id=workspace.id).order_by("name")
    columns = ("pk", "name", "host", "kinds", "is_active", "created_at", "failed_at", "error")
    return [ChannelRecord(*row) for row in rows.values_list(*columns)[:1000]]
