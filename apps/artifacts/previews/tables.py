"""Tables out of CSV, TSV and the JSON that `mlflow.log_table` writes. Pure."""

import csv
import io
from typing import Any

from apps.artifacts.previews.shapes import Table

ROWS, COLUMNS, CELL = 1000, 200, 500
DELIMITERS = ",;\t|"


def separated(text: str, *, tabs: bool, is_cut: bool) -> Table:
    """The first 1,000 rows; the first line names the columns. Of a cut text the last line is left out. Raises csv.Error."""
    if is_cut:
        text = text[: text.rfind("\n") + 1] or text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else _delimiter(text))
    rows: list[list[str]] = []
    for row in reader:
        if len(rows) > ROWS:
            return Table(rows[0], rows[1:], more=True)
        if row:
            rows.append([_short(cell) for cell in row[:COLUMNS]])
    return Table(rows[0], rows[1:], more=is_cut) if rows else Table([], [])


def split(data: dict[str, Any]) -> Table | None:
    """`{"columns": […], "data": [[…]]}`; None for anything else."""
    columns, rows = data.get("columns"), data.get("data")
    if not isinstance(columns, list) or not isinstance(rows, list) or not all(isinstance(row, list) for row in rows[:ROWS]):
        return None
    names = [_short(str(name)) for name in columns[:COLUMNS]]
    return Table(names, [[_short(_text(cell)) for cell in row[:COLUMNS]] for row in rows[:ROWS]], more=len(rows) > ROWS)


def _delimiter(text: str) -> str:
    first = text[: text.find("\n")] if "\n" in text else text
    return max(DELIMITERS, key=first.count)


def _text(cell: Any) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else repr(cell)[: CELL + 1]


def _short(cell: str) -> str:
    return cell if len(cell) <= CELL else f"{cell[:CELL]}…"
