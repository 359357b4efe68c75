"""The supervisor over small parts: order, readiness, restarts, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import processes

CHECKOUT = Path(__file__).resolve().parents[2]
# A part that says when it is ready, and how it was stopped.
POLITE = """
import os, signal, sys, time
from mlplatform import lifeline
signal.signal(signal.SIGTERM, lambda *_: (print("bye", flush=True), sys.exit(0)))
print("here", os.getpid(), flush=True)
lifeline.say_ready()
while True: time.sleep(0.05)
"""
STUBBORN = POLITE.replace('lambda *_: (print("bye", flush=True), sys.exit(0))', "signal.SIG_IGN")
# It starts somebody in a session of his own, and says who.
FAMILY = POLITE.replace("lifeline", "lifeline; import subprocess", 1).replace(
    "lifeline.say_ready()",
    'print("child", subprocess.Popen(["sleep", "1000"], start_new_session=True).pid, flush=True)\nlifeline.say_ready()',
)
FALLS = "import sys; print('cannot', flush=True); sys.exit(7)"


class Supervised:
    """A supervisor in a process of its own."""

    def __init__(self, folder: Path, *parts: str):
        self.log = folder / "log"
        script = folder / "script.py"
        script.write_text(
            f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
            "from mlplatform import supervisor\n"
            "from mlplatform.supervisor import Part, Supervisor\n"
            "def say(line): print(f'us: {line}', flush=True)\n"
            f"sys.exit(Supervisor([{', '.join(parts)}], say=say).run())\n"
        )
        with open(self.log, "wb") as log:
            environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
            self.process = subprocess.Popen([sys.executable, str(script)], stdout=log, stderr=log, env=environment)

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait_for(self, text: str, seconds: float = 20) -> None:
        processes.wait_for(lambda: re.search(text, self.output), seconds, f"{text!r}", self.log)

    def pids(self, word: str) -> list[int]:
        return [int(pid) for pid in re.findall(rf"{word} (\d+)", self.output)]

    def stop(self, sign: int = signal.SIGINT) -> float:
        """Seconds from the signal to the end."""
        began = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(20)
        return time.monotonic() - began


def part(name: str, program: str, stage: int, **more: object) -> str:
    options = "".join(f", {key}={value}" for key, value in more.items())
    return f"Part({name!r}, [sys.executable, '-c', {program!r}], {stage}{options})"


@pytest.fixture
def supervise(tmp_path):
    """`supervise(part, …)`; whatever is left at the end is killed."""
    started = []

    def start(*parts: str) -> Supervised:
        started.append(Supervised(tmp_path, *parts))
        return started[-1]

    yield start
    for one in started:
        left = [one.process.pid, *processes.descendants(one.process.pid), *one.pids("here"), *one.pids("child")]
        processes.kill_all(lambda left=left: [pid for pid in left if processes.alive(pid)])


def test_parts_start_by_stage_and_stop_the_other_way_round(supervise):
    running = supervise(part("second", POLITE, 1), part("first", POLITE, 0))
    running.wait_for("second .* here")
    assert running.output.index("first ") < running.output.index("second ")
    running.stop()
    assert running.process.returncode == 0
    assert running.output.index("second | bye") < running.output.index("first  | bye")


def test_a_part_that_does_not_stop_is_killed_in_time(supervise):
    running = supervise(part("first", POLITE, 0), part("stubborn", STUBBORN, 1))
    running.wait_for("stubborn .* here")
    assert running.stop() < 5
    assert not any(processes.alive(pid) for pid in running.pids("here"))


def test_five_seconds_are_enough_also_when_every_part_is_stubborn(supervise):
    running = supervise(part("first", STUBBORN, 0), part("second", STUBBORN, 1))
    running.wait_for("second .* here")
    assert running.stop() < 5


def test_a_second_signal_kills_at_once(supervise):
    running = supervise(part("first", POLITE, 0), part("stubborn", STUBBORN, 1))
    running.wait_for("stubborn .* here")
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert running.stop() < 1.5


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGHUP])
def test_other_ends_of_a_session_stop_it_as_well(supervise, sign):
    running = supervise(part("first", POLITE, 0))
    running.wait_for("here")
    running.stop(sign)
    assert (running.process.returncode, "bye" in running.output) == (0, True)


def test_a_part_that_dies_is_started_again_and_the_others_stay(supervise):
    running = supervise(part("first", POLITE, 0), part("second", POLITE, 1))
    running.wait_for("second .* here")
    first, second = running.pids("here")
    os.kill(second, signal.SIGKILL)
    running.wait_for("us: second ended by signal 9; starting it again")
    processes.wait_for(lambda: len(running.pids("here")) == 3, 20, "the new second", running.log)
    assert processes.alive(first)


def test_a_part_that_keeps_dying_is_started_ever_more_slowly(supervise):
    running = supervise(part("weak", "from mlplatform import lifeline; lifeline.say_ready()", 0))
    running.wait_for("again in 0.5 s")
    running.wait_for("again in 1.0 s")
    assert running.stop() < 2


def test_a_part_that_cannot_start_ends_everything_with_its_words(supervise):
    running = supervise(part("first", POLITE, 0), part("falls", FALLS, 1))
    running.process.wait(20)
    assert running.process.returncode == 1
    assert "falls | cannot\nus: falls ended with code 7 before it was ready" in running.output
    assert "first | bye" in running.output


def test_a_part_that_nobody_waits_for_may_fail_without_ending_the_others(supervise):
    running = supervise(part("first", POLITE, 0), part("falls", FALLS, 1, wait=False))
    running.wait_for("us: falls ended with code 7; starting it again in 1.0 s")
    assert processes.alive(running.pids("here")[0])


def test_a_part_that_can_be_repaired_gets_one_more_try(supervise, tmp_path):
    flag = tmp_path / "repaired"
    program = f"import os, sys; os.path.exists({str(flag)!r}) or sys.exit(1)\n{POLITE}"
    running = supervise(part("first", program, 0, repair=f"lambda: open({str(flag)!r}, 'w') and True"))
    running.wait_for("here")


def test_what_a_part_leaves_in_a_session_of_its_own_is_ended_too(supervise):
    running = supervise(part("family", FAMILY, 0))
    running.wait_for("child")
    running.stop()
    assert not any(processes.alive(pid) for pid in running.pids("child"))


def test_what_a_killed_part_leaves_behind_is_ended_before_it_starts_again(supervise):
    running = supervise(part("family", FAMILY, 0))
    running.wait_for("child")
    os.kill(running.pids("here")[0], signal.SIGKILL)
    orphan = running.pids("child")[0]
    processes.wait_for(lambda: not processes.alive(orphan), 10, "end of the orphan", running.log)


def test_nothing_is_left_two_seconds_after_the_supervisor_was_killed(supervise):
    running = supervise(part("first", POLITE, 0), part("stubborn", STUBBORN, 1))
    running.wait_for("stubborn .* here")
    running.process.kill()
    running.process.wait()
    processes.wait_for(lambda: not any(processes.alive(pid) for pid in running.pids("here")), 2, "end of the parts", running.log)


def test_lines_of_parts_never_mix(supervise):
    writer = "for n in range(300): print('x' * 500, flush=True)\n" + POLITE
    running = supervise(part("a", writer, 0), part("b", writer, 0))
    running.wait_for("a . here")
    running.wait_for("b . here")
    running.stop()
    lines = [line for line in running.output.splitlines() if "xx" in line]
    assert len(lines) == 600
    assert all(re.fullmatch(r"[ab] \| x{500}", line) for line in lines)
