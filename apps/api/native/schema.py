"""What the OpenAPI schema says about signing in."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class ActorScheme(OpenApiAuthenticationExtension):
    """A bearer token, or a user's name and password."""

    target_class = "apps.api.base.ActorAuthentication"
    name = ["bearer", "basic"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, str]]:
        """Both schemes in OpenAPI's words."""
        return [{"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "basic"}]
