"""Executions of projects: submitting, watching, ending and repeating them; their logs; workers and environments."""

import threading
from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import files
from apps.api.native import project_shapes as shapes
from apps.api.native.base import NativeView, listed, read, shown
from apps.artifacts import delivery
from apps.core.actor import Actor
from apps.core.errors import TooMany
from apps.projects.queries import executions as queries
from apps.projects.queries import logs, workers
from apps.projects.records import LogPart, NewExecution
from apps.projects.services import executions as services
from apps.runtime.queries import environments

PLAIN = "text/plain; charset=utf-8"
# Each holds one of the web's threads (32 in a process) for as long as it lasts; the others are for everybody else.
FOLLOWERS = threading.BoundedSemaphore(8)


class ExecutionList(NativeView):
    """What was, is and will be run on workers."""

    @extend_schema(operation_id="executions_list", parameters=[shapes.ExecutionQuery], responses=shapes.ExecutionPage)
    def get(self, request: Request) -> Response:
        """Those of the workspace that the caller may see, the newest first."""
        actor, data = self.actor(request), read(shapes.ExecutionQuery, request.query_params)
        if data["run_id"]:
            found = queries.find_execution(actor, data["run_id"])
            return shown(shapes.ExecutionPage, {"items": [found] if found else [], "next_page_token": ""})
        page = queries.list_executions(
            actor,
            project_id=data["project"],
            states=tuple(data["state"]),
            mine=data["mine"],
            person=data["person"],
            page_token=data["page_token"],
            limit=data["limit"],
        )
        return shown(shapes.ExecutionPage, {"items": page.executions, "next_page_token": page.next_page_token})

    @extend_schema(operation_id="executions_submit", request=shapes.ExecutionIn, responses={201: shapes.ExecutionOut})
    def post(self, request: Request) -> Response:
        """Queue an execution; its run is there at once. Needs USE on the project and EDIT on the experiment."""
        actor, data = self.actor(request), read(shapes.ExecutionIn, request.data)
        return _one(actor, services.submit(actor, NewExecution(**data)), status=201)


class ExecutionQueue(NativeView):
    """What runs and what waits."""

    @extend_schema(operation_id="executions_queue", responses=listed(shapes.ExecutionOut))
    def get(self, request: Request) -> Response:
        """What runs, then what waits in the order in which it will be taken."""
        return shown(shapes.ExecutionOut, queries.list_queue(self.actor(request)), many=True)


class ExecutionRerun(NativeView):
    """A run of whoever and wherever, again."""

    @extend_schema(operation_id="executions_rerun", request=shapes.RerunIn, responses={201: shapes.ExecutionOut})
    def post(self, request: Request) -> Response:
        """Run a past run again from the commit, entry point and parameters that it recorded."""
        actor, data = self.actor(request), read(shapes.RerunIn, request.data)
        return _one(actor, services.rerun(actor, data.pop("run_id"), data), status=201)


class ExecutionDetail(NativeView):
    """One execution."""

    @extend_schema(operation_id="executions_get", responses=shapes.ExecutionOut)
    def get(self, request: Request, execution_id: int) -> Response:
        """The execution as it is now."""
        return _one(self.actor(request), execution_id)

    @extend_schema(operation_id="executions_update", request=shapes.ExecutionChange, responses=shapes.ExecutionOut)
    def patch(self, request: Request, execution_id: int) -> Response:
        """Move it in the queue; 409 if it waits no more. Needs EDIT on its experiment."""
        actor, data = self.actor(request), read(shapes.ExecutionChange, request.data)
        services.prioritize(actor, execution_id, data["priority"])
        return _one(actor, execution_id)


class ExecutionCancel(NativeView):
    """The end of an execution."""

    @extend_schema(operation_id="executions_cancel", request=None, responses=shapes.ExecutionOut)
    def post(self, request: Request, execution_id: int) -> Response:
        """End it: at once in the queue, within seconds on a worker; 409 if it has ended. Needs EDIT on its experiment."""
        actor = self.actor(request)
        services.cancel(actor, execution_id)
        return _one(actor, execution_id)


class ExecutionRetry(NativeView):
    """The same again."""

    @extend_schema(operation_id="executions_retry", request=shapes.RepeatIn, responses={201: shapes.ExecutionOut})
    def post(self, request: Request, execution_id: int) -> Response:
        """Queue the same code (commit, archive) once more, with what the body says differently. Answers the new execution."""
        actor, data = self.actor(request), read(shapes.RepeatIn, request.data)
        return _one(actor, services.repeat(actor, execution_id, data), status=201)


def _one(actor: Actor, execution_id: int, status: int = 200) -> Response:
    return shown(shapes.ExecutionOut, queries.get_execution(actor, execution_id), status=status)


class ExecutionLog(NativeView):
    """What an execution prints."""

    @extend_schema(
        operation_id="executions_log",
        parameters=[shapes.LogQuery],
        responses={(200, "application/json"): shapes.LogOut, (200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request, execution_id: int) -> HttpResponseBase:
        """A piece of the log, lines of it that hold a text, or all of it: as a file, or followed to its end."""
        actor, data = self.actor(request), read(shapes.LogQuery, request.query_params)
        if data["download"]:
            opened = logs.open_log(actor, execution_id)
            return files.respond(delivery.deliver(opened, files.asked(request._request)))
        if data["follow"]:
            headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}  # nginx would hold lines back until it has 4 kB
            return StreamingHttpResponse(Followed(actor, execution_id, data["start"]), content_type=PLAIN, headers=headers)
        if data["search"]:
            start = max(0, data["start"])
            found = logs.search_log(actor, execution_id, data["search"], start)
            return Response({"matches": shapes.MatchOut(found.matches, many=True).data, "start": start, "next": found.next})
        part = logs.read_log(actor, execution_id, data["start"], data["limit"])
        text = whole_characters(part)
        return Response(
            {
                "text": text.decode("utf-8", "replace"),
                "start": part.start,
                "next": part.start + len(text),
                "size": part.size,
                "is_complete": part.is_complete,
            }
        )


def whole_characters(part: LogPart) -> bytes:
    """The bytes of a part without the beginning of a character whose rest is still to come; never nothing out of something."""
    data = part.data
    for back in range(1, min(4, len(data))):
        first = data[-back]
        if first & 0b1100_0000 == 0b1000_0000:
            continue
        width = 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1
        return data[:-back] if width > back and not part.is_complete else data
    return data


class Followed:
    """The log as it grows, on one of few places. Raises TooMany when they are taken, Missing before the first byte."""

    def __init__(self, actor: Actor, execution_id: int, start: int):
        self._blocks = logs.follow_log(actor, execution_id, start)
        if not FOLLOWERS.acquire(blocking=False):
            raise TooMany("Too many logs are being followed: ask for pieces with `start` instead", retry_after=5)
        self._is_held = True

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Give the place back; called at the end of the answer, however it ends."""
        if self._is_held:
            self._is_held = False
            FOLLOWERS.release()


class WorkerList(NativeView):
    """Machines that run executions."""

    @extend_schema(operation_id="workers_list", responses=listed(shapes.WorkerOut))
    def get(self, request: Request) -> Response:
        """Those heard of in the last week, with what they run now as far as the caller may see it."""
        return shown(shapes.WorkerOut, workers.list_workers(self.actor(request)), many=True)


class EnvironmentList(NativeView):
    """Environments that workers keep."""

    @extend_schema(operation_id="environments_list", responses=listed(shapes.EnvironmentOut))
    def get(self, request: Request) -> Response:
        """All of them, the last used first."""
        return shown(shapes.EnvironmentOut, environments.list_environments(self.actor(request)), many=True)


class EnvironmentDetail(NativeView):
    """One environment."""

    @extend_schema(operation_id="environments_get", responses=shapes.EnvironmentDetailOut)
    def get(self, request: Request, key: str) -> Response:
        """The environment with the end of its build log."""
        actor = self.actor(request)
        shape = shapes.EnvironmentOut(environments.get_environment(actor, key)).data
        return Response({**shape, "log": environments.build_log(actor, key)})
