"""The shapes of projects, executions and workers in our own API: for reading, for answering, for the schema."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.access.levels import Level
from apps.projects.records import ProjectRecord
from apps.projects.rules import PRIORITIES


class LimitsField(serializers.JSONField):
    """An object of bounds; what is in it the room checks."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object. Raises ValidationError for anything else."""
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("an object is needed")
        return value


LIMITS = {
    "type": "object",
    "description": "the smallest of the platform's, the project's and the submission's holds",
    "properties": {
        **{name: {"type": "integer"} for name in ("minutes", "memory_mb", "cpus", "disk_mb", "processes")},
        "network": {"type": "boolean"},
    },
    "additionalProperties": False,
}
PARAMS = {"type": "object", "additionalProperties": {"oneOf": [{"type": "string"}, {"type": "number"}]}}
LimitsIn = extend_schema_field(LIMITS)(type("LimitsIn", (LimitsField,), {"__doc__": LimitsField.__doc__}))
ParamsIn = extend_schema_field(PARAMS)(type("ParamsIn", (LimitsField,), {"__doc__": LimitsField.__doc__}))


class ProjectIn(serializers.Serializer):
    """A project to make: from `uri` (git, or an allowed folder of the server) or from `archive_id` of an upload."""

    name = serializers.CharField(max_length=255)
    uri = serializers.CharField(required=False, default="", allow_blank=True, max_length=2048)
    ref = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=250, help_text="branch, tag or commit; empty: the default branch"
    )
    subdirectory = serializers.CharField(required=False, default="", allow_blank=True, max_length=1024)
    archive_id = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    description = serializers.CharField(required=False, default="", allow_blank=True)
    experiment_id = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=32, help_text="where runs go that name no experiment"
    )
    limits = LimitsIn(required=False, default=dict)


class ProjectChange(serializers.Serializer):
    """What can be changed of a project; what is left out stays."""

    name = serializers.CharField(required=False, max_length=255)
    uri = serializers.CharField(required=False, allow_blank=True, max_length=2048)
    ref = serializers.CharField(required=False, allow_blank=True, max_length=250)
    subdirectory = serializers.CharField(required=False, allow_blank=True, max_length=1024)
    archive_id = serializers.IntegerField(required=False, min_value=1)
    description = serializers.CharField(required=False, allow_blank=True)
    experiment_id = serializers.CharField(required=False, allow_blank=True, max_length=32)
    limits = LimitsIn(required=False)


class ParameterOut(serializers.Serializer):
    """A declared parameter. `default` is null where a value has to be given."""

    name = serializers.CharField()
    type = serializers.CharField()
    default = serializers.CharField(allow_null=True)


class EntryPointOut(serializers.Serializer):
    """Something that the project can be asked to do."""

    name = serializers.CharField()
    command = serializers.CharField()
    parameters = ParameterOut(many=True)


class ProjectOut(serializers.Serializer):
    """A project. `inspection` says whether a worker has looked what it offers: WAITING, READY, or FAILED with the `problem`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    workspace = serializers.CharField()
    description = serializers.CharField()
    source = serializers.ChoiceField(choices=["git", "archive"])  # type: ignore[assignment]
    uri = serializers.CharField()
    ref = serializers.CharField()
    subdirectory = serializers.CharField()
    archive = serializers.CharField()
    archive_sha256 = serializers.CharField()
    experiment_id = serializers.CharField()
    limits = serializers.DictField()
    inspection = serializers.ChoiceField(choices=["WAITING", "READY", "FAILED"])
    inspected_at = serializers.DateTimeField(allow_null=True)
    inspected_commit = serializers.CharField()
    problem = serializers.CharField()
    environment = serializers.SerializerMethodField()
    entry_points = serializers.SerializerMethodField()
    owner = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    level = serializers.SerializerMethodField()

    def get_environment(self, project: ProjectRecord) -> str:
        """`python`, `conda` or `docker`; empty until somebody looked."""
        return project.offer.get("environment", "")

    @extend_schema_field(EntryPointOut(many=True))
    def get_entry_points(self, project: ProjectRecord) -> list[dict[str, Any]]:
        """What it offers, with the parameters."""
        return project.offer.get("entry_points", [])

    def get_level(self, project: ProjectRecord) -> str:
        """The caller's level on it."""
        return Level(project.level).name


class SecretIn(serializers.Serializer):
    """A secret's value; it is never returned."""

    value = serializers.CharField(trim_whitespace=False)


class SecretOut(serializers.Serializer):
    """That there is a secret of that name."""

    name = serializers.CharField()
    updated_at = serializers.DateTimeField()
    updated_by = serializers.CharField()


class ArchiveOut(serializers.Serializer):
    """An upload; its id goes into a project or an execution. Unused, it is removed after two days."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class RepeatIn(serializers.Serializer):
    """What is to be different this time; what is left out is as it was."""

    entry_point = serializers.CharField(required=False, max_length=255)
    params = ParamsIn(required=False)
    experiment_id = serializers.CharField(required=False, max_length=32)
    run_name = serializers.CharField(required=False, allow_blank=True, max_length=250)
    priority = serializers.IntegerField(required=False, min_value=PRIORITIES[0], max_value=PRIORITIES[1])
    limits = LimitsIn(required=False)


class RerunIn(RepeatIn):
    """A past run of a project, whoever ran it where, to be run again from its recorded code and parameters."""

    run_id = serializers.CharField(max_length=64)


class ExecutionIn(serializers.Serializer):
    """A submission: of a kept project, of a `uri`, or of an uploaded archive.

    The run goes to `experiment_id`, or `experiment_name` (made if it is missing), else to the project's experiment, else to
    Default.
    """

    project_id = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    uri = serializers.CharField(required=False, default="", allow_blank=True, max_length=2048)
    archive_id = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1)
    ref = serializers.CharField(required=False, default="", allow_blank=True, max_length=250)
    subdirectory = serializers.CharField(required=False, default="", allow_blank=True, max_length=1024)
    entry_point = serializers.CharField(required=False, default="main", max_length=255)
    params = ParamsIn(required=False, default=dict)
    experiment_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=32)
    experiment_name = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    run_name = serializers.CharField(required=False, default="", allow_blank=True, max_length=250)
    parent_run_id = serializers.CharField(required=False, default="", allow_blank=True, max_length=64)
    priority = serializers.IntegerField(required=False, default=0, min_value=PRIORITIES[0], max_value=PRIORITIES[1])
    limits = LimitsIn(required=False, default=dict)


class ExecutionChange(serializers.Serializer):
    """A place in the queue: the highest priority is taken first."""

    priority = serializers.IntegerField(min_value=PRIORITIES[0], max_value=PRIORITIES[1])


class ExecutionOut(serializers.Serializer):
    """An execution. `reason` says why it is as it is; `position` is its place in the queue, null when it does not wait."""

    id = serializers.IntegerField()
    run_id = serializers.CharField()
    run_name = serializers.CharField()
    experiment_id = serializers.CharField()
    project_id = serializers.IntegerField(allow_null=True)
    project_name = serializers.CharField()
    workspace = serializers.CharField()
    requested_by = serializers.CharField()
    origin_id = serializers.IntegerField(allow_null=True)
    source = serializers.ChoiceField(choices=["git", "archive"])  # type: ignore[assignment]
    uri = serializers.CharField()
    ref = serializers.CharField()
    subdirectory = serializers.CharField()
    archive = serializers.CharField()
    entry_point = serializers.CharField()
    params = serializers.DictField(child=serializers.CharField())
    limits = serializers.DictField()
    priority = serializers.IntegerField()
    state = serializers.ChoiceField(choices=["QUEUED", "PREPARING", "RUNNING", "FINISHED", "FAILED", "KILLED"])
    phase = serializers.CharField()
    reason = serializers.CharField()
    attempts = serializers.IntegerField()
    worker = serializers.CharField()
    position = serializers.IntegerField(allow_null=True)
    cancelled_by = serializers.CharField()
    commit = serializers.CharField()
    branch = serializers.CharField()
    command = serializers.CharField()
    environment = serializers.CharField()
    environment_kind = serializers.CharField()
    python = serializers.CharField()
    isolation = serializers.CharField()
    exit_code = serializers.IntegerField(allow_null=True)
    usage = serializers.DictField()
    log_size = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    claimed_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class ExecutionPage(serializers.Serializer):
    """Executions, the newest first; `next_page_token` is empty on the last page."""

    items = ExecutionOut(many=True)
    next_page_token = serializers.CharField()


class ExecutionQuery(serializers.Serializer):
    """Which executions."""

    project = serializers.IntegerField(required=False, default=None, min_value=1)
    run_id = serializers.CharField(required=False, default="", help_text="the one that this run belongs to")
    state = serializers.MultipleChoiceField(
        required=False, default=set, choices=["QUEUED", "PREPARING", "RUNNING", "FINISHED", "FAILED", "KILLED"]
    )
    mine = serializers.BooleanField(required=False, default=False)
    person = serializers.CharField(required=False, default="", allow_blank=True, help_text="user name of the submitter")
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
    page_token = serializers.CharField(required=False, default="", allow_blank=True)


class LogQuery(serializers.Serializer):
    """Which part of the log, and how. Without anything: the first 256 KiB, with the offset to go on from."""

    start = serializers.IntegerField(
        required=False, default=0, min_value=-(2**53), max_value=2**53, help_text="offset in bytes; negative: from the end"
    )
    limit = serializers.IntegerField(
        required=False, default=256 * 1024, min_value=1, max_value=4 * 1024 * 1024, help_text="bytes"
    )
    search = serializers.CharField(required=False, default="", help_text="only lines with this text, in any case")
    follow = serializers.BooleanField(
        required=False, default=False, help_text="plain text that goes on until the execution has ended, 15 minutes at most"
    )
    download = serializers.BooleanField(required=False, default=False, help_text="the whole as a file; takes Range")


class MatchOut(serializers.Serializer):
    """A line that holds the text, and the offset where it begins."""

    start = serializers.IntegerField()
    line = serializers.CharField()


class LogOut(serializers.Serializer):
    """A piece of the log. Ask on with `start` = `next`; `is_complete` when nothing more will come.

    A search answers with `matches` in place of the text, and with `next` null when it has seen everything there is.
    """

    text = serializers.CharField(required=False)
    matches = MatchOut(many=True, required=False)
    start = serializers.IntegerField()
    next = serializers.IntegerField(allow_null=True)
    size = serializers.IntegerField(required=False)
    is_complete = serializers.BooleanField(required=False)


class WorkerOut(serializers.Serializer):
    """A machine that runs executions. `walls` say how it keeps jobs apart, `problem` why it takes none."""

    name = serializers.CharField()
    host = serializers.CharField()
    slots = serializers.IntegerField()
    is_alive = serializers.BooleanField()
    started_at = serializers.DateTimeField()
    heard_at = serializers.DateTimeField()
    load = serializers.DictField()
    isolation = serializers.CharField()
    walls = serializers.ListField(child=serializers.DictField())
    engine = serializers.CharField()
    problem = serializers.CharField()
    executions = ExecutionOut(many=True)


class EnvironmentOut(serializers.Serializer):
    """An environment that a worker has built and keeps. `size` in bytes, `seconds` that its build took."""

    key = serializers.CharField()
    host = serializers.CharField()
    state = serializers.CharField()
    python = serializers.CharField()
    kind = serializers.CharField()
    packages = serializers.ListField(child=serializers.CharField())
    size = serializers.IntegerField()
    seconds = serializers.FloatField()
    reason = serializers.CharField()
    built_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField()


class EnvironmentDetailOut(EnvironmentOut):
    """The same with the end of the log of its last build."""

    log = serializers.CharField()
