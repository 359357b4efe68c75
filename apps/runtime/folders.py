"""The folders of a job: made for it, handed to its user, removed whatever it did to them."""

import contextlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class JobFolders:
    """`work` is where the job's code lies and runs, `tmp` its /tmp, `home` its home; in `root` its file tree is put together."""

    path: Path

    @property
    def work(self) -> Path:
        return self.path / "work"

    @property
    def tmp(self) -> Path:
        return self.path / "tmp"

    @property
    def home(self) -> Path:
        return self.path / "home"

    @property
    def root(self) -> Path:
        return self.path / "root"


def create(parent: Path, name: str) -> JobFolders:
    """Empty folders `parent/name/…`. Others may pass through, not look around: the job's user has to reach what is its own."""
    parent.mkdir(parents=True, exist_ok=True)
    folders = JobFolders(parent / name)
    remove(folders.path)
    for folder in (folders.path, folders.work, folders.tmp, folders.home, folders.root):
        folder.mkdir()
        folder.chmod(0o711 if folder == folders.path else 0o755)
    folders.tmp.chmod(0o1777)
    return folders


def hand_over(folders: JobFolders, uid: int | None) -> None:
    """Make the job's user the owner of what it may write. Before the job starts: nobody moves files under our hands."""
    if uid is not None:
        for folder in (folders.work, folders.tmp, folders.home):
            change_owner(folder, uid)


def change_owner(folder: Path, uid: int) -> None:
    """The folder and everything below it, links as such, belong to `uid` and its group."""
    os.chown(folder, uid, uid, follow_symlinks=False)
    for parent, names, files, descriptor in os.fwalk(folder, follow_symlinks=False):
        del parent
        for name in names + files:
            os.chown(name, uid, uid, dir_fd=descriptor, follow_symlinks=False)


def remove(path: Path) -> None:
    """Remove a folder, also one whose owner took away its own rights; a missing one is fine, what resists stays."""
    shutil.rmtree(path, ignore_errors=True)
    if not os.path.lexists(path):
        return
    for parent, names, _ in os.walk(path):
        for name in [parent, *(os.path.join(parent, name) for name in names)]:
            with contextlib.suppress(OSError):
                if not os.path.islink(name):
                    os.chmod(name, stat.S_IRWXU)
    shutil.rmtree(path, ignore_errors=True)


def size_of(*folders: Path) -> int:
    """Bytes that the files below the folders take on the disk (holes do not count, hard links once each)."""
    total = 0
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(parent, name)).st_blocks * 512
    return total
