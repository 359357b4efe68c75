"""Runs phases against our server and, where a full `mlflow` is installed, alternately against `mlflow server`."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import connection, phases_files, phases_history, phases_searching, phases_writing
from benchmarks.servers import Folder, Mlflow, Ours, Server, find_mlflow
from benchmarks.target import Target

PHASES: dict[str, Callable[[Target, argparse.Namespace], Iterator[dict]]] = {
    "log_metric": phases_writing.log_metric,
    "log_batch": phases_writing.log_batch,
    "log_batch_step": phases_writing.log_batch_step,
    "create_run": phases_writing.create_run,
    "search": phases_searching.search,
    "history_write": phases_history.history_write,
    "history": phases_history.history,
    "artifact": phases_files.artifact,
    "registry": phases_files.registry,
}
QUICK = ["log_metric", "log_batch", "log_batch_step", "create_run", "search", "artifact", "registry"]

# Ratios, ours over theirs: what a first version has to reach, and the goal.
TARGETS = {
    "log_metric.c1": (4, 8), "log_metric.c8": (6, 12), "log_batch_1000.c1": (8, 20), "log_batch_1000.c4": (8, 20),
    "log_batch_20x1step.c1": (4, 8), "log_batch_20x1step.c4": (4, 8), "create_run.c4": (4, 8), "search.newest100": (15, 40),
    "search.filter_order": (3, 15), "search.tag_like": (5, 12), "search.scan1000": (10, 30),
    "history.bulk_interval.1x100k": (4, 20),
    "history.bulk_interval.1x1M": (4, 50), "history.bulk_interval.20x100k": (10, 60), "history.get.100k": (20, 50),
    "history.get.1M": (20, 60), "artifact.upload_200MB": (0.7, 1.2), "artifact.download_200MB": (0.7, 1.2),
    "artifact.upload_10kB.c4": (1, 2), "artifact.download_10kB.c4": (1, 2), "registry.create_version": (3, 8),
    "registry.search_versions200": (3, 8),
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the phases that were named, by default the quick ones."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if unknown := set(options.phase) - set(PHASES):
        parser.error(f"no such phase: {', '.join(sorted(unknown))}; there are {', '.join(PHASES)}")
    connection.quickack = connection.quickack and not options.delayed_ack
    program = find_mlflow(options.mlflow)
    if not program:
        print("no full mlflow found (--mlflow PATH, $MLFLOW or on the PATH): our server alone", file=sys.stderr)
    for database in ("postgresql", "sqlite") if options.database == "both" else (options.database,):
        with Folder(database) as folder:
            servers: list[Server] = [Ours(folder.path, folder.cluster)]
            servers += [Mlflow(folder.path, folder.cluster, program)] if program else []
            try:
                compare(database, servers, options)
            finally:
                for server in servers:
                    server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py bench", description=__doc__)
    parser.add_argument("phase", nargs="*", default=QUICK, help=f"of {' '.join(PHASES)}; default: the quick ones")
    parser.add_argument("--database", choices=["postgresql", "sqlite", "both"], default="postgresql")
    parser.add_argument("--mlflow", default="", metavar="PATH", help="a full mlflow's executable ($MLFLOW)")
    parser.add_argument("--repeat", type=int, default=1, help="the median of so many")
    parser.add_argument("--seconds", type=float, default=5, help="length of each timed loop")
    parser.add_argument("--runs", type=int, default=10_000, help="runs that the searches go through")
    parser.add_argument("--reps", type=int, default=20, help="repetitions of each read")
    parser.add_argument("--mb", type=int, default=200, help="size of the large artifact")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--big", type=int, default=1_000_000)
    parser.add_argument("--bulk-runs", type=int, default=20)
    parser.add_argument("--clients", type=lambda text: [int(number) for number in text.split(",")], metavar="N[,N..]")
    parser.add_argument(
        "--delayed-ack", action="store_true", help="leave the kernel's delayed ACK on, as an ordinary client does"
    )
    parser.add_argument("--json", action="store_true", help="one JSON line for each result instead of the table")
    parser.set_defaults(experiment="bench-seed", no_big=False, no_scan=False, scan_pages=0)
    return parser


def compare(database: str, servers: list[Server], options: argparse.Namespace) -> None:
    """Every phase on every server, alternating, then what the servers weigh."""
    started = {server.name: server.start() for server in servers}
    settle(servers)
    print(
        f"\n{database}: {'name':34}" + "".join(f"{server.name:>22}" for server in servers) + "   ratio   first  goal", flush=True
    )
    empty = {server.name: server.database_bytes() for server in servers}
    if "search" in options.phase:
        for server in servers:
            server.seed(options.experiment, options.runs)
        per_run = {server.name: (server.database_bytes() - empty[server.name]) / options.runs for server in servers}
        weigh("database bytes a run", per_run, servers, options)
    for phase in options.phase:
        for name, found in measure(phase, servers, options).items():
            show(name, found, servers, options)
    weigh("memory MB (resident)", {server.name: server.memory()[0] for server in servers}, servers, options)
    weigh("memory MB (proportional)", {server.name: server.memory()[1] for server in servers}, servers, options)
    weigh("CPU seconds to start", started, servers, options)


def settle(servers: list[Server], seconds: float = 90) -> None:
    """Wait until the servers rest: `mlflow server` answers while other processes of it still load, on the same cores."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = sum(server.cpu() for server in servers)
        time.sleep(2)
        if sum(server.cpu() for server in servers) - before < 0.2:
            return


def measure(phase: str, servers: list[Server], options: argparse.Namespace) -> dict[str, dict[str, dict]]:
    """Result name -> server -> median result."""
    rows: dict[str, dict[str, list[dict]]] = {}
    for turn in range(options.repeat):
        for server in servers if turn % 2 == 0 else servers[::-1]:
            for result in PHASES[phase](server.target(), options):
                rows.setdefault(result["name"], {}).setdefault(server.name, []).append(result)
    return {name: {server: median(results) for server, results in found.items()} for name, found in rows.items()}


def median(results: list[dict]) -> dict:
    """The middle one by rate."""
    return sorted(results, key=lambda result: result["rate"])[len(results) // 2] | {
        "p50_ms": statistics.median(result["p50_ms"] for result in results)
    }


def show(name: str, found: dict[str, dict], servers: list[Server], options: argparse.Namespace) -> None:
    """One line of the table: rate and p50 of each, the ratio of the rates, what was aimed at."""
    ratio = round(found["ours"]["rate"] / found["mlflow"]["rate"], 2) if "mlflow" in found else None
    if options.json:
        print(json.dumps({"name": name, "ratio": ratio, **found}), flush=True)
        return
    cells = "".join(f"{found[server.name]['rate']:>12.0f}/s {found[server.name]['p50_ms']:>7.1f}" for server in servers)
    first, goal = TARGETS.get(name, ("", ""))
    unit = found["ours"]["unit"]
    print(f"  {name + ' ' + unit:44}{cells} {f'{ratio}x' if ratio else '':>8} {first!s:>6} {goal!s:>5}", flush=True)


def weigh(name: str, values: dict[str, Any], servers: list[Server], options: argparse.Namespace) -> None:
    """One line for what is the better the less it is."""
    if options.json:
        print(json.dumps({"name": name, **values}), flush=True)
        return
    print(f"  {name:44}" + "".join(f"{values[server.name]:>22.1f}" for server in servers), flush=True)
