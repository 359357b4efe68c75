"""One writer: a training script that logs everything there is to log, and keeps a journal of what it was told."""

import contextlib
import hashlib
import json
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.client import Client, GaveUp
from tests.faults.journal import Journal, Operation

API = "/api/2.0/mlflow"
JSON, BYTES = "application/json", "application/octet-stream"


@dataclass(frozen=True)
class Plan:
    """How the writers behave."""

    base: str
    token: str
    folder: str
    experiment: str
    seconds: float
    twice: float = 0.03
    abandoned: float = 0.015
    factor: float = 0.25
    timeout: float = 60
    operations_per_run: int = 40
    artifacts: bool = True
    shared_run: str = ""  # all writers log into this run
    keys: int = 8  # metric keys of an ordinary batch
    wide: int = 0  # every second batch has this many keys, in random order
    pause: float = 0.0  # seconds between two requests
    synced: bool = True  # the journal; where nobody dies its syncs would only slow the server's own down


class Writer:
    """Loops until its time is over; every request goes to the journal before and after."""

    def __init__(self, number: int, plan: Plan, seed: int):
        self.number, self.plan, self.random = number, plan, random.Random(seed * 1000 + number)
        self.client = Client(plan.base, plan.token, plan.factor, plan.timeout)
        self.journal = Journal(Path(plan.folder) / f"writer-{number:03}.jsonl", plan.synced)
        self.serial = 0
        self.run = plan.shared_run
        self.artifact_root = ""
        self.paths: list[str] = []
        self.left = 0

    def work(self) -> None:
        """One operation after the other; a refusal or a surrender ends the writer, as it would end the training."""
        end = time.time() + self.plan.seconds
        steps = [self.log_metric, self.log_batch, self.log_batch, self.log_param, self.set_tag]
        with contextlib.suppress(GaveUp, Refused):
            while time.time() < end:
                if not self.plan.shared_run and self.left == 0:
                    self.new_run()
                self.left -= 1
                self.random.choice(steps + [self.upload] * (self.plan.artifacts and not self.plan.shared_run))()
                time.sleep(self.plan.pause)

    def new_run(self) -> None:
        """Finish the old run and begin another. A creation whose answer is lost may leave a second run: so says the protocol."""
        if self.run:
            self.begin()
            self.post(self.operation("runs/update", status="FINISHED"), {"status": "FINISHED", "end_time": 7})
        mark = f"{self.number}-{self.begin()}"
        operation = self.operation("runs/create", tags={"mark": mark})
        operation.run = ""
        body = {
            "experiment_id": self.plan.experiment,
            "run_name": mark,
            "start_time": 1,
            "tags": [{"key": "mark", "value": mark}],
        }
        self.journal.intend(operation)
        answer = self.deliver(operation, f"{API}/runs/create", json.dumps(body).encode())
        info = json.loads(answer.data)["run"]["info"]
        self.run, self.artifact_root, self.paths = info["run_id"], info["artifact_uri"].removeprefix("mlflow-artifacts:/"), []
        operation.run = self.run
        self.left = self.plan.operations_per_run
        self.conclude(operation)

    def log_metric(self) -> None:
        """One point of `loss`; now and then not a number."""
        step = self.begin()
        point = ["loss", step, step * 10, "NaN" if self.random.random() < 0.02 else round(self.random.random(), 9)]
        self.post(self.operation("runs/log-metric", metrics=[point]), as_metric(point))

    def log_batch(self) -> None:
        """Points of several keys at one step, sometimes with a param and a tag: all or nothing."""
        step = self.begin()
        names = [f"k{n}" for n in range(self.plan.wide if self.plan.wide and self.serial % 2 else self.plan.keys)]
        self.random.shuffle(names)
        metrics = [[name, step, step * 10, round(self.random.random(), 9)] for name in names]
        extra = self.random.random() < 0.3
        params = {f"b{self.number}.{self.serial}": f"{self.random.random()}"} if extra else {}
        tags = {f"batch{self.number}": str(self.serial)} if extra else {}
        body = {"metrics": [as_metric(point) for point in metrics], "params": as_pairs(params), "tags": as_pairs(tags)}
        self.post(self.operation("runs/log-batch", metrics=metrics, params=params, tags=tags), body)

    def log_param(self) -> None:
        """A new param, or an old one with the value it has."""
        self.begin()
        key = f"p{self.number}.{self.serial - self.random.choice([0, 0, 0, self.serial % 7])}"
        value = f"value of {key} in {self.run}"
        self.post(self.operation("runs/log-parameter", params={key: value}), {"key": key, "value": value})

    def set_tag(self) -> None:
        """One of four tags gets a new value."""
        self.begin()
        key, value = f"t{self.number}.{self.serial % 4}", str(self.serial)
        self.post(self.operation("runs/set-tag", tags={key: value}), {"key": key, "value": value})

    def upload(self) -> None:
        """A new file, or other bytes over an old one."""
        self.begin()
        fresh = not self.paths or self.random.random() < 0.7
        path = f"d{self.serial % 3}/f{self.serial}.bin" if fresh else self.random.choice(self.paths)
        body = self.random.randbytes(self.random.choice([0, 10, 1000, 100_000]))
        if fresh:
            self.paths.append(path)
        operation = self.operation("artifact", artifact=[path, hashlib.sha256(body).hexdigest(), len(body)])
        self.journal.intend(operation)
        self.deliver(operation, f"/api/2.0/mlflow-artifacts/artifacts/{self.artifact_root}/{path}", body, "PUT", BYTES)
        self.conclude(operation)

    def begin(self) -> int:
        """The next operation's step: one that no other writer uses, also in a shared run."""
        self.serial += 1
        return self.serial * 1000 + self.number

    def operation(self, endpoint: str, **facts) -> Operation:
        """The operation that has begun, on the current run."""
        return Operation(id=f"{self.number}.{self.serial}", run=self.run, endpoint=endpoint, sent_at=time.time(), **facts)

    def post(self, operation: Operation, body: dict) -> None:
        """Journal, send, journal."""
        self.journal.intend(operation)
        self.deliver(operation, f"{API}/{operation.endpoint}", json.dumps({"run_id": self.run, **body}).encode())
        self.conclude(operation)

    def deliver(self, operation: Operation, path: str, body: bytes, method: str = "POST", kind: str = JSON):
        """Send as the official client does; some requests are abandoned first or sent a second time at the same time."""
        echo = None
        if operation.endpoint != "runs/create":
            if self.random.random() < self.plan.abandoned:
                operation.abandoned = True
                self.client.abandon(method, path, body, kind)
            if self.random.random() < self.plan.twice:
                echo = threading.Thread(target=self.echo, args=(operation, path, body, method, kind))
                echo.start()
        began = time.monotonic()
        try:
            answer = self.client.send(method, path, body, kind, operation.failures)
        except GaveUp as error:
            self.fail(operation, str(error))
        finally:
            if echo:
                echo.join()
        operation.ms = (time.monotonic() - began) * 1000
        if answer.status != 200:
            self.fail(operation, f"{answer.status} {answer.data[:300].decode(errors='replace')}")
        if operation.final:
            self.fail(operation, operation.final)
        return answer

    def echo(self, operation: Operation, path: str, body: bytes, method: str, kind: str) -> None:
        """The same request at the same time on another connection; it must be welcome too."""
        try:
            answer = Client(self.plan.base, self.plan.token, self.plan.factor, self.plan.timeout).send(
                method, path, body, kind, operation.failures
            )
            if answer.status != 200:
                operation.final = f"sent twice: {answer.status} {answer.data[:300].decode(errors='replace')}"
        except GaveUp as error:
            operation.final = f"sent twice: {error}"

    def fail(self, operation: Operation, why: str) -> None:
        """The end of this training."""
        operation.final = why
        self.journal.conclude(operation)
        raise Refused(why)

    def conclude(self, operation: Operation) -> None:
        """It was acknowledged."""
        operation.acknowledged = True
        self.journal.conclude(operation)


def as_metric(point: list) -> dict:
    """A point as the wire has it."""
    return dict(zip(("key", "step", "timestamp", "value"), point, strict=True))


def as_pairs(items: dict[str, str]) -> list[dict]:
    """Params or tags as the wire has them."""
    return [{"key": key, "value": value} for key, value in items.items()]


class Refused(Exception):
    """An answer that the official client raises to the training script."""
