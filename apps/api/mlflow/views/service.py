"""What a client asks about the server itself (protocol, sections 1.7, 12 and 19)."""

from typing import Any

from django.conf import settings

from apps.api.mlflow.views.artifacts import knows_way_for_parts
from apps.api.mlflow.wire import BOTH, BOTH_3, WireRequest, endpoint


@endpoint("GET", "server-info", prefixes=BOTH_3, section="1.7")
def server_info(request: WireRequest) -> dict[str, Any]:
    return {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "artifact_serving_enabled": True,
        "multipart_uploads_enabled": knows_way_for_parts(request.django),
        "multipart_downloads_enabled": bool(settings.S3_PUBLIC_URL),
        # Addresses straight to a bucket are given out for parts only: every byte of a run has a row here.
        "artifacts_presigned_only": False,
        "presigned_upload_run_id_supported": False,
        "presigned_upload_model_id_supported": False,
        "model_artifact_presigned_downloads_supported": False,
        "trace_archival_enabled": False,
        "features_enabled": {"gateway": False, "scheduled_issue_detection": False},
        "tracking_auth": "basic-auth",
    }


@endpoint("GET", "server-features", prefixes=(*BOTH, *BOTH_3), section="19")
def server_features(request: WireRequest) -> dict[str, Any]:
    return {"workspaces_enabled": False}


@endpoint("GET", "ui-telemetry", prefixes=("ajax-api/3.0/mlflow/",), section="12")
def ui_telemetry_settings(request: WireRequest) -> dict[str, Any]:
    """Told off: this server reports nobody's clicks to anybody."""
    return {"disable_ui_telemetry": True, "disable_ui_events": [], "ui_rollout_percentage": 0}


@endpoint("POST", "ui-telemetry", prefixes=("ajax-api/3.0/mlflow/",), section="12")
def ui_telemetry(request: WireRequest) -> dict[str, Any]:
    """Records are dropped unread."""
    return {"status": "disabled"}
