"""Keeping processes: order of stopping, starting again, giving up."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tools.embedded import process
from tools.embedded.process import Child, Step
from tools.refusal import Refusal
from tools.run_state import RUN_ID_VARIABLE, RunState
from tools.supervision import Interruption, Stopped, Supervisor

STEPS = (Step(signal.SIGTERM, 10),)
# A process that notes its name when it is asked to end.
LAST_WORDS = """
import signal, sys
def end(*_):
    print(sys.argv[1], file=open("order", "a"))
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
signal.pause()
"""


def start(name: str, folder: Path, script: str, **environment: str) -> Child:
    return process.start(
        name,
        ["/bin/sh", "-c", script],
        log=folder / f"{name}.log",
        steps=STEPS,
        environment={**os.environ, **environment},
        folder=folder,
    )


def supervisor(said: list[str] | None = None) -> Supervisor:
    return Supervisor(Interruption(), (said if said is not None else []).append)


def test_last_started_is_first_stopped(tmp_path: Path) -> None:
    kept = supervisor()
    for name in ("PostgreSQL", "Valkey", "worker", "web"):
        kept.keep(lambda name=name: start(name, tmp_path, f"exec {sys.executable} -c '{LAST_WORDS}' {name}"))
        assert process.wait_until(lambda name=name: "up" in process.tail(tmp_path / f"{name}.log"), seconds=10)
    assert kept.names() == "web, worker, Valkey, PostgreSQL"
    kept.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "Valkey", "PostgreSQL"]


def test_what_keeps_falling_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    kept = supervisor(said)
    kept.keep(lambda: start("worker", tmp_path, "echo no such table; exit 3"))
    with pytest.raises(Refusal, match=r"worker ended with status 3\. The last lines of (?s:.*)no such table"):
        kept.watch()
    assert len(said) == 3


def test_an_early_death_ends_the_wait(tmp_path: Path) -> None:
    kept = supervisor()
    kept.keep(lambda: start("web", tmp_path, "echo bad setting; exit 2"))
    with pytest.raises(Refusal, match=r"web ended with status 2(?s:.*)bad setting"):
        kept.wait_for(lambda: False, seconds=30, what="readyz")


def test_what_never_becomes_ready_is_said(tmp_path: Path) -> None:
    kept = supervisor()
    kept.keep(lambda: start("web", tmp_path, "exec sleep 600"))
    with pytest.raises(Refusal, match="readyz is not ready after 0 seconds"):
        kept.wait_for(lambda: False, seconds=0, what="readyz")
    kept.stop()


def test_a_request_to_stop_ends_a_step(tmp_path: Path) -> None:
    interruption = Interruption()
    previous = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    step = start("migrations", tmp_path, "exec sleep 600")
    try:
        interruption.install()
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Stopped):
            Supervisor(interruption, print).run_to_end(step)
        assert step.ended()
        with pytest.raises(Stopped):
            Supervisor(interruption, print).wait_for(lambda: False, seconds=30, what="readyz")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def test_orphans_are_known_by_their_run_and_strangers_are_left_alone(tmp_path: Path) -> None:
    killed = RunState(tmp_path)
    ours = start("web server", tmp_path, "exec sleep 600", **{RUN_ID_VARIABLE: killed.run_id})
    stranger = start("stranger", tmp_path, "exec sleep 600", **{RUN_ID_VARIABLE: "another run"})
    try:
        killed.remember("web server", ours.process.pid)
        killed.remember("stranger", stranger.process.pid)
        killed.remember("long gone", 2**22 - 1)
        assert RunState(tmp_path).end_orphans() == ["web server"]
        assert not stranger.ended()
        assert ours.ended()
    finally:
        stranger.stop()
        ours.stop()


def test_damaged_notes_of_a_run_are_nothing(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text("{")
    (tmp_path / "run.json").write_text("[")
    assert RunState(tmp_path).end_orphans() == []
    assert RunState(tmp_path).read() == {}


def test_a_large_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOG_BYTES_MAX", 3)
    log = tmp_path / "web.log"
    for line in (b"first\n", b"second\n"):
        with process.open_log(log) as record:
            record.write(line)
    assert log.read_text() == "second\n"
    assert (tmp_path / "web.log.1").read_text() == "first\n"


def test_a_log_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "no log" in process.tail(tmp_path / "none")
