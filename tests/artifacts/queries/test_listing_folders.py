import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.artifacts.models import Artifact, Blob, Root
from apps.artifacts.queries import listing
from apps.artifacts.services import uploads
from apps.core.errors import Invalid

pytestmark = pytest.mark.django_db


def names(entries):
    return [(entry.path, entry.is_dir, entry.size) for entry in entries]


@pytest.fixture
def tree(folder_store, put):
    for path in ("b.txt", "a/x.txt", "a/deep/er/y.txt", "A.txt", "a.txt", "ab/z.txt"):
        put(path, path.encode())


def test_one_level_is_listed_by_base_name_in_the_order_of_bytes(tree, actor, root):
    assert names(listing.list_folder(actor, root)) == [
        ("A.txt", False, 5), ("a", True, None), ("a.txt", False, 5), ("ab", True, None), ("b.txt", False, 5)
    ]  # fmt: skip


def test_a_folder_is_listed_with_base_names(tree, actor, root):
    assert names(listing.list_folder(actor, root, "a")) == [("deep", True, None), ("x.txt", False, 7)]


@pytest.mark.parametrize("path", ["a.txt", "missing", "a/x.txt/y"])
def test_a_file_or_nothing_lists_as_nothing(tree, actor, root, path):
    assert listing.list_folder(actor, root, path) == []


@pytest.mark.parametrize("path", ["../x", "/a", "a\\b"])
def test_a_folder_that_escapes_is_refused(tree, actor, root, path):
    with pytest.raises(Invalid, match="Invalid path"):
        listing.list_folder(actor, root, path)


def test_other_roots_are_not_listed(tree, actor):
    assert listing.list_folder(actor, "7/ffffffffffffffffffffffffffffffff/artifacts") == []


def test_a_tree_has_all_files_below_with_whole_paths(tree, actor, root):
    assert [entry.path for entry in listing.list_tree(actor, root, "a")] == ["a/deep/er/y.txt", "a/x.txt"]
    assert [entry.path for entry in listing.list_tree(actor, root)] == [
        "A.txt",
        "a.txt",
        "a/deep/er/y.txt",
        "a/x.txt",
        "ab/z.txt",
        "b.txt",
    ]


def test_the_tree_of_a_file_is_the_file(tree, actor, root):
    assert [entry.path for entry in listing.list_tree(actor, root, "a/x.txt")] == ["a/x.txt"]


def test_a_sum_counts_files_and_bytes(tree, actor, root):
    assert listing.summary(actor, root) == listing.Summary(6, 5 + 7 + 15 + 5 + 5 + 8)
    assert listing.summary(actor, root, "a") == listing.Summary(2, 22)
    assert listing.summary(actor, root, "nothing") == listing.Summary(0, 0)


def test_sums_of_many_roots_come_in_one_query(tree, actor, root, django_assert_num_queries):
    other = "7/11111111111111111111111111111111/artifacts"
    uploads.store(actor, other, "f", io.BytesIO(b"four"), 4)
    with django_assert_num_queries(1):
        sums = listing.summaries(actor, [root, other, "7/none/artifacts"])
    assert sums == {root: listing.Summary(6, 45), other: listing.Summary(1, 4)}


@pytest.mark.parametrize(("path", "kind"), [("a", "folder"), ("a.txt", "file"), ("", "folder"), ("zz", "")])
def test_the_kind_of_a_path_is_known(tree, actor, root, path, kind):
    assert listing.kind_of(actor, root, path) == kind


@pytest.mark.parametrize("count", [2, 12])
def test_a_list_costs_one_query_however_long_it_is(folder_store, put, actor, root, count):
    for number in range(count):
        put(f"d{number}/f", bytes([number]))
        put(f"f{number}", bytes([number, 1]))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(listing.list_folder(actor, root)) == 2 * count
    assert len(queries) == 1


def test_a_folder_beside_ten_thousand_files_is_listed_in_milliseconds(actor, root):
    import time

    fill(root, files=10_000, folders=50)
    began = time.perf_counter()
    assert len(listing.list_folder(actor, root)) == 50
    assert len(listing.list_folder(actor, root, "d07")) == 200
    assert time.perf_counter() - began < 0.1


def fill(root, files, folders):
    """Rows as the services make them, without bytes."""
    tree = Root.objects.create(key=root)
    blob = Blob.objects.create(sha256="0" * 64, size=1, store="local", storage_key="k")
    top = Artifact.objects.create(root=tree, path="", name="")
    rows = Artifact.objects.bulk_create(
        [Artifact(root=tree, parent=top, path=f"d{number:02}", name=f"d{number:02}") for number in range(folders)]
    )
    Artifact.objects.bulk_create(
        [
            Artifact(root=tree, parent=row, path=f"{row.path}/{number}", name=f"{number}", blob=blob)
            for row in rows
            for number in range(files // folders)
        ]
    )
