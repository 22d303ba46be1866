"""JSON of books, sponsors' money, budgets, opening balances and expiry runs."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from app.kernel.papers import paper_number
from app.points.schemas.fields import Reference
from app.points.service import PaperPassbook
from app.web import problems
from app.web.fields import Day, Fen, Id, Points, ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema

ROWS_MAX = 1000
POINT_VALUE_FEN_MAX = 100_000


class BookOut(Schema):
    """A points programme."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    currency_name = fields.String(required=True)
    validity_months = fields.Integer(required=True)
    grace_days = fields.Integer(required=True)
    expired_cost_goes_to = fields.String(required=True)
    expiry_policy = fields.String(required=True)
    expiry_month = fields.Integer(required=True, allow_none=True)
    expiry_day = fields.Integer(required=True, allow_none=True)
    created_at = ShownInstant(required=True)


class FundingIn(StrictSchema):
    """Money a sponsor paid in."""

    amount_fen = Fen(required=True)
    bank_reference = Reference(required=True, length_max=80, example="ICBC-20261121-0001")


class FundingOut(Schema):
    """The booking of a sponsor's money. `replayed`: this bank reference had been booked before."""

    transaction_id = fields.UUID(required=True, attribute="subject_id")
    replayed = fields.Boolean(required=True)
    balance_after_fen = fields.Integer(
        required=True, attribute="balance_after", metadata={"description": "资助方未用资金 / the sponsor's free money"}
    )


class BudgetIn(StrictSchema):
    """A sponsor's campaign."""

    sponsor_id = Id(required=True)
    name = Text(required=True, length_max=100)
    point_value_fen = StrictInteger(
        required=True, minimum=0, maximum=POINT_VALUE_FEN_MAX, metadata={"description": "每积分成本 / cost of a point"}
    )


class BudgetOut(Schema):
    """A budget, and what it may still award."""

    id = fields.UUID(required=True, attribute="budget.id")
    sponsor_id = fields.UUID(required=True, attribute="budget.sponsor_id")
    name = fields.String(required=True, attribute="budget.name")
    point_value_fen = fields.Integer(required=True, attribute="budget.point_value_fen")
    points_left = fields.Integer(required=True)
    created_at = ShownInstant(required=True, attribute="budget.created_at")


BudgetPage = page_of(BudgetOut, "BudgetPage")


class MintIn(StrictSchema):
    """How many points to make, and what for."""

    points = Points(required=True)
    reason = Text(load_default=None, allow_none=True, length_max=200)


class OpeningRowIn(StrictSchema):
    """One paper passbook."""

    resident_id = Id(required=True)
    points = Points(required=True)
    expires_on = Day(required=True)
    passbook_no = Reference(required=True, length_max=40, example="0266")

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> PaperPassbook:
        """Give the row as the service takes it."""
        return PaperPassbook(**data)


class OpeningBalancesIn(StrictSchema):
    """Paper passbooks to take over. A number may stand in the list once."""

    budget_id = Id(required=True)
    rows = fields.List(
        fields.Nested(OpeningRowIn), required=True, validate=validate.Length(1, ROWS_MAX, error="count:{min}:{max}")
    )

    @validates_schema
    def refuse_repeats(self, data: Mapping[str, Any], **_kwargs: Any) -> None:
        """Refuse a passbook number that occurs twice: nobody could say which of the two rows is meant."""
        seen = Counter(paper_number(row.passbook_no) for row in data.get("rows", ()))
        twice = {n: row for n, row in enumerate(data.get("rows", ())) if seen[paper_number(row.passbook_no)] > 1}
        if twice:
            raise ValidationError({"rows": {n: {"passbook_no": ["repeated"]} for n in twice}})


class RefusalOut(Schema):
    """Why one row was refused, while the others went on."""

    code = fields.String(required=True)
    detail = fields.Function(lambda refusal: refusal.detail(problems.language()), metadata={"type": "string"})


class TakenOverOut(Schema):
    """What became of one paper passbook."""

    passbook_no = fields.String(required=True, attribute="row.passbook_no")
    resident_id = fields.UUID(required=True, attribute="row.resident_id")
    transaction_id = fields.Function(
        lambda taken: None if taken.refusal else str(taken.outcome.subject_id),
        metadata={"type": ["string", "null"], "format": "uuid"},
    )
    points = fields.Integer(required=True, attribute="outcome.points")
    cost_fen = fields.Integer(required=True, attribute="outcome.cost_fen")
    balance_after = fields.Integer(required=True, allow_none=True, attribute="outcome.balance_after")
    replayed = fields.Boolean(required=True, attribute="outcome.replayed")
    refusal = fields.Nested(RefusalOut, required=True, allow_none=True)


class OpeningBalancesOut(Schema):
    """What became of each paper passbook, in the order asked."""

    rows = fields.List(fields.Nested(TakenOverOut), required=True)
    taken_over = fields.Integer(required=True, metadata={"description": "成功的行数 / rows that succeeded"})
    refused = fields.Integer(required=True)


class ExpiryOut(Schema):
    """What one call of the expiry run moved."""

    accounts = fields.Integer(required=True)
    points = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    more = fields.Boolean(required=True, metadata={"description": "还有,请再次调用 / call again, there is more"})
