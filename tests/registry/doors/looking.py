"""What the tests of doors look at."""

from apps.registry.models import ModelVersion, TransitionRequest

DIRECT = ["api", "ajax", "databricks"]
WIRE = ["api", "ajax"]
VOTING = ["databricks", "own"]


def version(number, name="fraud"):
    return ModelVersion.objects.get(model__name=name, model__workspace_id=1, model__lifecycle="active", number=number)


def state(request_id):
    return TransitionRequest.objects.get(pk=request_id).state


def pending():
    return TransitionRequest.objects.order_by("-pk").first().pk
