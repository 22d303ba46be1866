"""Rules of the house that are read off the source."""

import ast
import subprocess
import sys

import pytest

from tests.fixtures.servers import ROOT

FILES = sorted((ROOT / "app").rglob("*.py"))
UNIT_OF_WORK = ROOT / "app" / "infra" / "unit_of_work.py"
LINES_MAX = 300
FUNCTION_LINES_MAX = 40


def calls(tree, names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
            yield node.lineno


def test_only_the_unit_of_work_commits():
    assert list(calls(ast.parse(UNIT_OF_WORK.read_text()), {"commit"}))  # the search finds what it looks for
    for file in FILES:
        if file != UNIT_OF_WORK:
            assert not list(calls(ast.parse(file.read_text()), {"commit", "rollback"})), (
                f"{file}: only run_in_transaction ends transactions"
            )


def test_nobody_uses_the_session_of_flask_sqlalchemy():
    for file in FILES:
        assert "db.session" not in file.read_text(), file


def test_files_and_functions_are_short_and_say_what_they_are():
    wrong = [f"{file.relative_to(ROOT)}: {said}" for file in FILES for said in shortcomings(file.read_text())]
    assert not wrong, "\n".join(wrong)


def shortcomings(text):
    """What is wrong with a file, each in words."""
    tree = ast.parse(text)
    if (lines := len(text.splitlines())) > LINES_MAX:
        yield f"{lines} lines, at most {LINES_MAX}"
    if not ast.get_docstring(tree):
        yield "a module says in a sentence what it is and why"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno
            if length >= FUNCTION_LINES_MAX + 15:
                yield f"{node.name} is too long: {length} lines"


def test_every_silenced_check_has_its_reason_on_the_line():
    wrong = [f"{file.relative_to(ROOT)}:{number}" for file in FILES for number in silent(file.read_text())]
    assert not wrong, "no reason is given on " + ", ".join(wrong)


def silent(text):
    """The numbers of lines that silence a check without a reason."""
    for number, line in enumerate(text.splitlines(), 1):
        no_reason = "# noqa" in line and " - " not in line.split("# noqa", 1)[1]
        if no_reason or ("# type: ignore" in line and "#" not in line.split("# type: ignore", 1)[1]):
            yield number


def test_what_is_wrong_with_a_file_is_found():
    long = "def act():\n" + "    pass\n" * 55
    assert list(shortcomings(long)) == ["a module says in a sentence what it is and why", "act is too long: 55 lines"]
    assert list(shortcomings('"""Says it."""\n' + "\n" * 300)) == ["301 lines, at most 300"]
    assert list(shortcomings('"""Says it."""\n')) == []
    said = "x  # noqa: S1 - as told\ny  # type: ignore[x]  # as told\n"
    assert list(silent(said + "x  # noqa: S1\ny  # type: ignore[x]\n")) == [3, 4]


WRONGS = {
    "clock": ("import datetime\nNOW = datetime.datetime.now(datetime.UTC)\n", "TID251"),
    "date": ("import datetime\nDAY = datetime.date.today()\n", "TID251"),
    "uuid4": ("import uuid\nID = uuid.uuid4()\n", "TID251"),
    "random": ("import random\n\nX = random.random()\n", "TID251"),
    "secrets": ("import secrets\n\nX = secrets.token_hex()\n", "TID251"),
    "environment": ("import os\n\nX = os.environ\n", "TID251"),
    "database clock": ("from sqlalchemy import func\n\nX = func.now()\n", "TID251"),
    "sleep": ("import time\n\ntime.sleep(1)\n", "TID251"),
    "untyped": ("def act(uow):\n    return uow\n", "ANN001"),
    "complex": (
        "def act(n: int) -> int:\n"
        + "".join(f"    if n == {k}:\n        n += 1\n" for k in range(9))
        + "    return n\n",
        "C901",
    ),
    "relative": ("from . import actor\n", "TID252"),
}


@pytest.mark.parametrize("case", list(WRONGS))
def test_ruff_refuses_each_ban(case):
    source, rule = WRONGS[case]
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format",
        "concise",
        "--stdin-filename",
        "app/points/wrong.py",
        "-",
    ]
    done = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert rule in done.stdout
