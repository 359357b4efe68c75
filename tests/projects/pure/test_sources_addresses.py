"""Addresses of projects: which are followed, and the tricks that are not."""

import os

import pytest

from apps.core.errors import Invalid
from apps.projects.sources import check_address, check_ref, copy_folder, split_subdirectory, subdirectory_of


@pytest.mark.parametrize(
    ("uri", "transport", "checked"),
    [
        ("https://github.com/a/b.git", "https", "https://github.com/a/b.git"),
        ("https://git.example.com:8443/a", "https", "https://git.example.com:8443/a"),
        ("git@github.com:a/b.git", "ssh", "ssh://git@github.com/a/b.git"),
        ("ssh://git@h:2222/a/b", "ssh", "ssh://git@h:2222/a/b"),
        ("git+ssh://h/a/b", "ssh", "ssh://git@h/a/b"),
        ("ssh://git@[::1]:22/a", "ssh", "ssh://git@[::1]:22/a"),
    ],
)
def test_addresses_of_hosts_are_followed(uri, transport, checked):
    address = check_address(uri, [])
    assert (address.transport, address.uri) == (transport, checked)
    assert address.is_repository


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "ext::sh -c id",
        "ext::sh%20-c%20id",
        "fd::7",
        "--upload-pack=touch /x",
        "-c",
        "https://h/a --upload-pack=x",
        "https://h/\na",
        "http://h/a",
        "git://h/a",
        "ftp://h/a",
        "https://user@h/a",
        "https://u:p@h/a",
        "https:///a",
        "https://-oProxyCommand=id/a",
        "https://h/a?x=1",
        "ssh://-oProxyCommand=id/a",
        "ssh://git@-oProxyCommand=id/a",
        "ssh://-l@h/a",
        "ssh://u:p@h/a",
        "ssh://h/-x",
        "ssh://h",
        "git@-h:a",
        "git@h:-x",
        "-git@h:a",
        "a/b",
        "file://host/a",
        "https://h:99999/a",
        "https://[h/a",
    ],
)
def test_tricks_are_not(uri):
    with pytest.raises(Invalid):
        check_address(uri, [])


def test_a_password_in_the_address_is_told_where_it_belongs():
    with pytest.raises(Invalid, match="GIT_TOKEN"):
        check_address("https://u:p@h/a", [])


@pytest.mark.parametrize("form", ["{0}", "file://{0}", "file://localhost{0}"])
def test_a_folder_below_an_allowed_root_is_followed(tmp_path, form):
    (tmp_path / "p q").mkdir()
    uri = form.format(tmp_path / "p q")
    if " " in uri:
        uri = uri.replace(" ", "%20") if uri.startswith("file") else str(tmp_path)
    address = check_address(uri, [tmp_path])
    assert address.transport == "file"
    assert not address.is_repository


@pytest.mark.parametrize(
    "uri", ["/etc", "file:///etc", "file:///", "{root}/../outside", "{root}/link", "{root}-more", "~/x", "../x"]
)
def test_everything_else_on_the_machine_is_not(tmp_path, uri):
    root = tmp_path / "root"
    for name in ("root", "outside", "root-more"):
        (tmp_path / name).mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(Invalid, match="administrator"):
        check_address(uri.format(root=root), [root])


def test_no_root_means_no_local_paths(tmp_path):
    with pytest.raises(Invalid, match="administrator"):
        check_address(str(tmp_path), [])


@pytest.mark.parametrize("uri", ["u#a", "'u#a'", '"u#a"', "u#a/"])
def test_a_subdirectory_follows_the_hash(uri):
    assert split_subdirectory(uri) == ("u", "a")


@pytest.mark.parametrize("uri", ["u#../a", "u#a.b", "u#/etc", "u#a\\b", "u#a\nb"])
def test_a_subdirectory_stays_inside(uri):
    with pytest.raises(Invalid):
        split_subdirectory(uri)


@pytest.mark.parametrize("ref", ["", "main", "v1.0", "feature/x-y", "0" * 40, "release+1"])
def test_refs_are_names(ref):
    assert check_ref(ref) == ref


@pytest.mark.parametrize(
    "ref", ["-x", "--upload-pack=x", "a..b", "a b", "a:b", "@{-1}", "a~1", "a^", "x.lock", "a//b", "a/", "*", "x" * 300]
)
def test_refs_are_nothing_else(ref):
    with pytest.raises(Invalid):
        check_ref(ref)


def test_a_folder_is_copied_without_git_and_pipes(tmp_path):
    source = tmp_path / "s"
    (source / ".git").mkdir(parents=True)
    (source / "a").mkdir()
    (source / "a" / "x").write_text("1")
    (source / "link").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe")
    copy_folder(source, tmp_path / "t", 1000)
    assert sorted(path.name for path in (tmp_path / "t").rglob("*")) == ["a", "link", "x"]
    assert (tmp_path / "t" / "link").is_symlink()


def test_a_folder_that_is_too_large_is_not_copied(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "x").write_bytes(b"1" * 2000)
    with pytest.raises(Invalid, match="larger than"):
        copy_folder(tmp_path / "s", tmp_path / "t", 1000)


def test_a_subdirectory_that_is_missing_is_named(tmp_path):
    with pytest.raises(Invalid, match="Could not find subdirectory sub"):
        subdirectory_of(tmp_path, "sub")


def test_a_subdirectory_that_is_a_link_outside_is_refused(tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "sub").symlink_to("/etc")
    with pytest.raises(Invalid):
        subdirectory_of(tmp_path / "r", "sub")
