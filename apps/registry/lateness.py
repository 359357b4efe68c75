"""What somebody is told who was too late."""

from apps.core.errors import Conflict
from apps.registry.models import TransitionRequest


def gone(request_id: int) -> Conflict:
    """The state that the request has by now."""
    state = TransitionRequest.objects.filter(pk=request_id).values_list("state", flat=True).first()
    return Conflict(f"Request {request_id} is {state or 'gone'}")
