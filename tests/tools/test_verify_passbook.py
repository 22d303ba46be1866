"""tools/verify_passbook.py on real exports: accepted as they come, and the first changed entry named."""

import ast
import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kernel.actor import Role
from tests.points.api import Api
from tests.points.audited import STRANGE
from tests.points.ledger import ANNA, BORIS, Acts, open_ledger
from tools import verify_passbook

TOOL = Path(verify_passbook.__file__)
ENTRIES = 6
_exported: dict[str, str] = {}  # made once; every test reads its own copy


@pytest.fixture
def exported(client, bearer, uow) -> Callable[[str], dict[str, Any]]:
    """Passbooks as the API gives them out: Anna's has a life, Boris' is younger."""
    if not _exported:
        acts = Acts(uow, open_ledger(uow))
        acts.award(ANNA, 100, evidence=STRANGE, cause="志愿服务 “🌱”")
        spent = acts.later(minutes=1).redeem(ANNA, 30)
        acts.later(minutes=2).refund(spent.subject_id, ANNA, 10)
        acts.later(minutes=3).award(ANNA, 5)
        acts.later(minutes=3, microseconds=1).award(ANNA, 7, evidence="")
        acts.later(hours=1).redeem(ANNA, 90)
        acts.award(BORIS, 3)
        api = Api(client, bearer, acts.book.code)
        for name, who in (("anna", ANNA), ("boris", BORIS)):
            _exported[name] = api.get(f"/passbooks/{who}/export", Role.AUDITOR).text
    return lambda name: json.loads(_exported[name])


@pytest.fixture
def verify(tmp_path, capsys):
    """Run the tool on a passbook: the exit code, and what it said."""

    def run(book: object, *options: str) -> tuple[int, str]:
        path = tmp_path / "passbook.json"
        path.write_text(book if isinstance(book, str) else json.dumps(book), encoding="utf-8")
        code = verify_passbook.main([str(path), *options])
        return code, capsys.readouterr().out

    return run


def test_export_is_valid(exported, verify):
    book = exported("anna")
    assert len(book["entries"]) == ENTRIES
    code, said = verify(book)
    assert code == 0
    assert said.splitlines() == [
        f"存折无误:6 笔,余额 2,校验值 {book['head']}",
        f"VALID: 6 entries, balance 2, head {book['head']}",
    ]


def test_passbook_that_never_moved_is_valid(exported, verify):
    book = exported("anna") | {"entries": [], "balance": 0, "version": 0, "head": "00" * 32}
    assert verify(book)[0] == 0


# Each changes the passbook; the number is the entry that must be named (None: the cover).
def _entry(number: int, change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    return lambda book: change(book["entries"][number - 1])


def _words(number: int, **words: object) -> Callable[[dict[str, Any]], object]:
    return _entry(number, lambda entry: entry["transaction"].update(words))


def _swap(book: dict[str, Any]) -> None:
    entries = book["entries"]
    entries[3], entries[4] = entries[4], entries[3]


def _more(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda entry: entry.update({name: entry[name] + 1})


def _later(name: str) -> Callable[[dict[str, Any]], object]:
    """Both the time shown and the time in the chain."""

    def change(entry: dict[str, Any]) -> None:
        transaction = entry["transaction"]
        transaction[f"{name}_microseconds"] += 1_000_000
        instant = verify_passbook.EPOCH + timedelta(microseconds=transaction[f"{name}_microseconds"])
        transaction[name] = instant.isoformat()

    return change


TAMPERINGS: dict[str, tuple[int | None, Callable[[dict[str, Any]], object]]] = {
    "amount": (3, _entry(3, _more("amount"))),
    "balance": (3, _entry(3, _more("balance_after"))),
    "amount and balance": (6, _entry(6, lambda e: (_more("amount")(e), _more("balance_after")(e)))),
    "version": (2, _entry(2, _more("version"))),
    "chain": (4, _entry(4, lambda e: e.update(chain=e["chain"][::-1]))),
    "chain in capitals": (4, _entry(4, lambda e: e.update(chain=e["chain"].upper()))),
    "code": (2, _words(2, code="award")),
    "cause": (5, _words(5, cause="another")),
    "evidence": (1, _words(1, evidence="another")),
    "evidence left out": (1, _words(1, evidence=None)),
    "evidence put in": (4, _words(4, evidence="")),
    "empty evidence left out": (5, _words(5, evidence=None)),
    "actor": (2, _words(2, actor_id=str(ANNA))),
    "transaction": (2, _words(2, id=str(ANNA))),
    "recorded time": (2, _entry(2, _later("recorded_at"))),
    "effective time": (2, _entry(2, _later("effective_at"))),
    "time shown": (2, _words(2, recorded_at="2026-06-14T10:01:00+08:00")),
    "time in the chain": (2, _words(2, recorded_at_microseconds=5)),
    "time without a zone": (2, _words(2, recorded_at="2026-06-15T10:01:00")),
    "entry left out": (3, lambda book: book["entries"].pop(2)),
    "first entry left out": (1, lambda book: book["entries"].pop(0)),
    "last entry left out": (None, lambda book: book["entries"].pop()),
    "entry twice": (4, lambda book: book["entries"].insert(3, copy.deepcopy(book["entries"][2]))),
    "entries swapped": (4, _swap),
    "field left out": (2, _entry(2, lambda e: e.pop("amount"))),
    "text for a number": (2, _entry(2, lambda e: e.update(amount="-30"))),
    "true for a number": (2, _entry(2, lambda e: e.update(amount=True))),
    "float for a number": (2, _entry(2, lambda e: e.update(amount=-30.0))),
    "number too large": (2, _words(2, effective_at_microseconds=2**70)),
    "no entry": (2, lambda book: book["entries"].__setitem__(1, "entry")),
    "no transaction": (2, _entry(2, lambda e: e.update(transaction=None))),
    "balance on the cover": (None, lambda book: book.update(balance=3)),
    "float on the cover": (None, lambda book: book.update(balance=2.0)),
    "version on the cover": (None, lambda book: book.update(version=7)),
    "head on the cover": (None, lambda book: book.update(head="00" * 32)),
    "another book": (None, lambda book: book.update(book_id=book["book_id"] + 1)),
    "another owner": (None, lambda book: book.update(owner_id=str(BORIS))),
    "no owner": (None, lambda book: book.pop("owner_id")),
    "no entries": (None, lambda book: book.pop("entries")),
    "another format": (None, lambda book: book.update(format="linli-passbook-2")),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampered_passbook_is_refused(exported, verify, what):
    number, change = TAMPERINGS[what]
    book = exported("anna")
    change(book)
    code, said = verify(book)
    assert code == 1
    chinese, english = said.splitlines()
    assert chinese.startswith("存折不符:" + (f"第 {number} 笔:" if number else ""))
    assert english.startswith("NOT VALID: " + (f"entry {number}: " if number else ""))


def test_passbook_of_somebody_else_is_refused(exported, verify):
    """Boris' cover on Anna's entries."""
    boris = exported("boris")
    code, said = verify(exported("anna") | {name: boris[name] for name in ("account_id", "owner_id")})
    assert code == 1
    assert "entry 1" in said


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"format": "linli-passbook-1", "format": "linli-passbook-1"}', "[" * 100_000]
)
def test_what_is_no_passbook_is_refused(verify, text):
    code, said = verify(text)
    assert code == 1
    assert "NOT VALID: " in said


def test_a_file_that_is_not_there_is_refused(capsys, tmp_path):
    assert verify_passbook.main([str(tmp_path / "none.json")]) == 1
    assert "cannot be read" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("version", "given", "code"),
    [(1, None, 0), (4, 4, 0), (6, 6, 0), (4, 3, 1), (0, 0, 0), (0, 1, 1)],
)
def test_older_receipt(exported, verify, version, given, code):
    book = exported("anna")
    head = book["entries"][version - 1]["chain"] if version else "00" * 32
    options = ["--since-head", head.upper(), *(["--since-version", str(given)] if given is not None else [])]
    assert verify(book, *options)[0] == code


def test_older_receipt_of_a_history_that_was_rewritten_is_refused(exported, verify):
    code, said = verify(exported("anna"), "--since-head", exported("boris")["head"])
    assert code == 1
    assert "the older receipt's chain value is not part of this passbook" in said


def test_tool_needs_the_standard_library_alone_and_an_old_python():
    tree = ast.parse(TOOL.read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("python", ["python3.9", "python3.10", sys.executable])
def test_tool_runs_alone(exported, tmp_path, python):
    found = shutil.which(python)
    environment = {"LC_ALL": "C"}
    if found is None or subprocess.run([found, "-c", ""], capture_output=True, check=False, env=environment).returncode:
        pytest.skip(f"{python} is not installed; the syntax is checked for it all the same")
    tool, path = tmp_path / "verify.py", tmp_path / "passbook.json"
    shutil.copy(TOOL, tool)
    path.write_text(json.dumps(exported("anna")), encoding="utf-8")
    told = subprocess.run(
        [found, "-I", "-S", tool, path],
        capture_output=True,
        check=False,
        encoding="utf-8",
        cwd=tmp_path,
        env=environment,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "存折无误" in told.stdout
