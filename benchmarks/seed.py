"""Many runs at once, written into the tables by statements over sets: 100,000 runs in a minute instead of an hour.

Each run has what `bench` itself logs for a short training: 10 metrics of one point, 20 params, 7 tags. The same numbers go into
both servers' tables.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

START = 1_700_000_000_000  # ms; the n-th run starts n ms later, so that n can be read from the row
CHUNK = 10_000
TAG_KEYS = ("mlflow.runName", "mlflow.user", "t0", "t1", "t2", "t3", "t4")

# What SQLite and PostgreSQL say differently.
WORDS = {
    "sqlite": {"hex32": "printf('%032x', {0})", "hex8": "printf('%08x', {0})", "no": "0"},
    "postgresql": {"hex32": "lpad(to_hex({0}), 32, '0')", "hex8": "lpad(to_hex({0}), 8, '0')", "no": "false"},
}


def seed(server: str, url: str, experiment: int, first: int, last: int) -> None:
    """Write runs number `first` to `last` into an experiment of `server` (`ours` or `mlflow`), whose database is at `url`."""
    vendor = "sqlite" if url.startswith("sqlite") else "postgresql"
    statements = Path(__file__).with_name(f"seed_{server}.sql").read_text().split(";\n")
    with closing(_connect(url)) as connection:
        cursor = connection.cursor()
        if server == "ours":
            _intern(cursor)
        for begin in range(first, last + 1, CHUNK):
            values = _values(vendor, server, experiment, begin, min(begin + CHUNK - 1, last))
            for statement in statements:
                cursor.execute(statement.format(**values))
            connection.commit()
        cursor.execute("ANALYZE")
        connection.commit()


def _intern(cursor: Any) -> None:
    for table, letter, count in (("experiments_metrickey", "m", 10), ("experiments_paramkey", "p", 20)):
        for number in range(count):
            cursor.execute(f"INSERT INTO {table} (name) VALUES ('{letter}{number}') ON CONFLICT (name) DO NOTHING")


def _values(vendor: str, server: str, experiment: int, first: int, last: int) -> dict[str, Any]:
    """What the statements leave open. `n` is the run's number: a column of `numbers`, or read from a row of ours."""
    n = "n" if server == "mlflow" else f"(r.start_time - {START})"
    words = WORDS[vendor]
    return {
        "numbers": f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})",
        "these": f"r.experiment_id = {experiment} AND r.start_time BETWEEN {START + first} AND {START + last}",
        "tens": _rows("j", range(10)),
        "twenties": _rows("j", range(20)),
        "tags": _rows("key", [f"'{key}'" for key in TAG_KEYS]),
        "hex32": words["hex32"].format(f"{experiment} * 1000000000 + n"),
        "metric": f"(({n} * 7919 + j * 104729) % 1000) / 1000.0",
        "param": f"'v' || (({n} * 31 + j * 17) % 10)",
        "tag": _tag(n, words["hex8"].format(f"({n} * 2654435761) % 4294967296")),
        "no": words["no"],
        "start": START,
        "experiment": experiment,
    }


def _rows(column: str, values: Any) -> str:
    return "(" + " UNION ALL ".join(f"SELECT {value} AS {column}" for value in values) + ") keys"


def _tag(n: str, random_hex: str) -> str:
    cases = {"mlflow.runName": f"'run-' || {n}", "mlflow.user": "'bench'", "t0": f"'team-' || ({n} % 20)", "t1": random_hex}
    when = " ".join(f"WHEN '{key}' THEN {value}" for key, value in cases.items())
    return f"CASE keys.key {when} ELSE 'tag value ' || (({n} * 13) % 100) END"


def _connect(url: str) -> Any:
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)
    return psycopg2.connect(url.replace("postgresql+psycopg2", "postgresql"))
