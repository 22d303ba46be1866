"""Every import contract of setup.cfg is seen to break when it is broken, in a copy of the tree."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.fixtures.servers import ROOT

# One linter for all cases, as starting it takes longer than its work: for each line it hears, it checks the tree as it
# then is, and answers in a line what `lint-imports` would have ended with and said.
LINTER = """
import contextlib, io, json, sys
from importlinter.application.output import console
from importlinter.cli import lint_imports
for _ in sys.stdin:
    console.file = said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = lint_imports()
    print(json.dumps([code, said.getvalue()]), flush=True)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the application and its contracts."""
    copied = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "app", copied / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", copied / "setup.cfg")
    for outside in ("sandbox", "tools", "tests", "bench"):
        (copied / outside).mkdir()
        (copied / outside / "__init__.py").touch()
    return copied


@pytest.fixture(scope="module")
def lint(tree) -> Iterator[Callable[[], tuple[int, str]]]:
    """Check the copy as it is now; answers the status and what was said."""
    with subprocess.Popen(
        [sys.executable, "-c", LINTER],
        cwd=tree,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as linter:

        def check() -> tuple[int, str]:
            print(file=linter.stdin, flush=True)
            line = linter.stdout.readline()
            assert line, linter.stderr.read()
            return tuple(json.loads(line))

        yield check
        linter.stdin.close()


def test_the_contracts_are_kept(lint):
    code, said = lint()
    assert code == 0, said
    assert "0 broken" in said


WRONGS = {
    "upwards": ("app/points/terms.py", "import app.merchants.terms", "stack"),
    "sideways": ("app/volunteers/service/awards.py", "import app.merchants.terms", "stack"),
    "the edge above a feature": ("app/web/paging.py", "import app.identity.terms", "stack"),
    "infra above kernel": ("app/kernel/actor.py", "import app.infra.db", "stack"),
    "an unknown package": ("app/helpers/__init__.py", "", "stack"),
    "a room upwards": ("app/identity/rules/wrong.py", "import app.identity.service", "rooms"),
    "rules read models": ("app/reports/rules.py", "import app.reports.models", "rooms"),
    "an unknown room": ("app/points/helpers.py", "", "rooms"),
    "another feature's models": ("app/merchants/service/wrong.py", "import app.points.models", "doors"),
    "another feature's rules": ("app/volunteers/service/awards.py", "import app.points.rules", "doors"),
    "another feature's schemas": ("app/reports/schemas.py", "import app.points.schemas", "doors"),
    "flask in a service": ("app/identity/service/wrong.py", "import flask", "http"),
    "marshmallow in models": ("app/points/models/wrong.py", "import marshmallow", "http"),
    "the edge in queries": ("app/points/queries/wrong.py", "import app.web.problems", "http"),
    "flask in the kernel": ("app/kernel/wrong.py", "import flask", "http"),
    "the database in rules": ("app/identity/rules/wrong.py", "import sqlalchemy", "pure"),
    "the unit of work in rules": ("app/points/rules/wrong.py", "import app.infra.unit_of_work", "pure"),
    "redis in the kernel": ("app/kernel/wrong.py", "import redis", "pure"),
    "the ledger knows people": ("app/points/queries/wrong.py", "import app.identity.rules", "ledger"),
    "the ledger asks anti-fraud": ("app/points/service/wrong.py", "import app.risk.service", "stack"),
    "anti-fraud's rules": ("app/merchants/service/wrong.py", "import app.risk.rules.events", "doors"),
    "identity above notices": ("app/identity/service.py", "import app.notices.service", "stack"),
    "the network in rules": ("app/notices/rules/wrong.py", "import app.infra.wechat", "pure"),
    "stand-ins": ("app/jobs/schedule.py", "import sandbox", "outside"),
    "tests": ("app/identity/service/wrong.py", "import tests", "outside"),
}


@pytest.mark.parametrize("case", list(WRONGS))
def test_each_contract_breaks_when_it_is_broken(tree, lint, case):
    path, line, contract = WRONGS[case]
    file = tree / path
    before = file.read_text() if file.exists() else None
    file.parent.mkdir(exist_ok=True)
    file.write_text((before or "") + f"\n{line}\n")
    try:
        code, said = lint()
    finally:
        if before is None:
            file.unlink()
            if path == "app/helpers/__init__.py":
                file.parent.rmdir()
        else:
            file.write_text(before)
    broken = [spoken.split(":")[0] for spoken in said.splitlines() if spoken.endswith("BROKEN")]
    assert code != 0, said
    if broken:  # an unknown package or room stops the check itself, with its name
        assert contract in broken, said
    else:
        assert (
            contract in said or path.split("/")[-2 if path.endswith("__init__.py") else -1].removesuffix(".py") in said
        ), said
