"""Reads everything back and compares it with the journal. No finding: the promise held (`V` in the documentation)."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from tests.faults.journal import Operation
from tests.support.http import HttpApi

Window = tuple[float, float]


def check(operations: list[Operation], api: HttpApi, experiment: str, windows: Iterable[Window] = ()) -> list[str]:
    """What is wrong, as sentences. `windows` are the times (from, to) in which failed tries are to be expected."""
    by_run: dict[str, list[Operation]] = {}
    for operation in operations:
        by_run.setdefault(operation.run, []).append(operation)
    with ThreadPoolExecutor(4) as pool:
        found = [line for lines in pool.map(lambda item: check_run(*item, api), by_run.items()) for line in lines]
    return check_answers(operations, list(windows)) + check_listing(operations, api, experiment) + found


def check_answers(operations: list[Operation], windows: list[Window]) -> list[str]:
    """No refusal, no surrender, no failed try outside of the windows, Retry-After with every 429 and 503."""
    found = [f"{op.endpoint} {op.id} ended with {op.final}" for op in operations if op.final]
    for op in operations:
        for moment, what, after, text in op.failures:
            if not any(begin <= moment <= end for begin, end in windows):
                found.append(f"{op.endpoint} {op.id} failed outside of any fault: {what} {text}")
            if what in {"429", "503"} and not after:
                found.append(f"{op.endpoint} {op.id}: {what} without Retry-After")
            if what.isdigit() and what not in {"429", "503"}:
                found.append(f"{op.endpoint} {op.id}: {what} {text}")
    return found


def check_listing(operations: list[Operation], api: HttpApi, experiment: str) -> list[str]:
    """Every acknowledged run is listed once."""
    listed: Counter[str] = Counter()
    token = ""
    while True:
        body = {"experiment_ids": [experiment], "max_results": 1000, **({"page_token": token} if token else {})}
        page = api.post("runs/search", body).ok
        listed.update(run["info"]["run_id"] for run in page.get("runs", []))
        token = page.get("next_page_token", "")
        if not token:
            break
    created = {op.run for op in operations if op.endpoint == "runs/create" and op.acknowledged}
    return [f"run {run} is listed {listed[run]} times" for run in sorted(created) if listed[run] != 1]


def check_run(run: str, operations: list[Operation], api: HttpApi) -> list[str]:
    """Metrics, params, tags, status and artifacts of one run against its operations."""
    if not run:
        return []
    data = api.get("runs/get", run_id=run).ok["run"]
    history = {metric["key"]: read_history(api, run, metric["key"]) for metric in data["data"].get("metrics", [])}
    found = check_metrics(operations, history) + check_latest(data["data"].get("metrics", []), history)
    params, tags = pairs(data["data"].get("params", [])), pairs(data["data"].get("tags", []))
    found += check_params(operations, params, data["data"].get("params", []))
    found += check_last(operations, lambda op: op.tags, tags, "tag")
    found += check_last(operations, lambda op: {"status": op.status} if op.status else {}, {"status": data["info"]["status"]}, "")
    found += check_batches(operations, history, params, tags)
    if any(op.artifact for op in operations):
        found += check_artifacts(operations, data["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/"), api)
    return [f"run {run}: {line}" for line in found]


def read_history(api: HttpApi, run: str, key: str) -> list[tuple]:
    """All points of a key, as (step, timestamp, value), value "NaN" when it is none."""
    points, token = [], ""
    while True:
        page = api.get(
            "metrics/get-history", run_id=run, metric_key=key, max_results=25000, **({"page_token": token} if token else {})
        ).ok
        points += [(m.get("step", 0), m["timestamp"], m["value"]) for m in page.get("metrics", [])]
        token = page.get("next_page_token", "")
        if not token:
            return points


def check_metrics(operations: list[Operation], history: dict[str, list[tuple]]) -> list[str]:
    """Acknowledged points are there, none is there twice, none is there that nobody sent."""
    sent = {(key, step, stamp, value): op for op in operations for key, step, stamp, value in op.metrics}
    there = Counter((key, *point) for key, points in history.items() for point in points)
    found = [
        f"point {point} of acknowledged {op.id} is lost" for point, op in sent.items() if op.acknowledged and point not in there
    ]
    found += [f"point {point} is there {count} times" for point, count in there.items() if count > 1]
    return found + [f"point {point} was never sent" for point in there if point not in sent]


def check_latest(latest: list[dict], history: dict[str, list[tuple]]) -> list[str]:
    """The latest value of a key is the greatest point of its history by step, timestamp, value (NaN counting as 0)."""
    found = []
    for metric in latest:
        expected = max(
            history[metric["key"]], key=lambda point: (point[0], point[1], 0 if point[2] == "NaN" else point[2]), default=None
        )
        if expected != (metric.get("step", 0), metric["timestamp"], metric["value"]):
            found.append(f"latest {metric} is not {expected}")
    return found


def check_params(operations: list[Operation], params: dict[str, str], listed: list[dict]) -> list[str]:
    """Acknowledged params have their value; each is there once."""
    found = [f"param {key} is listed twice" for key, count in Counter(item["key"] for item in listed).items() if count > 1]
    for op in operations:
        for key, value in op.params.items():
            if (op.acknowledged or key in params) and params.get(key) != value:
                found.append(f"param {key} of {op.id} is {params.get(key)!r}, not {value!r}")
    return found


def check_last(operations: list[Operation], facts, stored: dict[str, str], noun: str) -> list[str]:
    """What is overwritten has the last acknowledged value, or a later one whose answer was never seen."""
    allowed = last_values(operations, facts)
    return [
        f"{noun} {key} is {stored.get(key)!r}, not one of {values}"
        for key, values in allowed.items()
        if stored.get(key) not in values
    ]


def last_values(operations: list[Operation], facts) -> dict[str, set]:
    """For each key the values that it may have in the end; None: it may be missing.

    A copy that was abandoned may be carried out after the next write; no server can tell that it came first.
    """
    allowed: dict[str, set] = {}
    late: dict[str, set] = {}
    for op in operations:
        for key, value in facts(op).items():
            allowed[key] = {value} if op.acknowledged else allowed.get(key, {None}) | {value}
            if op.abandoned:
                late.setdefault(key, set()).add(value)
    return {key: values | late.get(key, set()) for key, values in allowed.items()}


def check_batches(
    operations: list[Operation], history: dict[str, list[tuple]], params: dict[str, str], tags: dict[str, str]
) -> list[str]:
    """A batch whose answer was never seen is there whole or not at all."""
    points = {(key, *point) for key, listed in history.items() for point in listed}
    found = []
    for op in operations:
        if op.endpoint == "runs/log-batch" and not op.acknowledged:
            parts = [tuple(point) in points for point in op.metrics] + [
                params.get(key) == value for key, value in op.params.items()
            ]
            if len(set(parts)) > 1:
                found.append(f"batch {op.id} is torn: {sum(parts)} of {len(parts)} parts")
    return found


def check_artifacts(operations: list[Operation], root: str, api: HttpApi) -> list[str]:
    """Acknowledged files have their bytes; others are whole or neither listed nor readable; sizes in the listing are true."""
    base = f"/api/2.0/mlflow-artifacts/artifacts/{root}"
    allowed = last_values(operations, lambda op: {op.artifact[0]: tuple(op.artifact[1:])} if op.artifact else {})
    listed = list_files(api, root)
    found = [f"artifact {path} was never sent" for path in listed if path not in allowed]
    for path, versions in allowed.items():
        answer = api.get(f"{base}/{path}")
        stored = (hashlib.sha256(answer.body).hexdigest(), len(answer.body)) if answer.status == 200 else None
        if stored not in versions:
            found.append(f"artifact {path} reads as {answer.status} {stored}, not one of {versions}")
        if listed.get(path) != (stored[1] if stored else None):
            found.append(f"artifact {path} is listed with {listed.get(path)} bytes and has {stored}")
    return found


def list_files(api: HttpApi, root: str, folder: str = "") -> dict[str, int]:
    """Path and size of every file below a folder of the root."""
    path = f"{root}/{folder}".rstrip("/")
    files: dict[str, int] = {}
    for entry in api.get("/api/2.0/mlflow-artifacts/artifacts", path=path).ok.get("files", []):
        name = f"{folder}/{entry['path']}".lstrip("/")
        files.update(list_files(api, root, name) if entry.get("is_dir") else {name: int(entry.get("file_size", 0))})
    return files


def pairs(items: list[dict]) -> dict[str, str]:
    """Keys and values of a list of params or tags."""
    return {item["key"]: item.get("value", "") for item in items}


def percentile(operations: list[Operation], endpoint: str, share: float) -> float:
    """Milliseconds that this share of an endpoint's requests did not exceed."""
    times = sorted(op.ms for op in operations if op.endpoint == endpoint and op.acknowledged)
    return times[max(0, math.ceil(share * len(times)) - 1)]
