"""Forked clients that start together, and what their latencies say."""

import math
import multiprocessing
import os
import time
from array import array

MP = multiprocessing.get_context("fork")


def pct(a, q):
    return a[min(len(a) - 1, max(0, math.ceil(q * len(a)) - 1))] * 1e3


def result(name, unit, lat, wall, units_per_op=1, **more):
    a = sorted(lat)
    n = len(a) * units_per_op
    return dict(
        name=name,
        unit=unit,
        count=n,
        seconds=round(wall, 3),
        rate=round(n / wall, 2),
        p50_ms=round(pct(a, 0.5), 3),
        p95_ms=round(pct(a, 0.95), 3),
        p99_ms=round(pct(a, 0.99), 3),
        **more,
    )


def drive(clients, make, seconds=None, count=None):
    """Fork `clients` processes.  make(i) runs in each and returns op(k); op is called for k = 0, 1, 2 ...
    until `seconds` have passed, or for the client's share of `count`.  Returns (wall, latencies)."""
    barrier = MP.Barrier(clients)

    def child(i, pipe):
        try:
            op, lat = make(i), array("d")
            share = None if count is None else count // clients + (i < count % clients)
            barrier.wait()
            start = t = time.monotonic()
            end, k = (start + seconds) if seconds else float("inf"), 0
            while t < end and k != share:
                op(k)
                now = time.monotonic()
                lat.append(now - t)
                t, k = now, k + 1
            pipe.send((start, t, lat.tobytes()))
        except BaseException as e:
            barrier.abort()
            pipe.send((None, repr(e), b""))
        finally:
            pipe.close()
            os._exit(0)

    procs = []
    for i in range(clients):
        r, w = MP.Pipe(False)
        p = MP.Process(target=child, args=(i, w))
        p.start()
        w.close()
        procs.append((p, r))
    got = [r.recv() for _, r in procs]
    for p, _ in procs:
        p.join()
    bad = [g[1] for g in got if g[0] is None]
    if bad:
        raise RuntimeError(next((b for b in bad if "Barrier" not in b), bad[0]))
    lat = array("d")
    for g in got:
        lat.frombytes(g[2])
    return max(g[1] for g in got) - min(g[0] for g in got), lat


def timed(fn, reps):
    fn()
    lat = []
    for _ in range(reps):
        t0 = time.monotonic()
        fn()
        lat.append(time.monotonic() - t0)
    return lat


def timed_once(fn):
    t0 = time.monotonic()
    fn()
    return time.monotonic() - t0
