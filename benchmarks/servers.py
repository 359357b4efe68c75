"""The two servers, each started as its users start it, with databases of their own."""

import os
import shutil
import signal
import sqlite3
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from benchmarks.seed import seed
from benchmarks.target import Target
from tests.support import processes
from tests.support.postgres import Postgres
from tests.support.server import LiveServer

PATIENCE = 180  # seconds for a server to come up, on a machine that does other things too


class Server:
    """A running server: its address, its database, its processes."""

    name = ""
    base = ""
    token = ""
    database_url = ""

    def start(self) -> float:
        """Start and wait for the first answer; the CPU seconds that it took."""
        raise NotImplementedError

    def stop(self) -> None:
        """End every process."""
        processes.kill_all(self.pids)

    def pids(self) -> list[int]:
        """All its processes."""
        raise NotImplementedError

    def target(self) -> Target:
        """For the phases."""
        return Target(self.base, self.token)

    def seed(self, experiment: str, count: int) -> None:
        """Fill an experiment with `count` runs; what is there already stays."""
        target = self.target()
        number = target.experiment(experiment)
        there = self._count(number)
        if there < count:
            seed("ours" if self.name == "ours" else "mlflow", self.database_url, int(number), there + 1, count)

    def _count(self, experiment: str) -> int:
        table, column = ("experiments_run", "experiment_id") if self.name == "ours" else ("runs", "experiment_id")
        return int(self.query(f"SELECT count(*) FROM {table} WHERE {column} = {int(experiment)}"))

    def query(self, statement: str) -> float:
        """One number out of the database."""
        if self.database_url.startswith("sqlite"):
            with sqlite3.connect(self.database_url.removeprefix("sqlite:///")) as connection:
                return connection.execute(statement).fetchone()[0]
        return self.cluster.sql(statement, self.database)[0][0]

    def database_bytes(self) -> int:
        """Size of the database."""
        if self.database_url.startswith("sqlite"):
            path = Path(self.database_url.removeprefix("sqlite:///"))
            return sum(file.stat().st_size for file in path.parent.glob(path.name + "*"))
        return int(self.query(f"SELECT pg_database_size('{self.database}')"))

    def memory(self) -> tuple[int, int]:
        """Resident and proportional memory of all processes, in MB."""
        resident = proportional = 0
        for pid in self.pids():
            fields = dict(line.split(":") for line in _read(f"/proc/{pid}/smaps_rollup").splitlines()[1:] if ":" in line)
            resident += int(fields.get("Rss", "0 kB").split()[0])
            proportional += int(fields.get("Pss", "0 kB").split()[0])
        return resident // 1000, proportional // 1000

    def cpu(self) -> float:
        """CPU seconds of all processes that run, with their ended children."""
        ticks = 0
        for pid in self.pids():
            fields = _read(f"/proc/{pid}/stat").rsplit(")", 1)[-1].split()
            ticks += sum(map(int, fields[11:15])) if fields else 0
        return ticks / os.sysconf("SC_CLK_TCK")


class Ours(Server):
    """`manage.py run` without the worker: with sign-in and permissions, as it always is."""

    name = "ours"

    def __init__(self, folder: Path, cluster: Postgres | None):
        self.cluster, self.database = cluster, "ours"
        url = cluster.new_database("ours") if cluster else ""
        self.live = LiveServer(folder / "ours", url)
        self.base, self.database_url = self.live.base, url or f"sqlite:///{folder}/ours/db.sqlite3"

    def start(self) -> float:
        self.live.start(PATIENCE)
        self.live.stop()
        self.live.start(PATIENCE)  # the second start is the one that operations know
        cpu = self.cpu()
        self.token = self.live.token()
        return cpu

    def pids(self) -> list[int]:
        return self.live.processes()


class Mlflow(Server):
    """`mlflow server` with four workers, as its documentation starts it, without sign-in."""

    name = "mlflow"

    def __init__(self, folder: Path, cluster: Postgres | None, program: str):
        self.cluster, self.database, self.program = cluster, "mlflow", program
        self.folder = folder / "mlflow"
        self.folder.mkdir()
        self.port = processes.free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        url = cluster.new_database("mlflow") if cluster else ""
        # Plain postgresql:// with psycopg2-binary does not start.
        self.database_url = url.replace("postgresql:", "postgresql+psycopg2:") or f"sqlite:///{self.folder}/mlflow.db"

    def start(self) -> float:
        command = [
            self.program, "server", "--backend-store-uri", self.database_url,
            "--artifacts-destination", str(self.folder / "artifacts"),
            "--host", "127.0.0.1", "--port", str(self.port), "--workers", "4",
        ]  # fmt: skip
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("MLPLATFORM_", "MLFLOW_"))}
        environment |= {"BENCHMARK_HOME": str(self.folder), "MLFLOW_DISABLE_TELEMETRY": "true"}
        processes.start_leashed(command, self.folder / "server.log", stop=signal.SIGTERM, env=environment, cwd=self.folder)
        processes.wait_for(self._answers, PATIENCE, "mlflow server", self.folder / "server.log")
        return self.cpu()

    def _answers(self) -> bool:
        with urlopen(f"{self.base}/health", timeout=5) as answer:
            return answer.status == 200

    def pids(self) -> list[int]:
        return processes.marked("BENCHMARK_HOME", str(self.folder))


def find_mlflow(given: str) -> str:
    """Path of a full `mlflow` (the one of mlflow-skinny has no server): the given one, $MLFLOW, or what is on the PATH."""
    return given or os.environ.get("MLFLOW", "") or _on_path()


def _on_path() -> str:
    found = shutil.which("mlflow")
    if not found:
        return ""
    python = Path(found).resolve().with_name("python")
    return found if list(python.parent.parent.glob("lib/python3*/site-packages/mlflow/server/js")) else ""


class Folder:
    """A temporary folder with a durable PostgreSQL in it, or without one for SQLite."""

    def __init__(self, database: str):
        self.path = Path(tempfile.mkdtemp(prefix="bench-"))
        self.cluster = Postgres(self.path / "pg", shared_buffers="1GB").create() if database == "postgresql" else None

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        if self.cluster:
            self.cluster.stop()
        time.sleep(0.2)
        shutil.rmtree(self.path, ignore_errors=True)


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
