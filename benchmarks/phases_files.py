"""Phases of artifacts and of the registry."""

import os
import sys
import uuid

from benchmarks.driving import drive, result, timed, timed_once
from benchmarks.target import API


def artifact(t, o):
    exp, blob = t.fresh("bench-artifact"), os.urandom(1 << 20)
    root = f"/api/2.0/mlflow-artifacts/artifacts/{exp}/{t.new_run(exp)}/artifacts"
    for mb in (o.mb,):
        body = memoryview(blob * mb)
        lat = [timed_once(lambda: t.c.request("PUT", f"{root}/big.bin", body, "application/octet-stream"))]
        yield result(f"artifact.upload_{mb}MB", "MB", lat, lat[0], mb)
        body = None
        lat = [
            timed_once(lambda: (t.c.request("GET", f"{root}/big.bin", keep=False) == mb << 20) or sys.exit("short download"))
            for _ in range(3)
        ]
        yield result(f"artifact.download_{mb}MB", "MB", lat, sum(lat), mb)
    for clients in o.clients or (1, 4):

        def up(i):
            c = t.conn()
            return lambda k: c.request(
                "PUT", f"{root}/small{clients}/{i}/{k}.bin", blob[k : k + 10240], "application/octet-stream"
            )

        wall, lat = drive(clients, up, count=500)
        yield result(f"artifact.upload_10kB.c{clients}", "files", lat, wall)

        def down(i):
            c = t.conn()
            return lambda k: c.request("GET", f"{root}/small{clients}/{i}/{k}.bin", keep=False)

        wall, lat = drive(clients, down, count=500)
        yield result(f"artifact.download_10kB.c{clients}", "files", lat, wall)


def registry(t, o):
    name = f"bench-model-{uuid.uuid4().hex[:8]}"
    run = t.new_run(t.fresh("bench-registry"))
    src = t.c.call("GET", API + "/runs/get", run_id=run)["run"]["info"]["artifact_uri"] + "/model"
    lat = [timed_once(lambda: t.c.call("POST", API + "/registered-models/create", {"name": name}))]
    yield result("registry.create_model", "requests", lat, sum(lat))
    c = t.conn()
    make = lambda i: (
        lambda k: c.call(
            "POST",
            API + "/model-versions/create",
            {"name": name, "source": src, "run_id": run, "tags": [{"key": "k", "value": str(k)}]},
        )
    )
    wall, lat = drive(1, make, count=200)
    yield result("registry.create_version", "versions", lat, wall)
    lat = timed(lambda: t.c.call("GET", API + "/model-versions/search", filter=f"name='{name}'", max_results=200), o.reps)
    yield result("registry.search_versions200", "requests", lat, sum(lat))
    lat = timed(lambda: t.c.call("GET", API + "/registered-models/get", name=name), o.reps)
    yield result("registry.get_model", "requests", lat, sum(lat))
    lat = timed(lambda: t.c.call("GET", API + "/registered-models/search", max_results=100), o.reps)
    yield result("registry.search_models", "requests", lat, sum(lat))
