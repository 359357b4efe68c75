"""Access tokens."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.queries import tokens as queries
from apps.accounts.services import tokens as services
from apps.api.native.base import NativeView, listed, read, shown
from apps.core.errors import Denied


class TokenOut(serializers.Serializer):
    """A token without its secret."""

    id = serializers.IntegerField(source="pk")
    label = serializers.CharField()  # type: ignore[assignment]  # DRF's Field has an attribute of that name
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)


class TokenIn(serializers.Serializer):
    """A token to make."""

    label = serializers.CharField(max_length=255, default="")  # type: ignore[assignment]
    scope = serializers.ChoiceField(choices=["all", "write", "read"], default="all")
    days = serializers.IntegerField(min_value=1, max_value=3650, required=False, allow_null=True)


class TokenMade(TokenOut):
    """A new token: the only answer that carries the secret."""

    token = serializers.CharField()


class TokenList(NativeView):
    """One's own tokens."""

    @extend_schema(operation_id="tokens_list", responses=listed(TokenOut))
    def get(self, request: Request) -> Response:
        """One's tokens, newest first."""
        return shown(TokenOut, queries.list_tokens(self.actor(request)), many=True)

    @extend_schema(operation_id="tokens_create", request=TokenIn, responses={201: TokenMade})
    def post(self, request: Request) -> Response:
        """Make a token; the answer shows its secret once."""
        actor, data = self.actor(request), read(TokenIn, request.data)
        if actor.user_id is None:
            raise Denied("only an account has tokens")
        lifetime = timedelta(days=data["days"]) if data.get("days") else None
        made = services.create_token(actor, actor.user_id, label=data["label"], scope=data["scope"], lifetime=lifetime)
        made.token.token = made.raw  # type: ignore[attr-defined]
        return shown(TokenMade, made.token, status=201)


class TokenDetail(NativeView):
    """One token."""

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke it: it ends at its next request."""
        services.revoke_token(self.actor(request), token_id)
        return Response(status=204)
