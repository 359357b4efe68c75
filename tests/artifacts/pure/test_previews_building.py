import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.artifacts.previews import Preview, Table, gallery, preview
from apps.artifacts.previews.text import highlight, stylesheet

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def show(name, data):
    data = data.encode() if isinstance(data, str) else data
    return preview(name, len(data), lambda limit: data[:limit])


@pytest.mark.parametrize(
    ("name", "data", "kind", "inline"),
    [
        ("a.png", PNG, "image", "image/png"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image", "image/jpeg"),
        ("a.gif", b"GIF89a", "image", "image/gif"),
        ("a.webp", b"RIFF\0\0\0\0WEBP", "image", "image/webp"),
        ("a.svg", b"<svg/>", "image", "image/svg+xml"),
        ("a.pdf", b"%PDF-1.7", "pdf", "application/pdf"),
        ("a.wav", b"RIFF\0\0\0\0WAVE", "audio", "audio/wav"),
        ("a.mp4", b"\0\0\0\x20ftypisom", "video", "video/mp4"),
        ("a.html", b"<p>", "page", "text/html"),
        ("a.parquet", b"PAR1\x15\0", "parquet", "application/vnd.apache.parquet"),
    ],
)
def test_what_the_browser_shows_is_shown_as_its_type(name, data, kind, inline):
    assert show(name, data) == Preview(kind, inline=inline)


@pytest.mark.parametrize("name", ["a.png", "a.pdf", "a.mp4", "a.wav", "a.gif"])
def test_a_file_that_lies_about_itself_is_not_given_to_the_browser(name):
    assert show(name, f"<html>{EVIL}").inline == ""


@pytest.mark.parametrize(
    ("name", "data"), [("model.pkl", b"\x80\x04\x95\0\0"), ("x", b"\0\1\2\3"), ("a.png", b"\0\0\0\0"), ("e.txt", b"")]
)
def test_bytes_have_no_preview_and_say_so(name, data):
    shown = show(name, data)
    assert shown.kind in {"none", "text"}
    assert shown.note or not data


NAMES = [
    "a.txt",
    "a.py",
    "a.json",
    "a.yaml",
    "a.md",
    "a.csv",
    "a.tsv",
    "a.ipynb",
    "MLmodel",
    "a.log",
    "Dockerfile",
    "a.sql",
    "unknown",
]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_text_becomes_markup_of_ours(name):
    shown = show(name, EVIL)
    html = shown.html + "".join(cell.source for cell in shown.cells)
    assert "<script" not in html
    assert "<img" not in html


@given(st.sampled_from(NAMES), st.text(alphabet="<>&\"'`={}[]()#*!-\\/:a1\n\t ,", max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_a_tag_that_we_did_not_mean(name, text):
    for tag in ("<script", "<iframe", "<style", "<object", "javascript:", "<a onclick"):
        shown = show(name, text.replace("a", tag))
        assert f"<{tag[1:]}" not in shown.html or tag == "javascript:"
        assert 'href="javascript:' not in shown.html


@given(st.sampled_from(NAMES), st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_a_preview(name, data):
    assert isinstance(show(name, data), Preview)


def test_code_is_coloured_by_classes_and_keeps_its_text():
    shown = show("a.py", "def f():\n    return 'x' < 1\n")
    assert shown.kind == "code"
    assert '<span class="k">def</span>' in shown.html
    assert '<span class="o">&lt;</span>' in shown.html
    assert ".code .k" in stylesheet()


def test_long_code_stays_plain_and_quick():
    text = "x = 1\n" * 80_000
    began = time.monotonic()
    assert highlight(text, "a.py") == text
    assert time.monotonic() - began < 1


def test_a_long_text_is_cut_and_says_so():
    shown = show("a.log", "line\n" * 200_000)
    assert shown.note == "Only the beginning is shown."
    assert len(shown.html) < 600_000


def test_json_is_laid_out():
    assert show("a.json", '{"b":[1,2],"a":"ü"}').html.count("\n") == 6


def test_json_that_would_grow_without_bounds_is_cut():
    shown = show("a.json", "[" * 900 + "1," * 100_000 + "1" + "]" * 900)
    assert shown.note == "Only the beginning is shown."
    assert len(shown.html) < 3_000_000


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"a": 1' + "1" * 5000 + "}", "nul"])
def test_json_that_is_none_is_shown_as_text(text):
    assert show("a.json", text).kind in {"text", "code"}


def test_a_table_has_columns_and_rows():
    assert show("a.csv", 'name,value\na,"1,5"\nb,2\n') == Preview(
        "table", table=Table(["name", "value"], [["a", "1,5"], ["b", "2"]])
    )
    assert show("a.tsv", "x\ty\n1\t2\n").table == Table(["x", "y"], [["1", "2"]])
    assert show("a.csv", "x;y\n1;2\n").table == Table(["x", "y"], [["1", "2"]])


def test_of_a_long_table_a_thousand_rows_are_shown():
    shown = show("a.csv", "n\n" + "\n".join(map(str, range(5000))))
    assert (len(shown.table.rows), shown.table.more, shown.note) == (1000, True, "Only the beginning is shown.")


def test_the_cut_line_of_a_large_table_is_left_out():
    shown = show("a.csv", "a,b\n" + ("x" * 100_000 + ",1\n") * 12)
    assert len(shown.table.rows) == 10
    assert all(len(row) == 2 for row in shown.table.rows)
    assert all(len(cell) <= 501 for row in shown.table.rows for cell in row)


def test_what_log_table_writes_is_a_table():
    data = {"columns": ["a", "b"], "data": [[1, None], ["x", {"k": 1}]]}
    assert show("t.json", json.dumps(data)).table == Table(["a", "b"], [["1", ""], ["x", "{'k': 1}"]])


def test_markdown_is_rendered_and_clean():
    html = show("README.md", f"# Title\n\n[link](https://x.y) [bad](javascript:alert(1)) {EVIL}\n\n|a|b|\n|-|-|\n|1|2|\n").html
    assert "<h1>Title</h1>" in html
    assert "<table>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "<script" not in html
    assert 'href="javascript' not in html


def notebook(*cells, **extra):
    return json.dumps({"cells": list(cells), "nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}, **extra})


def test_a_notebook_has_cells_with_their_outputs():
    outputs = [
        {"output_type": "stream", "text": ["one\n", "\x1b[31mtwo\x1b[0m"]},
        {"output_type": "display_data", "data": {"image/png": base64.b64encode(PNG).decode(), "text/plain": "<Figure>"}},
        {"output_type": "execute_result", "data": {"text/html": f"<table><tr><td>1</td></tr></table>{EVIL}"}},
        {"output_type": "error", "ename": "E", "traceback": ["\x1b[1mTraceback\x1b[0m", "<b>"]},
    ]
    shown = show(
        "n.ipynb",
        notebook({"cell_type": "markdown", "source": "# Hi"}, {"cell_type": "code", "source": ["x = 1"], "outputs": outputs}),
    )
    assert [cell.kind for cell in shown.cells] == ["markdown", "code"]
    assert "<h1>Hi</h1>" in shown.cells[0].source
    text, image, table, error = shown.cells[1].outputs
    assert text == "<pre>one\ntwo</pre>"
    assert image.startswith('<img alt="" src="data:image/png;base64,')
    assert "<td>1</td>" in table
    assert "<script" not in table
    assert error == "<pre>Traceback\n&lt;b&gt;</pre>"


@pytest.mark.parametrize("encoded", ["PHN2Zy8+", '" onload="x', "not base64 at all"])
def test_a_picture_in_a_notebook_that_is_none_is_left_out(encoded):
    output = {"output_type": "display_data", "data": {"image/png": encoded, "text/plain": "instead"}}
    shown = show("n.ipynb", notebook({"cell_type": "code", "source": "x", "outputs": [output]}))
    assert shown.cells[0].outputs == ["<pre>instead</pre>"]


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"cells": 1}', '{"cells": [1, null, {"source": 5, "outputs": {"a": 1}}]}', "nope", "1"]
)
def test_a_broken_notebook_is_shown_as_far_as_it_goes(text):
    assert show("n.ipynb", text).kind in {"notebook", "text", "code"}


MODEL = """
artifact_path: model
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.7}
  sklearn: {pickled_model: model.pkl, sklearn_version: 1.5.0}
model_id: m-1
mlflow_version: 3.11.1
signature:
  inputs: '[{"name": "x", "type": "double", "required": true},
    {"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]'
  outputs: '[{"type": "long", "required": false}]'
  params: null
"""


def test_an_mlmodel_is_summed_up():
    shown = show("MLmodel", MODEL)
    assert shown.facts[:4] == [
        ("Flavors", "python_function, sklearn"),
        ("Python", "3.11.7"),
        ("sklearn", "1.5.0"),
        ("Model id", "m-1"),
    ]
    assert shown.tables == [
        ("Inputs", Table(["Name", "Type", "Required"], [["x", "double", "yes"], ["", "float64 [-1, 3]", ""]])),
        ("Outputs", Table(["Name", "Type", "Required"], [["", "long", "no"]])),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: [*a, *a]", "- 1", "{", "flavors: 3\nsignature: x", "!!python/object/apply:os.system [ls]", "[" * 3000,
        "signature: {inputs: '[1, null]', outputs: '{', params: 7}",
    ],
)  # fmt: skip
def test_an_mlmodel_that_is_none_does_no_harm(text):
    assert show("MLmodel", text).kind in {"code", "text", "model"}


def test_pictures_over_steps_become_series():
    found = gallery.series(
        [
            "images/a~b+step+10+timestamp+5+u1.png",
            "images/a~b+step+10+timestamp+5+u1+compressed.webp",
            "images/a~b+step+2+timestamp+4+u2.png",
            "images/old%step%1%timestamp%3%u3.png",
            "images/else.png",
        ]
    )
    assert {key: [(frame.step, frame.small) for frame in frames] for key, frames in found.items()} == {
        "a/b": [(2, "images/a~b+step+2+timestamp+4+u2.png"), (10, "images/a~b+step+10+timestamp+5+u1+compressed.webp")],
        "old": [(1, "images/old%step%1%timestamp%3%u3.png")],
    }


def test_plain_pictures_that_differ_in_a_number_become_series_and_others_stand_alone():
    found = gallery.plain(
        ["g/epoch_2.png", "g/epoch_10.png", "g/roc.svg", "g/fold1.JPG", "g/a.txt", "g/k+step+1+timestamp+2+u.png", "g/run7"]
    )
    assert {key: [(frame.step, frame.path) for frame in frames] for key, frames in found.items()} == {
        "epoch_*.png": [(2, "g/epoch_2.png"), (10, "g/epoch_10.png")],
        "roc.svg": [(0, "g/roc.svg")],
        "fold1.JPG": [(1, "g/fold1.JPG")],
    }


@pytest.mark.parametrize(
    ("data", "text"), [("ü".encode("utf-16"), "ü"), (b"\xfc", "ü"), ("ü".encode()[:1] + b"", "Ã"), (b"abc\xc3", "abc")]
)
def test_text_is_read_in_the_code_that_it_is_in(data, text):
    assert show("a.txt", data).html in {text, ""}


def test_a_huge_picture_is_not_shown():
    shown = preview("a.png", 200 * 1024 * 1024, lambda limit: PNG[:limit])
    assert (shown.kind, shown.inline) == ("none", "")
    assert "200 MB" in shown.note
