"""Months on the command line."""

from datetime import UTC, datetime

import pytest

from tests.points.ledger import ANNA, Acts, open_ledger


@pytest.fixture
def flask(app, session):
    """The command line, in the test's transaction."""
    return lambda *words: app.test_cli_runner().invoke(args=["points", *words])


@pytest.fixture
def book(uow):
    acts = Acts(uow, open_ledger(uow))
    acts.award(ANNA, 50)
    return acts.book.code


def test_a_month_is_closed_and_its_figures_printed(flask, book):
    closed = flask("close-month", "--book", book, "--month", "2026-06")
    assert closed.exit_code == 0, closed.output
    assert closed.output == "2026-06 已结账 closed: 3 transactions dated in it, 50 points outstanding\n"
    table = flask("figures", "--book", book, "--from", "2026-05", "--to", "2026-07").output.splitlines()
    assert table[0].startswith("month,closed,issued,awarded_opening,awarded_award,")
    assert [line.split(",")[:5] for line in table[1:]] == [
        ["2026-05", "no", "0", "0", "0"],
        ["2026-06", "yes", "100000", "0", "50"],
        ["2026-07", "no", "0", "0", "0"],
    ]


def test_what_is_refused_is_told_in_both_languages(flask, book):
    early = datetime.now(UTC).strftime("%Y-%m")
    for words in (("--month", "2026-05"), ("--month", early)):
        refused = flask("close-month", "--book", book, *words)
        assert refused.exit_code == 1
        assert "the next to close is 2026-06" in refused.output
        assert "下一个应结的月份是 2026-06" in refused.output
    assert "no such book" in flask("figures", "--book", "none", "--from", "2026-05", "--to", "2026-07").output


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "june", "2026-06-01", "1999-01"])
def test_a_month_that_is_none_is_refused(flask, book, month):
    assert flask("close-month", "--book", book, "--month", month).exit_code == 2
    assert flask("figures", "--book", book, "--from", month, "--to", "2026-06").exit_code == 2
