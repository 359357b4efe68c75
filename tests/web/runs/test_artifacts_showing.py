"""The files of a run on its pages: tree, preview, what did not arrive, and bytes that cannot act in our origin."""

import io
import zipfile
from urllib.parse import urlencode

import pytest

from apps.artifacts.services import uploads
from apps.core.errors import DomainError

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SCRIPT = b"<html><script>document.title = document.cookie</script></html>"


class Files:
    """The files of one run, as one person sees them."""

    def __init__(self, client, world, actor):
        self.client, self.actor, self.run_id = client, actor, world.run_id
        self.root = f"{world.experiment_id}/{world.run_id}/artifacts"

    def add(self, path, content=b"text", length=None):
        """Upload a file."""
        uploads.store(self.actor, self.root, path, io.BytesIO(content), len(content) if length is None else length)

    def get(self, to="", headers=None, **query):
        """The answer of one of its addresses."""
        return self.client.get(f"/runs/{self.run_id}/artifacts/{to}?{urlencode(query, doseq=True)}", headers=headers)

    def text(self, to="", headers=None, **query):
        """The same as text."""
        answer = self.get(to, headers, **query)
        assert answer.status_code == 200
        return answer.content.decode()

    def bytes(self, to, **query):
        """The same as bytes."""
        return b"".join(self.get(to, **query).streaming_content)


@pytest.fixture
def files(web, people, worlds):
    return Files(web(people.manager), worlds.here, people.manager.actor)


def test_a_folder_shows_its_files_only_when_it_is_open(files):
    files.add("reports/deep/a.txt")
    assert "a.txt" not in files.text()
    assert "a.txt" in files.text(path="reports/deep", open=["reports", "reports/deep"])


def test_a_chosen_file_opens_the_folders_above_it(files):
    files.add("reports/deep/a.txt")
    page = files.text(path="reports/deep/a.txt")
    assert 'aria-selected="true"' in page
    assert page.partition("<tree-view")[2].partition("</tree-view>")[0].count('aria-expanded="true"') == 2


def test_a_search_finds_files_in_closed_folders(files):
    files.add("reports/deep/Confusion.txt")
    page = files.text(q="confus")
    assert "reports/deep/Confusion.txt" in page
    assert "readme.txt" not in page


def test_a_file_is_shown_with_its_hash_and_the_line_that_fetches_it(files):
    page = files.text(path="notes/readme.txt")
    assert "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" in page
    assert "Verified" in page
    assert (
        f"mlflow.artifacts.download_artifacts(run_id=&quot;{files.run_id}&quot;, artifact_path=&quot;notes/readme.txt&quot;)"
        in page
    )


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [
        ("a.py", b"def f(): pass", '<span class="k">def</span>'),
        ("a.json", b'{"a":1}', '<span class="nt">&quot;a&quot;</span>'),
        ("a.csv", b"name,size\nx,1\n", '<th scope="col">name</th>'),
        ("a.png", PNG, '<img class="preview__image"'),
        ("a.pdf", b"%PDF-1.4 ", '<iframe class="preview__frame"'),
        ("a.md", b"# Title", "<h1>Title</h1>"),
        ("a.wav", b"RIFF0000WAVE", "<audio"),
        ("a.webm", b"\x1a\x45\xdf\xa3", "<video"),
        ("a.html", SCRIPT, 'sandbox="allow-scripts"'),
        ("a.ipynb", b'{"cells": [{"cell_type": "code", "source": "def f(): 1", "outputs": []}]}', "Cell 1"),
        ("MLmodel", b"flavors:\n  sklearn:\n    sklearn_version: 1.5\n", "<dt>Flavors</dt>"),
        ("a.bin", b"\0\1\2", "There is no preview"),
    ],
)
def test_each_kind_of_file_has_its_preview(files, name, content, shown):
    files.add(name, content)
    assert shown in files.text(path=name)


def test_what_was_written_in_a_file_is_never_markup_of_the_page(files):
    for name in ("a.txt", "a.csv", "a.json", "a.md", "a.py", "a.ipynb", "MLmodel"):
        files.add(name, b"<script>alert(1)</script>")
        assert b"<script>alert" not in files.get(path=name).content


def test_a_name_of_a_file_is_never_markup_of_the_page(files):
    name = '"><img src=x onerror=alert(1)>.txt'
    files.add(name)
    assert "<img src=x" not in files.text(path=name)


def test_a_page_comes_in_a_sandbox_without_our_origin(files):
    files.add("a.html", SCRIPT)
    answer = files.get("raw/", path="a.html")
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-scripts; default-src 'none'")
    assert "allow-same-origin" not in policy
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")


def test_a_page_under_the_name_of_a_picture_is_shown_as_text(files):
    files.add("a.png", SCRIPT)
    answer = files.get("raw/", path="a.png")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Security-Policy"].startswith("sandbox;")


def test_bytes_that_nothing_shows_are_not_shown_raw(files):
    files.add("a.bin", b"\0\1\2")
    assert files.get("raw/", path="a.bin").status_code == 404


def test_a_part_of_a_file_is_answered_for_players(files):
    files.add("a.webm", b"\x1a\x45\xdf\xa3" + b"x" * 96)
    answer = files.get("raw/", {"Range": "bytes=10-19"}, path="a.webm")
    assert (answer.status_code, answer["Content-Range"], answer["Content-Type"]) == (206, "bytes 10-19/100", "video/webm")


def test_a_file_is_saved_under_its_name(files):
    answer = files.get("download/", path="notes/readme.txt")
    assert answer["Content-Disposition"] == 'attachment; filename="readme.txt"'
    assert b"".join(answer.streaming_content) == b"hello"


def test_a_folder_is_saved_as_a_zip(files):
    files.add("reports/deep/a.txt", b"deep")
    with zipfile.ZipFile(io.BytesIO(files.bytes("zip/", path="reports"))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"deep/a.txt": b"deep"}


def test_pictures_of_a_series_stand_in_a_gallery_by_step(files):
    for step in (0, 10):
        files.add(f"images/val~sample+step+{step}+timestamp+1+ab{step}.png", PNG)
    page = files.text()
    assert '<b class="wrap-any">val/sample</b>' in page
    assert 'max="1" value="1"' in page
    assert 'aria-valuetext="10"' in page


def test_plain_pictures_of_a_folder_stand_in_a_gallery_too(files):
    for name in ("epoch_1.png", "epoch_2.png", "roc.png", "deep/other.png"):
        files.add(f"plots/{name}", PNG)
    page = files.text(path="plots").partition('<div class="shots">')[2]
    assert page.count("<figure") == 2
    assert '<b class="wrap-any">epoch_*.png</b>' in page
    assert page.count('type="range"') == 1
    assert "path=plots%2Froc.png" in page


def test_an_upload_that_was_cut_says_what_was_expected_what_arrived_and_why(files):
    with pytest.raises(DomainError):
        files.add("model.bin", b"x" * 30, length=100)
    page = files.text()
    assert "1 file has not arrived" in page
    assert ">100 B<" in page
    assert ">30 B<" in page
    assert "This file did not arrive." in files.text(path="model.bin")


def test_a_file_that_arrives_after_all_is_no_longer_missing(files):
    with pytest.raises(DomainError):
        files.add("model.bin", b"x" * 30, length=100)
    files.add("model.bin", b"x" * 100)
    assert "not arrived" not in files.text()


def test_a_script_that_asks_for_the_tree_gets_the_tree_alone(files):
    page = files.text(headers={"X-Fragment": "run-tree"}, path="notes/readme.txt")
    assert 'id="run-tree"' in page
    assert "SHA-256" not in page
    assert "<html" not in page


def test_a_path_that_is_nothing_is_not_found(files):
    assert files.get(path="nothing").status_code == 404
    assert files.get(path="../x").status_code == 400
