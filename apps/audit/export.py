"""The audit as files: JSON that `verify_audit --file` reads back, CSV for spreadsheets. Pure, and streamed row by row."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from apps.audit import chain
from apps.audit.chain import Seal

FORMAT = "mlplatform-audit/1"
CSV_COLUMNS = ("seq", "id", "time", *(column for column in chain.COLUMNS if column not in {"id", "at"}), "hash")


def to_json(rows: Iterable[dict[str, Any]], seals: Iterable[Seal], *, selection: dict[str, Any]) -> Iterator[str]:
    """One JSON object in pieces, one row a line. `selection`: the filter; {} says that the export is complete."""
    yield f'{{"format": {json.dumps(FORMAT)},\n"selection": {json.dumps(selection)},\n"checkpoints": ['
    yield ",\n".join(json.dumps(_hex(asdict(seal))) for seal in seals)
    yield '],\n"rows": ['
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(_hex(row), ensure_ascii=False)
    yield "\n]}\n"


def to_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A header line and one line per row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        cells = {**_hex(row), "time": iso(row["at"]), "details": json.dumps(row["details"], ensure_ascii=False)}
        writer.writerow([_cell(cells[column]) for column in CSV_COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def read_json(text: str) -> tuple[list[dict[str, Any]], list[Seal], dict[str, Any]]:
    """Rows (hashes as bytes), checkpoints and selection of an export. Raises ValueError for anything else."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"unknown format {data['format']!r}")
        rows = [_bytes(row, ("prev_hash", "hash")) for row in data["rows"]]
        seals = [Seal(**_bytes(seal, ("hash", "public_key", "signature"))) for seal in data["checkpoints"]]
        return rows, seals, dict(data["selection"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an export of the audit: {error!r}") from None


def iso(at: int) -> str:
    """Milliseconds since the epoch as text in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _hex(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.hex() if isinstance(value, bytes) else value for key, value in row.items()}


def _bytes(row: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: bytes.fromhex(value) if key in keys and value is not None else value for key, value in row.items()}


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
