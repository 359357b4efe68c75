"""What the views of /api/v1/ share: input through a serializer, output through another, both in the schema.

DRF's serializers are slow on the wire's hot paths and right here: few calls, and the OpenAPI schema comes from them.
"""

import functools
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.actor import Actor


class NativeView(APIView):
    """A view of our own API; `actor(request)` is who asks."""

    def actor(self, request: Request) -> Actor:
        """The signed-in actor."""
        return request.user  # type: ignore[return-value]


def read(serializer: type[serializers.Serializer], data: Any) -> dict[str, Any]:
    """The checked fields of a body or of query parameters. Raises DRF's ValidationError, which reads as
    INVALID_PARAMETER_VALUE."""
    checked = serializer(data=data)
    checked.is_valid(raise_exception=True)
    return checked.validated_data


def shown(serializer: type[serializers.Serializer], items: Any, *, many: bool = False, status: int = 200) -> Response:
    """An answer in the shape of a serializer; lists stand under `items`."""
    data = serializer(items, many=many).data
    return Response({"items": data} if many else data, status=status)


@functools.cache
def listed(serializer: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of a list of something, for the schema."""
    return type(f"{serializer.__name__}List", (serializers.Serializer,), {"items": serializer(many=True)})
