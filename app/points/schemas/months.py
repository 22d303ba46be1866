"""JSON and CSV of months: their closings, and the figures of the programme."""

from typing import Any

from marshmallow import Schema, fields

from app.infra.unit_of_work import UnitOfWork
from app.points.schemas import figure_words
from app.points.schemas.journal import TrialRowOut
from app.points.schemas.sheets import BOM
from app.points.service.figures import FiguresReport, write_table
from app.web.fields import Month, ShownInstant
from app.web.paging import page_of
from app.web.parsing import StrictSchema
from app.web.problems import language
from app.web.streaming import Stream


class MonthClosingIn(StrictSchema):
    """Which month to close: the oldest that is open."""

    month = Month(required=True)


class MonthFiguresOut(Schema):
    """The figures of a month; docs/ledger.md says what each of them counts."""

    issued = fields.Integer(required=True)
    awarded_opening = fields.Integer(required=True)
    awarded_award = fields.Integer(required=True)
    awarded_report_award = fields.Integer(required=True)
    redeemed = fields.Integer(required=True)
    refunded = fields.Integer(required=True)
    expired = fields.Integer(required=True)
    clawed_back = fields.Integer(required=True)
    owed_back = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    transferred_out = fields.Integer(required=True)
    transferred_in = fields.Integer(required=True)
    cleared_out = fields.Integer(required=True)
    cleared_in = fields.Integer(required=True)
    outstanding = fields.Integer(required=True)
    received_fen = fields.Integer(required=True)
    paid_fen = fields.Integer(required=True)
    liability_fen = fields.Integer(required=True)
    reserve_fen = fields.Integer(required=True)
    owed_to_shops_fen = fields.Integer(required=True)
    sponsors_free_fen = fields.Integer(required=True)
    active_people = fields.Integer(required=True)
    new_passbooks = fields.Integer(required=True)


class MonthClosingOut(Schema):
    """A closed month: its figures, and the trial balance at its end."""

    month = Month(required=True)
    ends_at = ShownInstant(required=True)
    closed_by = fields.UUID(required=True)
    closed_at = ShownInstant(required=True)
    figures = fields.Nested(MonthFiguresOut, required=True)
    balances = fields.List(fields.Nested(TrialRowOut), required=True)


MonthClosingPage = page_of(MonthClosingOut, "MonthClosingPage")


class FiguresQuery(StrictSchema):
    """Which months: from one to another, both included, 24 at most."""

    first = Month(required=True, data_key="from")
    last = Month(required=True, data_key="to")


class MonthReportOut(Schema):
    """The figures of one month; those of a month that is not closed may still change."""

    month = Month(required=True)
    closed = fields.Boolean(required=True)
    figures = fields.Nested(MonthFiguresOut, required=True)


class FiguresOut(Schema):
    """The months of a book, oldest first."""

    book = fields.String(required=True, attribute="book.code")
    months = fields.List(fields.Nested(MonthReportOut), required=True)


def stream_figures_csv(report: FiguresReport) -> Stream:
    """The same as a table, as a file to keep: one line for each month, its columns named in the caller's language."""
    lang = language()

    def nothing_more(_uow: UnitOfWork, _where: Any) -> tuple[str, None]:
        return "", None

    months = [f"{row.month:%Y-%m}" for row in report.months] or ["none"]
    name = f"figures-{report.book.code}-{months[0]}-{months[-1]}.csv"
    table = write_table(report, lambda word: figure_words.title(word, lang))
    return Stream(BOM + table, nothing_more, "", filename=name)
