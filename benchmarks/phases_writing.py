"""Phases that write: single metrics, batches, whole runs."""

import json
import math
import random

from benchmarks.driving import drive, result
from benchmarks.target import API, now_ms


def log_metric(t, o):
    exp = t.fresh("bench-log-metric")
    for clients in o.clients or (1, 8):
        runs = [t.new_run(exp) for _ in range(clients)]

        def make(i):
            c, ts = t.conn(), now_ms()

            def op(k):
                c.request(
                    "POST",
                    API + "/runs/log-metric",
                    b'{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%d,"step":%d}'
                    % (runs[i].encode(), 1 / (k + 1), ts + k, k),
                )

            op(0)
            return lambda k: op(k + 1)

        wall, lat = drive(clients, make, seconds=o.seconds)
        yield result(f"log_metric.c{clients}", "requests", lat, wall)


def batch(run, metrics, params=(), tags=()):
    return json.dumps(
        {"run_id": run, "metrics": metrics, "params": list(params), "tags": list(tags)}, separators=(",", ":")
    ).encode()


def series(run, key, first, n, ts):
    """One log-batch body: n points of one metric."""
    return b'{"run_id":"%s","metrics":[%s]}' % (
        run.encode(),
        ",".join(
            '{"key":"%s","value":%.6f,"timestamp":%d,"step":%d}' % (key, math.sin(s / 1000) + (s * 7919 % 1009) / 5000, ts + s, s)
            for s in range(first, first + n)
        ).encode(),
    )


def log_batch(t, o):
    exp, ts = t.fresh("bench-log-batch"), now_ms()
    for clients in o.clients or (1, 4):
        runs = [t.new_run(exp) for _ in range(clients)]

        def make(i):
            c = t.conn()
            bodies = [series(runs[i], "loss", k * 1000, 1000, ts) for k in range(60)]

            def op(k):
                c.request(
                    "POST", API + "/runs/log-batch", bodies[k] if k < len(bodies) else series(runs[i], "loss", k * 1000, 1000, ts)
                )

            return op

        wall, lat = drive(clients, make, seconds=o.seconds)
        yield result(f"log_batch_1000.c{clients}", "metrics", lat, wall, 1000)


def log_batch_step(t, o):
    exp, ts = t.fresh("bench-log-step"), now_ms()
    for clients in o.clients or (1, 4):
        runs = [t.new_run(exp) for _ in range(clients)]

        def make(i):
            c = t.conn()

            def op(k):
                c.request(
                    "POST",
                    API + "/runs/log-batch",
                    b'{"run_id":"%s","metrics":[%s]}'
                    % (
                        runs[i].encode(),
                        b",".join(
                            b'{"key":"metric_%d","value":%.6f,"timestamp":%d,"step":%d}' % (j, (k * j % 997) / 997, ts + k, k)
                            for j in range(20)
                        ),
                    ),
                )

            return op

        wall, lat = drive(clients, make, seconds=o.seconds)
        yield result(f"log_batch_20x1step.c{clients}", "metrics", lat, wall, 20)


def one_run(c, exp, rng, n):
    """create + log-batch of 20 params, 10 metrics, 5 tags + FINISHED: what a short training run sends."""
    ts = now_ms()
    run = json.loads(
        c.request(
            "POST",
            API + "/runs/create",
            b'{"experiment_id":"%s","run_name":"run-%d","start_time":%d,"tags":[{"key":"mlflow.user","value":"bench"},{"key":"mlflow.source.name","value":"train.py"}]}'
            % (exp.encode(), n, ts),
        )
    )["run"]["info"]["run_id"]
    c.request(
        "POST",
        API + "/runs/log-batch",
        batch(
            run,
            [{"key": f"m{j}", "value": round(rng.random(), 6), "timestamp": ts, "step": 0} for j in range(10)],
            [{"key": f"p{j}", "value": f"v{rng.randrange(10)}"} for j in range(20)],
            [{"key": "t0", "value": f"team-{rng.randrange(20)}"}, {"key": "t1", "value": "%08x" % rng.getrandbits(32)}]
            + [{"key": f"t{j}", "value": f"tag value {rng.randrange(100)}"} for j in (2, 3, 4)],
        ),
    )
    c.request("POST", API + "/runs/update", b'{"run_id":"%s","status":"FINISHED","end_time":%d}' % (run.encode(), now_ms()))


def make_runs(t, exp, first=0):
    def make(i):
        c, rng = t.conn(), random.Random(first * 1000 + i)
        return lambda k: one_run(c, exp, rng, first + k * 64 + i)

    return make


def create_run(t, o):
    exp = t.fresh("bench-create-run")
    for clients in o.clients or (4,):
        wall, lat = drive(clients, make_runs(t, exp), seconds=o.seconds)
        yield result(f"create_run.c{clients}", "runs", lat, wall)
