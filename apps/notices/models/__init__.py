from apps.notices.models.chat import ChatChannel
from apps.notices.models.comments import Comment
from apps.notices.models.inbox import Notice, Preference
from apps.notices.models.outgoing import Outgoing, PersonalChat
from apps.notices.models.webhooks import Delivery, Webhook

__all__ = ["ChatChannel", "Comment", "Delivery", "Notice", "Outgoing", "PersonalChat", "Preference", "Webhook"]
