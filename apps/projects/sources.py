"""Where a project's code comes from: which addresses are followed, and how git is kept from doing more than fetching."""

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from apps.core.errors import Invalid

Transport = Literal["https", "ssh", "file"]

_SCP = re.compile(r"^(?P<user>[A-Za-z0-9_][\w.-]*)@(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?P<path>[^-:\s][^\s]*)$")
_HOST = re.compile(r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)$")
_USER = re.compile(r"^[A-Za-z0-9_][\w.-]*$")
_REF = re.compile(r"^[\w][\w./+#-]*$")
_HELPER = re.compile(r"^[\w+.%-]*::")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Address:
    """A checked address of a git repository or of a folder. `path` is set for `file` only, absolute and without links."""

    uri: str
    transport: Transport
    path: Path | None = None

    @property
    def is_repository(self) -> bool:
        """Whether git is to fetch it; a folder that is no repository is copied."""
        return self.path is None or (self.path / ".git").exists() or _is_bare(self.path)


def split_subdirectory(uri: str) -> tuple[str, str]:
    """(address, subdirectory) of `address#subdirectory`, as the official client splits it. Raises Invalid."""
    address, _, subdirectory = uri.strip().strip("'\"").partition("#")
    if "." in subdirectory:
        raise Invalid("'.' is not allowed in project subdirectory paths.")
    if subdirectory.startswith("/") or _CONTROL.search(subdirectory) or "\\" in subdirectory:
        raise Invalid(f"{subdirectory!r} is not a subdirectory of the project")
    return address, subdirectory.rstrip("/")


def check_address(uri: str, roots: Sequence[Path], *, must_exist: bool = True) -> Address:
    """The address if it may be followed: https, ssh, or a path below one of `roots` (none: no local paths). Raises Invalid.

    `must_exist` False: the folder is on another machine, and only its name can be looked at.
    """
    if not uri or _CONTROL.search(uri) or len(uri) > 2048:
        raise Invalid("The address of the project is empty, too long or holds spaces or control characters")
    if uri.startswith("-") or _HELPER.match(uri):
        # `ext::sh -c …` makes git run a command; a leading dash makes it an option of git.
        raise Invalid(f"{uri!r} is not the address of a project: use https://, ssh:// or git@host:path")
    if match := _SCP.match(uri):
        return Address(f"ssh://{match['user']}@{match['host']}/{match['path'].lstrip('/')}", "ssh")
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise Invalid(f"{uri!r} is not an address") from None
    if parts.scheme == "https":
        return _https(uri, parts.username, parts.password, parts.hostname, parts.query)
    if parts.scheme in {"ssh", "git+ssh"}:
        return _ssh(parts.username, parts.password, parts.hostname, port, parts.path)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return _local(Path(unquote(parts.path)), roots, must_exist)
    if not parts.scheme and uri.startswith(("/", "~", ".")):
        return _local(Path(uri), roots, must_exist)
    raise Invalid(f"{uri!r} is not the address of a project: use https://, ssh:// or git@host:path")


def check_ref(ref: str) -> str:
    """The name of a branch, tag or commit, "" for the repository's own default. Raises Invalid for what git reads otherwise."""
    ref = ref.strip()
    if ref and (not _REF.match(ref) or ".." in ref or "//" in ref or ref.endswith((".lock", "/", ".")) or len(ref) > 250):
        raise Invalid(f"{ref!r} is not the name of a branch, tag or commit")
    return ref


def copy_folder(source: Path, target: Path, limit: int) -> None:
    """Copy a plain folder, links as links, without .git and pipes. Raises Invalid past `limit` bytes."""
    room = limit

    def bounded(origin: str, copy: str) -> None:
        nonlocal room
        room -= os.stat(origin).st_size
        if room < 0:
            raise Invalid(f"The project is larger than {limit // 1024**2} MiB")
        shutil.copy2(origin, copy)

    shutil.copytree(source, target, symlinks=True, ignore=_unfit, copy_function=bounded, dirs_exist_ok=True)


def subdirectory_of(root: Path, subdirectory: str) -> Path:
    """The folder inside the checkout that the project lies in. Raises Invalid if there is none."""
    folder = (root / subdirectory).resolve() if subdirectory else root.resolve()
    if not folder.is_relative_to(root.resolve()) or not folder.is_dir():
        raise Invalid(f"Could not find subdirectory {subdirectory} of the project")
    return folder


def _unfit(folder: str, names: list[str]) -> list[str]:
    """What is not copied: git's own folder, and what is neither file, folder nor link (opening a pipe would wait for ever)."""
    path = Path(folder)
    return [name for name in names if name == ".git" or not _is_plain(path / name)]


def _is_plain(path: Path) -> bool:
    return path.is_symlink() or path.is_file() or path.is_dir()


def _https(uri: str, user: str | None, password: str | None, host: str | None, query: str) -> Address:
    if user or password:
        raise Invalid("Leave the user and the password out of the address; store a token as the secret GIT_TOKEN of the project")
    if not host or not _HOST.match(host if ":" not in host else f"[{host}]") or query:
        raise Invalid(f"{uri!r} is not the address of a project")
    return Address(uri, "https")


def _ssh(user: str | None, password: str | None, host: str | None, port: int | None, path: str) -> Address:
    bracketed = f"[{host}]" if host and ":" in host else host or ""
    if (
        password
        or not _HOST.match(bracketed)
        or (user and not _USER.match(user))
        or path.lstrip("/").startswith("-")
        or len(path) < 2
    ):
        raise Invalid("That is not an ssh address of a project: write ssh://git@host/path")
    return Address(f"ssh://{user or 'git'}@{bracketed}{f':{port}' if port else ''}{path}", "ssh")


def _local(path: Path, roots: Sequence[Path], must_exist: bool) -> Address:
    """Inside a root after all links are followed; the answer for what lies elsewhere does not say whether it is there."""
    refusal = Invalid(f"{path} does not lie below a folder that an administrator allows for projects")
    if not path.is_absolute():
        raise refusal
    real = path.resolve()
    if not any(real.is_relative_to(root.resolve()) for root in roots):
        raise refusal
    if must_exist and not real.is_dir():
        raise Invalid(f"{path} is not a folder")
    return Address(real.as_uri(), "file", real)


def _is_bare(path: Path) -> bool:
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
