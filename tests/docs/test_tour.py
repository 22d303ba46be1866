"""The tour of both READMEs: every block is run, in order, in one shell, against a real `make run`, and compared."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.docs.markdown import ROOT, Block, blocks, read
from tests.fixtures import servers as places
from tests.tools.launcher import PATIENCE_SECONDS, environment_of, launched
from tools.embedded.for_tests import private_folder
from tools.embedded.process import free_port

UP = "Stop, keeping everything"
MARK = "----- end of a step"
MORE = "…"
LIKE = {
    "an id": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "an instant": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"),
    "a day": re.compile(r"\d{4}-\d\d-\d\d"),
}


@dataclass(frozen=True)
class Step:
    """What a reader pastes, and the answer that stands below it."""

    command: str
    answer: Block


def steps(document: str) -> list[Step]:
    found = blocks(read(document))
    return [
        Step(block.text, found[number + 1])
        for number, block in enumerate(found)
        if (block.language, block.words) == ("bash", "tour")
    ]


def differences(shown: Any, found: Any, where: str = "answer") -> Iterator[str]:
    """How an answer differs from the one shown. `…` stands for more; ids, instants and days need only look alike."""
    if isinstance(shown, dict) and isinstance(found, dict):
        named = {key: value for key, value in shown.items() if key != MORE}
        if MORE not in shown and set(found) != set(named):
            yield f"{where}: has {sorted(found)}"
        for key, value in named.items():
            yield from differences(value, found.get(key, "(missing)"), f"{where}.{key}")
    elif isinstance(shown, list) and isinstance(found, list):
        items = [item for item in shown if item != MORE]
        if len(found) < len(items) or (MORE not in shown and len(found) != len(items)):
            yield f"{where}: has {len(found)} items"
        for number, (item, other) in enumerate(zip(items, found, strict=False)):
            yield from differences(item, other, f"{where}[{number}]")
    elif not same(shown, found):
        yield f"{where}: {found!r} and not {shown!r}"


def same(shown: Any, found: Any) -> bool:
    if isinstance(shown, str) and isinstance(found, str):
        pattern = next((pattern for pattern in LIKE.values() if pattern.fullmatch(shown)), None)
        return bool(pattern.fullmatch(found)) if pattern else shown == found
    return type(shown) is type(found) and shown == found


@pytest.fixture
def running(servers: places.Servers, template: str) -> Iterator[dict[str, str]]:
    """The environment of a reader beside a running `make run` in demo mode, on a fresh database."""
    made = places.clone(servers, template)
    addresses = {"DATABASE_URL": made.app_url, "DATABASE_OWNER_URL": made.owner_url, "REDIS_URL": made.redis_url}
    port = free_port()
    try:
        with private_folder() as folder:
            there = {"LINLI_MODE": "demo", "LINLI_PORT": str(port), "LINLI_WEB_WORKERS": "1"}
            environment = environment_of(folder, **there, **addresses)
            with launched(environment) as launcher:
                assert launcher.says(UP), launcher.output
                yield {
                    "PATH": os.environ["PATH"],
                    "LINLI_DATA_DIR": str(folder),
                    "API": f"http://127.0.0.1:{port}/v1",
                    "LC_ALL": "C.UTF-8",
                }
    finally:
        places.drop(servers, made)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder as a reader has it, without writing into ours."""
    for name in ("app", "migrations", "tools", "wsgi.py"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.mark.slow
def test_every_step_of_both_tours_answers_what_is_shown(running: dict[str, str], folder: Path) -> None:
    for document in ("README.md", "README.zh-CN.md"):  # one after the other, as in one neighbourhood
        wrong = take(steps(document), running, folder)
        assert not wrong, "\n".join([document, *wrong])


def take(told: list[Step], environment: dict[str, str], folder: Path) -> list[str]:
    """Take the steps in one shell; how their answers differ from those shown."""
    assert len(told) > 10
    script = "".join(f"{step.command}\nprintf '\\n%s\\n' '{MARK}'\n" for step in told)
    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    answers = done.stdout.split(f"\n{MARK}\n")
    assert len(answers) == len(told) + 1, done.stdout + done.stderr
    return [
        f"{step.command}\n{problem}"
        for step, answer in zip(told, answers, strict=False)
        for problem in problems_of(step.answer, answer)
    ]


def problems_of(shown: Block, answer: str) -> list[str]:
    if shown.language == "json":
        return list(differences(json.loads(shown.text), json.loads(answer)))
    assert shown.language == "text"
    return [f"{line!r} is not in {answer!r}" for line in shown.text.splitlines() if line not in answer]


def test_both_tours_are_the_same_but_for_language_resident_shop_and_numbers() -> None:
    others = {
        "Accept-Language: en": "Accept-Language: zh",
        "王秀英": "李建国",
        "/shops | field items 0": "/shops | field items 7",
    }
    others |= {f"{letter}-100{number}": f"{letter}-200{number}" for letter in "TRB" for number in (1, 2)}
    english = [step.command for step in steps("README.md")]
    for ours, theirs in others.items():
        english = [command.replace(ours, theirs) for command in english]
    assert english == [step.command for step in steps("README.zh-CN.md")]


def test_a_difference_is_seen() -> None:
    shown = {"id": "01a1fd8c-0c4f-7734-9ebf-3486de302a99", "points": 30, "items": [1, MORE], MORE: MORE}
    good = {"id": "11111111-2222-7333-8444-555555555555", "points": 30, "items": [1, 2], "other": 1}
    assert list(differences(shown, good)) == []
    for change in ({"points": 31}, {"points": "30"}, {"points": True}, {"id": "x"}, {"items": []}):
        assert list(differences(shown, good | change)), change
    assert list(differences({"points": 30}, {"points": 30, "more": 1}))
