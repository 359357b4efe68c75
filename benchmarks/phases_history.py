"""Phases that write and read long histories."""

import sys
import time
from urllib.parse import urlencode

from benchmarks.driving import drive, result, timed, timed_once
from benchmarks.phases_writing import series
from benchmarks.target import AJAX, API, now_ms


def history_write(t, o):
    """Runs for the history phase; what is there already is kept."""
    exp, ts = t.experiment("bench-history"), 1_700_000_000_000
    jobs = [(f"hist-{p}-{i}", p) for p, n in ((o.big, 1), (o.points, o.bulk_runs)) for i in range(n)]
    jobs = [(t.new_run(exp, name), name, p) for name, p in jobs if not t.find_run(exp, name + "-done")]
    if not jobs:
        return
    # all batches of all runs, dealt to 4 clients; no two clients at a time in one run
    clients = (o.clients or (4,))[0]
    work = [(run, s, min(1000, p - s)) for run, _, p in jobs for s in range(0, p, 1000)]
    lists = [[] for _ in range(clients)]
    for run, _, p in jobs:
        if p == o.big:  # the one big run is split by step range
            for j, w in enumerate(x for x in work if x[0] == run):
                lists[j % clients].append(w)
    for j, (run, _, _points) in enumerate(x for x in jobs if x[2] != o.big):
        lists[j % clients].extend(w for w in work if w[0] == run)

    def make(i):
        c = t.conn()

        def op(k):
            for run, s, n in lists[i][k : k + 1]:
                c.request("POST", API + "/runs/log-batch", series(run, "loss", s, n, ts))

        return op

    wall, lat = drive(clients, make, count=clients * max(map(len, lists)))
    for run, name, _ in jobs:
        t.c.call(
            "POST", API + "/runs/update", {"run_id": run, "status": "FINISHED", "end_time": now_ms(), "run_name": name + "-done"}
        )
    r = result("history_write", "metrics", lat, wall)
    pts = sum(w[2] for w in work)
    yield {**r, "count": pts, "rate": round(pts / wall, 2)}


def history(t, o):
    exp = t.experiment("bench-history")
    big = t.find_run(exp, f"hist-{o.big}-0-done")
    small = [t.find_run(exp, f"hist-{o.points}-{i}-done") for i in range(o.bulk_runs)]
    if None in small or not (big or o.no_big):
        sys.exit("run history_write first (with the same --points, --big and --bulk-runs)")
    get = lambda path, **q: (lambda p: lambda: t.c.request("GET", p, keep=False))(path + "?" + urlencode(q, doseq=True))

    def paged(run):
        def go():
            token, n = None, 0
            while True:
                r = t.c.call(
                    "GET",
                    API + "/metrics/get-history",
                    run_id=run,
                    metric_key="loss",
                    max_results=25000,
                    **({"page_token": token} if token else {}),
                )
                n, token = n + len(r["metrics"]), r.get("next_page_token")
                if not token:
                    return n

        return go

    size = lambda n: f"{n // 1000000}M" if n >= 1000000 else f"{n // 1000}k"
    bulk = lambda runs: get(AJAX + "/metrics/get-history-bulk-interval", run_ids=runs, metric_key="loss", max_results=2500)
    k, m = size(o.points), size(o.big)
    for name, fn, reps, points in (
        (f"history.bulk_interval.1x{k}", bulk(small[:1]), o.reps, o.points),
        (f"history.bulk_interval.1x{m}", bulk([big]) if big else None, 3, o.big),
        (f"history.bulk_interval.{len(small)}x{k}", bulk(small), 5, o.points * len(small)),
        (f"history.get.{k}", get(API + "/metrics/get-history", run_id=small[0], metric_key="loss"), 3, o.points),
        (f"history.paged25k.{k}", paged(small[0]), 3, o.points),
        (f"history.get.{m}", get(API + "/metrics/get-history", run_id=big, metric_key="loss") if big else None, 1, o.big),
        (f"history.paged25k.{m}", paged(big) if big else None, 1, o.big),
    ):
        if fn is None or (o.no_big and f"{m}" in name.split(".")[-1]):
            continue
        t0 = time.monotonic()
        size_ = fn()
        lat = [time.monotonic() - t0] if reps == 1 else timed(fn, reps) if reps > 3 else [timed_once(fn) for _ in range(reps)]
        yield result(name, "points", lat, sum(lat), points, answer=size_)
