"""What this server does not offer of the protocol (section 14): said in the errors' shape, so that a client goes on at once."""

from django.urls import URLPattern, re_path
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.api.base import ActorAuthentication
from apps.core.errors import Unsupported

PATHS_2 = (
    "gateway-proxy",
    "get-online-trace-details",
    "get-trace-artifact",
    "runs/create-promptlab-run",
    "traces",
    "unified-traces",
)
PATHS_3 = ("datasets", "gateway", "issues", "prompt-optimization", "scorers", "traces")


class NotOffered(APIView):
    """501 for whoever is signed in."""

    authentication_classes = [ActorAuthentication]
    permission_classes = []
    schema = None

    def _refuse(self, request: Request, **kwargs: str) -> None:
        raise Unsupported(
            "Traces, evaluation and prompt endpoints are not part of this server. Runs, metrics, artifacts and models are."
        )

    get = post = put = patch = delete = _refuse


urlpatterns: list[URLPattern] = [
    re_path(rf"^(?:ajax-)?api/2\.0/mlflow/(?:{'|'.join(PATHS_2)})(?:/.*)?$", NotOffered.as_view(), name="wire-genai-2"),
    re_path(rf"^(?:ajax-)?api/3\.0/mlflow/(?:{'|'.join(PATHS_3)})(?:/.*)?$", NotOffered.as_view(), name="wire-genai-3"),
    re_path(r"^v1/traces$", NotOffered.as_view(), name="wire-otlp"),
]
