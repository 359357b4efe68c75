"""Phases that search runs."""

import json
import time

from benchmarks.driving import drive, result, timed
from benchmarks.phases_writing import make_runs
from benchmarks.target import API


def count_runs(t, exp):
    n, token = 0, None
    while True:
        r = t.c.call(
            "POST",
            API + "/runs/search",
            {"experiment_ids": [exp], "max_results": 50000, **({"page_token": token} if token else {})},
        )
        n, token = n + len(r.get("runs", ())), r.get("next_page_token")
        if not token:
            return n


def seed_runs(t, o):
    exp = t.experiment(o.experiment)
    need = o.n - count_runs(t, exp)
    if need > 0:
        wall, lat = drive((o.clients or (4,))[0], make_runs(t, exp, o.n), count=need)
        yield result("seed_runs", "runs", lat, wall, n=o.n)


def search(t, o):
    exp = t.experiment(o.experiment)

    def search(**kw):
        return json.loads(t.c.request("POST", API + "/runs/search", json.dumps({"experiment_ids": [exp], **kw}).encode()))

    cases = {
        "search.newest100": {"max_results": 100, "order_by": ["attributes.start_time DESC"]},
        "search.filter_order": {
            "max_results": 100,
            "filter": "metrics.m3 > 0.9 and params.p2 = 'v7'",
            "order_by": ["metrics.m1 DESC"],
        },
        "search.tag_like": {"max_results": 100, "filter": "tags.t1 LIKE '%abc%'"},
    }
    for name, kw in cases.items():
        size = len(t.c.request("POST", API + "/runs/search", json.dumps({"experiment_ids": [exp], **kw}).encode()))
        rows = len(search(**kw).get("runs", ()))
        raw = json.dumps({"experiment_ids": [exp], **kw}).encode()
        lat = timed(lambda: t.c.request("POST", API + "/runs/search", raw), o.reps)
        yield result(name, "requests", lat, sum(lat), rows=rows, bytes=size)
    if not o.no_scan:
        lat, rows, token = [], 0, None
        while True:
            t0 = time.monotonic()
            r = search(max_results=1000, **({"page_token": token} if token else {}))
            lat.append(time.monotonic() - t0)
            rows, token = rows + len(r.get("runs", ())), r.get("next_page_token")
            if not token or len(lat) == o.scan_pages:
                break
        out = result("search.scan1000", "runs", lat, sum(lat))
        yield {**out, "count": rows, "rate": round(rows / sum(lat), 2), "pages": len(lat)}
    # the same first page under load: 4 clients
    raw = json.dumps({"experiment_ids": [exp], **cases["search.newest100"]}).encode()

    def make(i):
        c = t.conn()
        return lambda k: c.request("POST", API + "/runs/search", raw)

    wall, lat = drive(4, make, seconds=o.seconds)
    yield result("search.newest100.c4", "requests", lat, wall)
