"""Fetching with git: no configuration of the machine's users, no hooks, no submodules, no helpers, a deadline and a size."""

import base64
import os
import re
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from apps.core.clock import monotonic
from apps.core.errors import Invalid, Unavailable
from apps.projects.sources import Address

_COMMIT = re.compile(r"^[0-9a-f]{7,40}$")
_QUIET = ("-c", "advice.detachedHead=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
PRIVATE = "A private repository opens with a secret of the project: GIT_TOKEN for https, GIT_SSH_KEY for ssh."
_ADVICE = re.compile(r"please make sure you have the correct access|and the repository exists|could not read from remote", re.I)
_ASKS = re.compile(r"could not read (username|password)|authentication failed|permission denied \(", re.I)


@dataclass(frozen=True, slots=True)
class Access:
    """What opens a private repository: an ssh private key (PEM text), or a token for https. `known_hosts` remembers host keys."""

    ssh_key: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    known_hosts: Path | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a fetch may take in all (seconds) and how large it may get (bytes)."""

    seconds: float = 300
    size: int = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a ref stands for now: a full commit, and the branch if the ref is one. `fetch` is what to ask the server for."""

    commit: str
    branch: str
    fetch: str


def resolve(address: Address, ref: str, access: Access | None = None, bounds: Bounds | None = None) -> Resolved:
    """What `ref` ("" = the default branch) stands for at the remote end.

    What looks like a commit is taken for one until it is fetched. Raises Invalid for no such ref, Unavailable for a slow server.
    """
    with _Git(address, access or Access(), bounds or Bounds()) as git:
        return _resolve(git, address, ref)


def fetch(
    address: Address,
    ref: str,
    folder: Path,
    access: Access | None = None,
    bounds: Bounds | None = None,
    check: Callable[[], None] = lambda: None,
) -> Resolved:
    """Check out `ref` into the empty `folder` and answer with the commit that it really is.

    `check` is called twice a second and may raise to give up. Raises Invalid, Unavailable.
    """
    with _Git(address, access or Access(), bounds or Bounds(), check) as git:
        found = _resolve(git, address, ref)
        git.run("init", "--quiet", "--template=", "--", str(folder))
        git.watch(folder)
        _fetch_commit(git, address, found, folder)
        commit = git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{found.commit or 'FETCH_HEAD'}^{{commit}}", at=folder
        )
        git.run("checkout", "--quiet", "--force", "--detach", commit.strip(), at=folder)
        return Resolved(commit.strip(), found.branch, found.fetch)


def _fetch_commit(git: "_Git", address: Address, found: Resolved, folder: Path) -> None:
    """One commit without its history where the server gives single commits, else everything."""
    options = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-commit-graph")
    try:
        git.run(*options, "--depth=1", "--", address.uri, found.fetch, at=folder)
    except Invalid:
        if not _COMMIT.match(found.fetch):
            raise
        git.run(*options, "--", address.uri, "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*", at=folder)


def _resolve(git: "_Git", address: Address, ref: str) -> Resolved:
    patterns = [f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/tags/{ref}^{{}}", ref] if ref else ["HEAD"]
    refs, head = _parse_refs(git.run("ls-remote", "--quiet", "--symref", "--", address.uri, *patterns))
    if not ref and "HEAD" in refs:
        return Resolved(refs["HEAD"], head, "HEAD")
    if f"refs/heads/{ref}" in refs:
        return Resolved(refs[f"refs/heads/{ref}"], ref, f"refs/heads/{ref}")
    if f"refs/tags/{ref}" in refs:
        return Resolved(refs.get(f"refs/tags/{ref}^{{}}", refs[f"refs/tags/{ref}"]), "", f"refs/tags/{ref}")
    if ref in refs and ref.startswith("refs/"):
        return Resolved(refs[ref], "", ref)
    if _COMMIT.match(ref):
        return Resolved(ref, "", ref)
    raise Invalid(f"The repository has no branch, tag or commit {ref!r}" if ref else "The repository is empty")


def _parse_refs(output: str) -> tuple[dict[str, str], str]:
    """({ref: commit}, name of the default branch) of `git ls-remote --symref`."""
    refs, head = {}, ""
    for line in output.splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            head = value.removeprefix("ref: refs/heads/")
        elif name:
            refs[name] = value
    return refs, head


class _Git:
    """git with a home of its own, for one address, until the deadline."""

    def __init__(self, address: Address, access: Access, bounds: Bounds, check: Callable[[], None] = lambda: None):
        self._address, self._access, self._bounds, self._check = address, access, bounds, check
        self._deadline = monotonic() + bounds.seconds
        self._watched: Path | None = None
        self._home = tempfile.TemporaryDirectory(prefix="mlplatform-git-")

    def __enter__(self) -> "_Git":
        self._environment = self._build_environment(Path(self._home.name))
        return self

    def __exit__(self, *_: object) -> None:
        self._home.cleanup()

    def watch(self, folder: Path) -> None:
        """Stop when `folder` outgrows the bounds."""
        self._watched = folder

    def run(self, *arguments: str, at: Path | None = None) -> str:
        """Standard output of `git arguments`. Raises Invalid with git's own last words, Unavailable at the deadline."""
        command = ["git", *_QUIET, *arguments]
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command,
                cwd=at or self._home.name,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
            with _ended(process):
                self._wait(process)
            if process.returncode:
                raise Invalid(f"git cannot read {self._address.uri}: {_last_words(errors)}")
            output.seek(0)
            return output.read(16 * 1024 * 1024).decode("utf-8", "replace")

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            try:
                process.wait(timeout=0.5)
                return
            except subprocess.TimeoutExpired:
                self._check()
                if monotonic() > self._deadline:
                    raise Unavailable(f"git did not finish within {self._bounds.seconds:.0f} s: {self._address.uri}") from None
                if self._watched and size_of(self._watched) > self._bounds.size:
                    raise Invalid(f"The repository is larger than {self._bounds.size // 1024**2} MiB") from None

    def _build_environment(self, home: Path) -> dict[str, str]:
        local = str(self._address.path) if self._address.path else ""
        configuration = [
            "[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n",
            "[protocol]\n\tallow = never\n",
            f'[protocol "{self._address.transport}"]\n\tallow = always\n',
            "[submodule]\n\trecurse = false\n[fetch]\n\trecurseSubmodules = false\n[credential]\n\thelper =\n",
            "[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 60\n\tfollowRedirects = initial\n",
            # The administrator allowed the folder; git asks whether it belongs to the same user, which it need not.
            f"[safe]\n\tdirectory = {_quoted(local)}\n\tdirectory = {_quoted(local + '/.git')}\n" if local else "",
            self._header(),
        ]
        settings = home / "config"
        settings.touch(mode=0o600)
        settings.write_text("".join(configuration))
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "HOME": str(home),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(settings),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_ALLOW_PROTOCOL": self._address.transport,
            "GIT_SSH_COMMAND": self._ssh(home),
            "GIT_LFS_SKIP_SMUDGE": "1",
        }

    def _header(self) -> str:
        """The token goes by a file that we alone read, never by the command line, and never along a redirection."""
        if not self._access.token or self._address.transport != "https":
            return ""
        basic = base64.b64encode(f"x-access-token:{self._access.token}".encode()).decode()
        place = _quoted(self._address.uri)
        return f"[http]\n\tfollowRedirects = false\n[http {place}]\n\textraHeader = Authorization: Basic {basic}\n"

    def _ssh(self, home: Path) -> str:
        """Nothing of the worker's own user: no configuration, no agent, no keys. The first key of a host is remembered."""
        key = home / "key"
        if self._access.ssh_key:
            key.touch(mode=0o600)
            key.write_text(self._access.ssh_key.replace("\r\n", "\n").strip() + "\n")
        hosts = self._access.known_hosts or home / "known_hosts"
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": "15",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "IdentityFile": str(key) if self._access.ssh_key else "none",
            "ProxyCommand": "none",
            "StrictHostKeyChecking": "accept-new",
            "UserKnownHostsFile": str(hosts),
        }
        return shlex.join(
            ["ssh", "-F", "/dev/null", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]
        )


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens inside, git and what it started are gone afterwards."""
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def size_of(folder: Path) -> int:
    """Bytes of all files below `folder`; files that go while we look count as nothing."""
    total = 0
    for parent, _, names in os.walk(folder, onerror=None):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _last_words(stream: IO[bytes]) -> str:
    stream.seek(0)
    return plain_words(stream.read(64 * 1024).decode("utf-8", "replace"))


def plain_words(said: str) -> str:
    """What git said last, without its general advice; with ours where it wanted a password that nobody can type."""
    lines = [line.strip().removeprefix("fatal: ") for line in said.strip().splitlines()]
    kept = [line for line in lines if line and not _ADVICE.match(line)] or lines
    text = " / ".join(kept[-3:]) or "no reason given"
    return f"{text}. {PRIVATE}" if _ASKS.search(said) else text
