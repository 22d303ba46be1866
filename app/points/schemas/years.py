"""JSON of a passbook's year: figures for a chart."""

from typing import Any

from marshmallow import Schema, fields

from app.points.schemas import words
from app.web import problems
from app.web.fields import Month, ShownInstant


class FlowOut(Schema):
    """Points by what became of them: the balance grows by earned - spent + refunded - expired + other."""

    earned = fields.Integer(required=True, attribute="flow.earned")
    spent = fields.Integer(required=True, attribute="flow.spent")
    refunded = fields.Integer(required=True, attribute="flow.refunded")
    expired = fields.Integer(required=True, attribute="flow.expired")
    other = fields.Integer(
        required=True,
        attribute="flow.other",
        metadata={
            "description": "其他,可为负:纸质存折转入、转移、通存通兑、更正 "
            "/ signed: balances taken over, transfers, clearing, corrections"
        },
    )


class PassbookMonthOut(FlowOut):
    """One month of a passbook."""

    month = Month(required=True, metadata={"type": "string"})
    balance = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "月末余额;未到的月份为 null / at the month's end; null for months to come"},
    )


class PassbookKindOut(Schema):
    """All entries of one kind in a year."""

    kind = fields.String(required=True, attribute="code")
    title = fields.Method("name", metadata={"type": "string"})
    points_in = fields.Integer(required=True)
    points_out = fields.Integer(required=True)
    entries = fields.Integer(required=True)

    def name(self, kind: Any) -> str:
        """The kind in the caller's language."""
        return words.kind_of_entry(kind.code, problems.language())


class PassbookActivityOut(Schema):
    """What was done under one title in a year."""

    title = fields.String(required=True)
    times = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    points = fields.Integer(required=True)


class PassbookYearOut(FlowOut):
    """A year of a passbook. `closing` is the balance now while the year runs."""

    year = fields.Integer(required=True)
    opening = fields.Integer(required=True)
    closing = fields.Integer(required=True)
    entries = fields.Integer(required=True)
    months = fields.List(fields.Nested(PassbookMonthOut), required=True)
    kinds = fields.List(fields.Nested(PassbookKindOut), required=True)
    activities = fields.List(
        fields.Nested(PassbookActivityOut),
        required=True,
        metadata={"description": "做得最久的十项,已撤销的不算 / the ten longest, without those taken back"},
    )
    as_of = ShownInstant(required=True)
