"""Tests are sentences, lie where their subject lies, and none is left out."""

import ast
import re

from tests.architecture import source

OTHER_FOLDERS = {
    "architecture",
    "wire",
    "browser",
    "faults",
    "ground",
    "support",
    "js",
    "mlplatform",
    "benchmarks",
    "deploy",
    "clients",
}
LEFT_OUT = re.compile(r"(?<!\w)(skip|skipif|xfail|importorskip|skipTest|expectedFailure)(?!\w)")
# What pip and npm cannot bring is the only reason for a conditional test.
CONDITIONS = {"nginx", "mkfs.ext4", "podman", "bwrap", "conda", "docker", "PyTorch without CUDA"}


def modules():
    """(path, tree) of every test module."""
    return [(path, source.tree(path)) for path in sorted((source.ROOT / "tests").rglob("test_*.py"))]


def test_a_test_name_is_a_sentence():
    bad = [
        source.where(path, node)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and words(node.name) < 2
    ]
    assert bad == []


def words(name):
    """Number of words after `test_`."""
    return len([word for word in name.removeprefix("test_").split("_") if word])


def test_no_two_tests_of_a_file_share_a_name():
    bad = []
    for path, tree in modules():
        names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        bad += [f"{source.where(path)} {name}" for name in set(names) if names.count(name) > 1]
    assert bad == []


def test_no_test_is_left_out():
    bad = [
        f"{source.where(path)}:{number}"
        for path, _ in modules()
        if path.name != "test_tests.py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LEFT_OUT.search(line.split("#")[0]) and "pytest." in line and not any(tool in line for tool in CONDITIONS)
    ]
    assert bad == []


def test_the_tree_of_tests_mirrors_the_tree_of_rooms():
    folders = {path.name for path in (source.ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert sorted(folders - OTHER_FOLDERS - set(source.rooms())) == []


def test_every_room_with_services_has_tests():
    rooms = [room for room in source.domain_rooms() if any((source.ROOT / "apps" / room).glob("services/*.py"))]
    assert [room for room in rooms if not any((source.ROOT / "tests" / room).rglob("test_*.py"))] == []
