"""What a client asks about the server itself (protocol, sections 1.7 and 19)."""

from typing import Any

from django.conf import settings

from apps.api.mlflow.views.artifacts import knows_way_for_parts
from apps.api.mlflow.wire import BOTH_3, WireRequest, endpoint


@endpoint("GET", "server-info", prefixes=BOTH_3, section="1.7")
def server_info(request: WireRequest) -> dict[str, Any]:
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "artifact_serving_enabled": True,
        "multipart_uploads_enabled": knows_way_for_parts(request.django),
        "multipart_downloads_enabled": bool(settings.S3_PUBLIC_URL),
        "tracking_auth": "basic-auth",
    }
