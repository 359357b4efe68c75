"""Files that machines read back and spreadsheets cannot be fooled by."""

import csv
import io
import json

import pytest

from apps.audit import export, verifier


def test_json_read_back_is_what_was_written(made):
    text = "".join(export.to_json(made.rows, made.seals, selection={}))
    assert export.read_json(text) == (made.rows, made.seals, {})


def test_json_of_nothing_is_json():
    assert json.loads("".join(export.to_json([], [], selection={"act": "run.delete"})))["rows"] == []


def test_an_export_is_checked_without_a_database(made):
    rows, seals, _ = export.read_json("".join(export.to_json(made.rows, made.seals, selection={})))
    assert verifier.check(rows, seals, [made.public_key]).is_whole


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "other/1"}', '{"format": "mlplatform-audit/1", "rows": [1], "checkpoints": []}']
)
def test_another_file_is_refused(text):
    with pytest.raises(ValueError):
        export.read_json(text)


def test_csv_has_a_line_for_each_row_and_readable_times(made):
    lines = list(csv.DictReader(io.StringIO("".join(export.to_csv(made.rows)))))
    assert [line["seq"] for line in lines] == [str(seq) for seq in range(1, 11)]
    assert lines[0]["time"] == "1970-01-01T00:00:00.001+00:00"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\tx"])
def test_csv_cells_are_no_formulas(made, name):
    made.rows[0]["name"] = name
    assert next(csv.DictReader(io.StringIO("".join(export.to_csv(made.rows)))))["name"] == f"'{name}"
