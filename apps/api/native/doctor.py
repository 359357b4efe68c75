"""The artifact doctor, for whoever trains: does what an upload does, as they, to their run."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api.native.base import NativeView, read
from apps.artifacts.services import doctor
from apps.experiments.access import access_artifact_root, access_run, run_root


class DoctorIn(serializers.Serializer):
    """Whose artifacts, and whether the way over the public address is tried too (that takes up to a minute if it fails)."""

    run_id = serializers.CharField(max_length=64)
    public = serializers.BooleanField(default=False)


class StepOut(serializers.Serializer):
    """One thing that was tried. `layer`, `detail` and `fix` are set where it did not go well."""

    name = serializers.CharField()
    state = serializers.ChoiceField(choices=["ok", "warning", "failed", "skipped"])
    layer = serializers.CharField()
    detail = serializers.CharField()
    fix = serializers.CharField()
    ms = serializers.IntegerField()


class DoctorOut(serializers.Serializer):
    """`ok` if nothing failed."""

    ok = serializers.BooleanField()
    steps = StepOut(many=True)


class ArtifactDoctor(NativeView):
    """Why artifacts do not work."""

    @extend_schema(operation_id="doctor_examine", request=DoctorIn, responses=DoctorOut)
    def post(self, request: Request) -> Response:
        """Write, list, read and delete a probe below the run; the answer names the layer that fails, and the fix."""
        actor, data = self.actor(request), read(DoctorIn, request.data)
        run = access_run(actor, data["run_id"], "artifact.write")
        root, _ = access_artifact_root(actor, run_root(run), "artifact.write")
        steps = doctor.examine(actor, root, part_url=_part_url if data["public"] else None)
        return Response(DoctorOut({"ok": all(step.state != "failed" for step in steps), "steps": steps}).data)


def _part_url(ticket: str) -> str:
    return settings.PUBLIC_URL + reverse("wire-part", args=[ticket])
