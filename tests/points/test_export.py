"""Exports as the auditors' own programs see them: accepted as they are, refused once anything is changed."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.console.points import points
from app.points import errors
from app.points.service.export import Format, export_book, write_journal
from app.points.service.export.names import NAMES
from app.points.service.export.writing import amount_text, one_line
from app.points.terms import AccountKind
from tests.fixtures import servers as places
from tests.points.audited import STRANGE, engine_of, write_history
from tests.points.ledger import ANNA, SHOP, Acts

BEAN_CHECK = Path(sys.executable).with_name("bean-check")
HLEDGER = shutil.which("hledger")


def hledger_or_skip() -> str:
    if HLEDGER is None:
        if os.environ.get("CI") == "true":
            pytest.fail("hledger is not installed, and CI=true says it must be (apt-get install hledger)")
        pytest.skip("hledger is not installed (apt-get install hledger); bean-check has judged the books alone")
    return HLEDGER


# what may judge here; where CI=true both must, so that one that is missing fails, and is not passed over
FORMS = list(Format) if HLEDGER or os.environ.get("CI") == "true" else [Format.BEANCOUNT]


def start_judge(form: Format, path: Path) -> "subprocess.Popen[str]":
    command = [BEAN_CHECK, path]
    if form is Format.HLEDGER:
        command = [hledger_or_skip(), "-f", path, "check", "--strict", "ordereddates"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def judge(form: Format, path: Path) -> "subprocess.CompletedProcess[str]":
    with start_judge(form, path) as started:
        out, err = started.communicate()
    return subprocess.CompletedProcess(started.args, started.returncode, out, err)


def written(connection, book: str, form: Format) -> str:
    pieces: list[str] = []
    write_journal(connection, book=book, form=form, write=pieces.append)
    return "".join(pieces)


@pytest.fixture(scope="module")
def journals(servers, template):
    """The exports of one rich history, as text by format."""
    made = places.clone(servers, template)
    try:
        write_history(made, seed=21, days=75)
        with engine_of(made.app_url) as engine:
            found = {}
            for form in Format:
                pieces: list[str] = []
                code = _first_book(engine)
                count = export_book(engine, book=code, form=form, write=pieces.append)
                found[form] = "".join(pieces)
                assert count > 300
        yield found
    finally:
        places.drop(servers, made)


def _first_book(engine) -> str:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT code FROM points_books ORDER BY id LIMIT 1").scalar_one()


@pytest.mark.parametrize("form", Format)
def test_rich_history_is_accepted(journals, tmp_path, form):
    path = tmp_path / "book"
    path.write_text(journals[form], encoding="utf-8")
    judged = judge(form, path)
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


def _last(pattern: str, new: str) -> Callable[[str], str]:
    """Change the last place that matches."""

    def change(journal: str) -> str:
        place = list(re.finditer(pattern, journal, re.MULTILINE))[-1]
        return journal[: place.start()] + place.expand(new) + journal[place.end() :]

    return change


def _more_to_shop(journal: str) -> str:
    """One fen more from the liability to a shop, both legs, so that the transaction still balances."""
    legs = (
        r"^( +Liabilities:Money:PointsLiability  )(\d+)\.(\d\d)( CNY\n +Liabilities:Money:MerchantPayable:\S+  -)\2\.\3"
    )
    place = list(re.finditer(legs, journal, re.MULTILINE))[-1]
    fen = int(place[2] + place[3]) + 1
    yuan = f"{fen // 100}.{fen % 100:02}"
    return journal[: place.start()] + place[1] + yuan + place[4] + yuan + journal[place.end() :]


def _without_one_transaction(journal: str) -> str:
    place = list(re.finditer(r"^\d{4}-\d\d-\d\d [^\n]*redemption[^\n]*\n( [^\n]*\n)+", journal, re.MULTILINE))[-1]
    return journal[: place.start()] + journal[place.end() :]


def _twice(journal: str) -> str:
    place = list(re.finditer(r"^\d{4}-\d\d-\d\d [^\n]*redemption[^\n]*\n( [^\n]*\n)+", journal, re.MULTILINE))[-1]
    return journal[: place.end()] + "\n" + place[0] + journal[place.end() :]


TAMPERINGS = {
    "one fen in one leg": _last(r"^( +Liabilities:Money:PointsLiability  -?\d+)\.(\d)\d CNY$", r"\1.\g<2>7 CNY"),
    "one point in one leg": _last(r"^( +Equity:Points:Redeemed:\S+  -)(\d+) POINTS$", r"\g<1>1\2 POINTS"),
    "one fen in two legs": _more_to_shop,
    "a purchase left out": _without_one_transaction,
    "a purchase twice": _twice,
    "an account nobody opened": _last(r"^( +Equity:Points:Redeemed:)\S+(  -\d+ POINTS)$", r"\1NOBODY\2"),
}
ASSERTED_FEN = {
    Format.HLEDGER: _last(r"(Assets:Money:Bank  0\.00 CNY = \d+\.\d)\d CNY$", r"\g<1>7 CNY"),
    Format.BEANCOUNT: _last(r"(balance Assets:Money:Bank  \d+\.\d)\d ~ 0 CNY$", r"\g<1>7 ~ 0 CNY"),
}


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("what", [*TAMPERINGS, "one fen in a balance"])
def test_tampered_export_is_refused(journals, tmp_path, form, what):
    change = TAMPERINGS.get(what) or ASSERTED_FEN[form]
    tampered = change(journals[form])
    assert tampered != journals[form]
    path = tmp_path / "book"
    path.write_text(tampered, encoding="utf-8")
    assert judge(form, path).returncode != 0


@pytest.mark.parametrize("form", Format)
def test_words_of_any_kind_neither_break_a_journal_nor_get_lost(acts, tmp_path, form):
    strange = [
        STRANGE,
        "a\tb\r\nc\0d".replace("\0", "\x01"),
        'ends with "',
        "ends with \\",
        "; comment",
        "{}",
        "积分💮",
    ]
    for words in strange:
        acts.award(ANNA, 1, cause=f"{words}!", evidence=words)
    journal = written(acts.uow.session.connection(), acts.book.code, form)
    path = tmp_path / "book"
    path.write_text(journal, encoding="utf-8")
    judged = judge(form, path)
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")
    if form is Format.BEANCOUNT:
        from beancount import loader  # noqa: PLC0415 - slow to import, and only this test asks it

        entries, _, _ = loader.load_file(str(path))
        said = [entry.meta["evidence"] for entry in entries if entry.meta.get("cause", "").endswith("!")]
        assert said == [one_line(words) for words in strange]


@pytest.mark.parametrize("form", Format)
def test_book_without_transactions_is_accepted(uow, tmp_path, form):
    from tests.points.ledger import open_ledger  # noqa: PLC0415 - one use

    book = open_ledger(uow, minted=0).book
    path = tmp_path / "book"
    path.write_text(written(uow.session.connection(), book.code, form), encoding="utf-8")
    judged = judge(form, path)
    assert (judged.returncode, judged.stdout, judged.stderr) == (0, "", "")


def test_days_are_the_districts_and_signs_the_accountants(acts):
    acts.award(ANNA, 7, cause="morning")
    late = Acts(replace(acts.uow, now=acts.uow.now + timedelta(hours=15)), acts.ledger)  # one at night in the district
    late.redeem(ANNA, 3, cause="night")
    journal = written(acts.uow.session.connection(), acts.book.code, Format.HLEDGER)
    resident, shop = f"Liabilities:Points:Resident:{str(ANNA).upper()}", f"Equity:Points:Redeemed:{str(SHOP).upper()}"
    assert f"    {resident}  -7 POINTS\n" in journal
    assert "2026-06-15 balances\n" in journal
    assert re.search(r"2026-06-16 \(\S+\) redemption\n    ; cause: night\n", journal)
    assert f"    {resident}  3 POINTS\n    {shop}  -3 POINTS\n" in journal
    assert f"    {resident}  0 POINTS = -4 POINTS\n" in journal
    assert "    Assets:Money:Bank  0.00 CNY = 10000.00 CNY\n" in journal
    assert "    Liabilities:Money:MerchantPayable" in journal


def test_stored_balances_are_asserted_at_the_end(acts):
    """A wrong balance row must come to light in programs that are not ours."""
    acts.award(ANNA, 7)
    connection = acts.uow.session.connection()
    right = written(connection, acts.book.code, Format.BEANCOUNT)
    closing = right.rsplit("\n\n", 2)[-2]
    assert f"Liabilities:Points:Resident:{str(ANNA).upper()}  -7 ~ 0 POINTS" in closing
    assert len(closing.splitlines()) == len(re.findall(r"^\S+ open ", right, re.MULTILINE))


@pytest.mark.parametrize("kind", AccountKind)
def test_every_kind_of_account_has_a_name(kind):
    assert NAMES[kind].split(":")[0] in {"Assets", "Liabilities", "Equity", "Income"}


@pytest.mark.parametrize(
    ("amount", "asset", "said"),
    [
        (5, "points", "5 POINTS"),
        (-5, "points", "-5 POINTS"),
        (0, "fen", "0.00 CNY"),
        (-7, "fen", "-0.07 CNY"),
        (123456, "fen", "1234.56 CNY"),
        (-100, "fen", "-1.00 CNY"),
    ],
)
def test_amounts(amount, asset, said):
    assert amount_text(amount, asset) == said


# The command


def test_command_writes_to_standard_output_and_to_a_file(real_commits, tmp_path):
    made = real_commits.extensions["linli.test_database"]
    write_history(made, seed=3, days=2)
    with engine_of(made.app_url) as engine:
        code = _first_book(engine)
    runner = real_commits.test_cli_runner()
    shown = runner.invoke(points, ["export", "--book", code, "--format", "beancount"])
    path = tmp_path / "book.beancount"
    kept = runner.invoke(points, ["export", "--book", code, "--format", "beancount", "--output", str(path)])
    assert (shown.exit_code, kept.exit_code) == (0, 0)
    assert shown.stdout == path.read_text(encoding="utf-8")
    assert "transactions" in kept.stderr
    assert judge(Format.BEANCOUNT, path).returncode == 0


def test_unknown_book_is_refused(app, session, tmp_path):
    path = tmp_path / "book"
    command = ["export", "--book", "nowhere", "--format", "hledger", "--output", str(path)]
    told = app.test_cli_runner().invoke(points, command)
    assert told.exit_code == 2
    assert not path.exists()
    with pytest.raises(errors.BookMissing):
        write_journal(session.connection(), book="nowhere", form=Format.HLEDGER, write=print)
