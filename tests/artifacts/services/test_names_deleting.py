import pytest

from apps.artifacts.models import Artifact, Root, Upload
from apps.artifacts.queries import listing
from apps.artifacts.services import deletion
from apps.audit.models import AuditRow
from apps.core.errors import Denied, Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(folder_store, put):
    for path in ("a/x", "a/deep/y", "ab", "A/z"):
        put(path, path.encode())


def paths(actor, root):
    return [entry.path for entry in listing.list_tree(actor, root)]


def test_a_file_goes_and_its_folder_stays_while_it_holds_something(tree, actor, root):
    assert deletion.delete(actor, root, "a/x") == 1
    assert paths(actor, root) == ["A/z", "a/deep/y", "ab"]


def test_folders_that_become_empty_go_too(tree, actor, root):
    deletion.delete(actor, root, "A/z")
    assert [entry.path for entry in listing.list_folder(actor, root)] == ["a", "ab"]


def test_a_folder_goes_with_all_in_it_and_with_nothing_beside_it(tree, actor, root):
    assert deletion.delete(actor, root, "a") == 2
    assert paths(actor, root) == ["A/z", "ab"]


def test_deleting_nothing_is_fine_and_is_not_recorded(tree, actor, root):
    assert deletion.delete(actor, root, "zz") == 0
    assert AuditRow.objects.count() == 0


def test_a_deletion_is_recorded(tree, actor, root):
    deletion.delete(actor, root, "a")
    row = AuditRow.objects.get()
    assert (row.act, row.noun_id, row.name, row.details) == ("artifact.delete", root, "a", {"files": 2})


def test_the_root_itself_cannot_be_named(tree, actor, root):
    with pytest.raises(Invalid):
        deletion.delete(actor, root, "")


def test_a_guard_keeps_everything(tree, actor, root):
    def frozen():
        raise Denied("held")

    with pytest.raises(Denied):
        deletion.delete(actor, root, "a", guard=frozen)
    assert len(paths(actor, root)) == 4


def test_a_name_can_be_used_again_for_the_other_kind(tree, put, actor, root):
    deletion.delete(actor, root, "a")
    put("a", b"now a file")
    assert listing.kind_of(actor, root, "a") == "file"


def test_a_root_goes_with_everything(tree, actor, root):
    assert deletion.delete_root(actor, root) == 4
    assert (Root.objects.count(), Artifact.objects.count(), Upload.objects.count()) == (0, 0, 0)


def test_a_large_root_goes_in_few_queries(folder_store, put, actor, root, django_assert_max_num_queries):
    for number in range(30):
        put(f"d/{number}", bytes([number]))
    with django_assert_max_num_queries(14):
        deletion.delete_root(actor, root)
