"""The program between a worker and a job. Standard library only, started by path with `python -I -S`, never imported.

It reads a plan (JSON) from a file descriptor, puts the job behind the walls that the plan names, waits, and writes what became of
it as JSON lines to another descriptor. When the worker dies in whatever way, the kernel tells us (PR_SET_PDEATHSIG), and
everything that the job started dies with it:

    worker -> shepherd (subreaper, outside of the walls) -> [pid 1 of the job's own namespace] -> job

Signals to the shepherd: USR1 asks the job to end (TERM to each of its processes), TERM kills everything at once.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE = 1, 38, 36, 4
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x04000000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
# What a remount in a user namespace has to keep as it was.
KEPT_FLAGS = {2: MS_NOSUID, 4: MS_NODEV, 8: MS_NOEXEC, 1024: 1024, 2048: 2048, 4096: 1 << 21}
SETUP_FAILED = 121

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """A system call of libc; raises OSError."""
    converted = [item.encode() if isinstance(item, str) else item for item in arguments]
    if getattr(libc, name)(*converted) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def prctl(option, value=1):
    """Set a property of this process; raises OSError."""
    call("prctl", ctypes.c_int(option), ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def mount(source, target, kind, flags, data=None):
    """mount(2); raises OSError."""
    call("mount", source, target, kind, ctypes.c_ulong(flags), data)


def die_with(parent, number=signal.SIGKILL):
    """Get `number` when the parent dies; end at once if it is dead already."""
    prctl(PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os._exit(SETUP_FAILED)


# ---- the shepherd


class Shepherd:
    """Outside of the walls: starts the job, waits for it, leaves nothing of it behind."""

    def __init__(self, plan, status):
        self.plan, self.status, self.child = plan, status, 0
        self.ending = False

    def run(self):
        signal.signal(signal.SIGTERM, self.kill_now)
        signal.signal(signal.SIGUSR1, self.ask_to_end)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        prctl(PR_SET_CHILD_SUBREAPER)
        die_with(self.plan["parent"], signal.SIGTERM)
        for group in self.plan["cgroups"]:
            with open(os.path.join(group, "cgroup.procs"), "w") as file:
                file.write(str(os.getpid()))
        os.umask(self.plan["umask"])
        self.start()
        code = self.wait()
        self.sweep()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.tell(ended=code, cpu_seconds=used.ru_utime + used.ru_stime, peak_process_bytes=used.ru_maxrss * 1024)

    def start(self):
        level = self.plan["level"]
        if level == "namespaces":
            enter_namespaces(self.plan)
        me = os.getpid()
        self.child = os.fork()
        if self.child == 0:
            guarded(self.status, self.be_child, level, me)
        self.tell(started=self.child)

    def be_child(self, level, parent):
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        if level == "bwrap":
            die_with(parent)
            become_bwrap(self.plan, self.status)
        elif level == "namespaces":
            # Inside the new pid namespace the parent's number reads 0, so its death is asked of the kernel alone.
            prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
            be_first(self.plan, self.status)
        else:
            die_with(parent)
            become(self.plan)

    def wait(self):
        """Status of the job, as the shell writes it: its code, or 128 and the signal. Reaps the orphans meanwhile."""
        while True:
            pid, status = os.wait()
            if pid == self.child:
                return shell_code(status)

    def ask_to_end(self, *_):
        spared = {self.child} if self.plan["level"] != "process" else set()
        for pid in descendants(os.getpid()):
            if pid not in spared and name_of(pid) != "bwrap":
                send(pid, signal.SIGTERM)

    def kill_now(self, *_):
        self.sweep()
        self.tell(ended=128 + signal.SIGKILL)
        os._exit(128 + signal.SIGKILL)

    def sweep(self):
        """Kill every descendant until there is none: what was started between two looks falls to us, the subreaper."""
        for _ in range(1000):
            found = descendants(os.getpid())
            if not found:
                return
            for pid in found:
                send(pid, signal.SIGKILL)
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass

    def tell(self, **facts):
        tell(self.status, **facts)


def descendants(root):
    """Numbers of all processes below `root`, itself left out, zombies left out."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[0] not in "ZX":
            children.setdefault(int(fields[1]), []).append(int(entry))
    found, waiting = [], [root]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            found.append(pid)
            waiting.append(pid)
    return found


def name_of(pid):
    """The name of a process, "" for one that is gone."""
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return ""


def send(pid, number):
    """Send a signal; a process that is gone already is fine."""
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def shell_code(status):
    """The exit code as a shell writes it."""
    return 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


# ---- the walls


def enter_namespaces(plan):
    """Our next children live in namespaces of their own; without root inside a user namespace that maps us to ourselves."""
    flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (0 if plan["network"] else CLONE_NEWNET)
    uid, gid = os.getuid(), os.getgid()
    if uid == 0:
        call("unshare", flags)
        return
    call("unshare", flags | CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def be_first(plan, status):
    """Process 1 of the namespace: builds the file tree, starts the job, fetches orphans, ends with it (and all end with us)."""
    build_tree(plan)
    job = os.fork()
    if job == 0:
        guarded(status, become, plan)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.close(status)
    while True:
        pid, code = os.wait()
        if pid == job:
            os._exit(shell_code(code))


def build_tree(plan):
    """A root of its own made of the mounts of the plan, and nothing else of the machine.

    Only here, not in the shepherd: a change of root moves everybody in the same mount namespace.
    """
    root = plan["root"]
    call("unshare", CLONE_NEWNS)
    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=16m")
    for item in plan["mounts"]:
        add_mount(root, item)
    old = os.path.join(root, ".old")
    os.mkdir(old)
    os.chdir(root)
    call("pivot_root", ".", ".old")
    os.chdir("/")
    call("umount2", "/.old", MNT_DETACH)
    os.rmdir("/.old")
    mount(None, "/", None, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)


def add_mount(root, item):
    """One line of the plan, below `root`."""
    kind, target = item["kind"], root + item["target"]
    if kind == "symlink":
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(item["source"], target)
        return
    source = item.get("source")
    if kind == "dir":
        os.makedirs(target, exist_ok=True)
        return
    if source and not os.path.isdir(source):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target):
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    else:
        os.makedirs(target, exist_ok=True)
    if kind == "tmpfs":
        mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"mode={item['mode']},size={item['size']}")
    elif kind == "proc":
        mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    else:
        bind(source, target, read_only=kind == "ro", device=kind == "dev")


def bind(source, target, read_only, device):
    """Show a folder or file of the machine inside."""
    mount(source, target, None, MS_BIND | MS_REC)
    kept = sum(flag for bit, flag in KEPT_FLAGS.items() if os.statvfs(target).f_flag & bit)
    flags = MS_REMOUNT | MS_BIND | kept | MS_NOSUID | (0 if device else MS_NODEV) | (MS_RDONLY if read_only else 0)
    mount(None, target, None, flags)


def become_bwrap(plan, status):
    """Let bubblewrap build the same walls; inside it this file runs once more, to put on the limits."""
    arguments = [plan["bwrap"], "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    arguments += [] if plan["network"] else ["--unshare-net"]
    if os.getuid() == 0:
        for name in ("CAP_SETUID", "CAP_SETGID", "CAP_SYS_RESOURCE", "CAP_KILL"):
            arguments += ["--cap-add", name]
    for item in plan["mounts"]:
        arguments += bwrap_mount(item)
    arguments += ["--ro-bind", os.path.abspath(__file__), "/.launcher", "--remount-ro", "/", "--chdir", "/"]
    descriptor = os.memfd_create("plan", 0)
    os.write(descriptor, json.dumps(dict(plan, level="inside")).encode())
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.set_inheritable(descriptor, True)
    os.set_inheritable(status, True)
    arguments += ["--", plan["python"], "-I", "-S", "/.launcher", str(descriptor), str(status)]
    os.execve(plan["bwrap"], arguments, {"PATH": "/usr/bin:/bin"})


def bwrap_mount(item):
    """The same line of the plan as options of bubblewrap."""
    kind, target = item["kind"], item["target"]
    if kind == "tmpfs":
        return ["--perms", item["mode"], "--size", str(item["size"]), "--tmpfs", target]
    if kind == "proc":
        return ["--proc", target]
    if kind == "dir":
        return ["--perms", "0755", "--dir", target]
    option = {"symlink": "--symlink", "ro": "--ro-bind", "rw": "--bind", "dev": "--dev-bind"}[kind]
    return [option, item["source"], target]


# ---- the job itself


def become(plan):
    """Put the limits on, give up every right, and turn into the job's command."""
    parent = os.getppid()
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.nice(plan["nice"])
    if plan["cpus"]:
        os.sched_setaffinity(0, plan["cpus"])
    for name, value in plan["rlimits"].items():
        limit(getattr(resource, name), value)
    if plan["uid"] is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(plan["gid"], plan["gid"], plan["gid"])
        os.setresuid(plan["uid"], plan["uid"], plan["uid"])
    prctl(PR_SET_NO_NEW_PRIVS)
    # A change of user clears the wish to die with the parent, so it comes after it.
    prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(SETUP_FAILED)
    os.chdir(plan["cwd"])
    os.execvpe(plan["argv"][0], plan["argv"], plan["env"])


def limit(kind, value):
    """Set both limits, never above what we are allowed."""
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY and os.getuid() != 0:
        value = min(value, hard)
    resource.setrlimit(kind, (value, value))


def guarded(status, function, *arguments):
    """In a child: run, and if that comes back or fails, say why and end. Never returns into the parent's code."""
    try:
        function(*arguments)
    except OSError as error:
        tell(status, failed=f"{error.strerror}: {error.filename}" if error.filename else str(error))
    except BaseException as error:
        tell(status, failed=repr(error))
    os._exit(SETUP_FAILED)


def tell(status, **facts):
    """A line for the worker; one that is gone needs none."""
    with contextlib.suppress(OSError):
        os.write(status, json.dumps(facts).encode() + b"\n")


def main():
    """Read the plan and do our part of it: the shepherd's, or inside bubblewrap the last steps."""
    descriptor, status = int(sys.argv[1]), int(sys.argv[2])
    with os.fdopen(descriptor, "rb") as file:
        plan = json.load(file)
    os.set_inheritable(status, False)
    if plan["level"] == "inside":
        guarded(status, become, plan)
    try:
        Shepherd(plan, status).run()
    except Exception as error:
        tell(status, failed=f"{type(error).__name__}: {error}")
        sys.exit(SETUP_FAILED)


if __name__ == "__main__":
    main()
