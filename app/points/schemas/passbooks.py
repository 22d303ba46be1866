"""JSON of passbooks and of statements."""

from typing import Any

from marshmallow import Schema, fields

from app.points.schemas import words
from app.points.schemas.fields import Reason
from app.points.terms import Asset
from app.web import problems
from app.web.fields import ShownInstant
from app.web.paging import page_of
from app.web.parsing import StrictSchema


class LotOut(Schema):
    """Points of a passbook that expire together."""

    expires_on = fields.Date(required=True, metadata={"description": "最后可用日 / the last day they can be spent"})
    budget_id = fields.UUID(required=True)
    points = fields.Integer(required=True, attribute="points_left")
    held = fields.Integer(required=True)


LotPage = page_of(LotOut, "LotPage")


class PassbookOut(Schema):
    """A passbook now."""

    book = fields.String(required=True, attribute="book.code")
    currency_name = fields.String(required=True, attribute="book.currency_name")
    owner_id = fields.UUID(required=True)
    account_id = fields.UUID(required=True, attribute="figures.account_id")
    posted = fields.Integer(required=True, attribute="figures.posted")
    held = fields.Integer(
        required=True, attribute="figures.held", metadata={"description": "消费中预占 / set aside for purchases"}
    )
    expired = fields.Integer(
        required=True, attribute="figures.expired", metadata={"description": "已到期未清 / lapsed, not swept yet"}
    )
    available = fields.Integer(required=True, attribute="figures.available")
    owed = fields.Integer(
        required=True,
        metadata={"description": "待追回:不实奖励中已使用的部分 / owed back for awards that proved wrong"},
    )
    version = fields.Integer(required=True, attribute="figures.version")
    frozen = fields.Function(lambda book: book.figures.frozen_reason is not None, metadata={"type": "boolean"})
    frozen_reason = fields.String(required=True, allow_none=True, attribute="figures.frozen_reason")
    lots = fields.List(fields.Nested(LotOut), required=True)
    lots_more = fields.Boolean(required=True)
    as_of = ShownInstant(required=True)


class EntryOut(Schema):
    """One entry of a statement. `version` and `balance_after` are null for accounts that are summed later."""

    version = fields.Integer(required=True, allow_none=True)
    amount = fields.Integer(required=True, metadata={"description": "正数存入,负数支出 / + in, - out"})
    balance_after = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True)
    sentence = fields.Method("say", metadata={"type": "string"})
    recorded_at = ShownInstant(required=True)
    effective_at = ShownInstant(required=True)
    transaction_id = fields.UUID(required=True)
    evidence = fields.String(required=True, allow_none=True)

    asset: str = Asset.POINTS

    def say(self, line: Any) -> str:
        """Say in the caller's language what the entry is."""
        return words.sentence(line.code, line.amount, self.asset, problems.language())


EntryPage = page_of(EntryOut, "EntryPage")


class FreezeIn(StrictSchema):
    """Why."""

    reason = Reason()


class FreezeOut(Schema):
    """How a passbook stands now. `changed`: it did not stand so before."""

    owner_id = fields.UUID(required=True)
    frozen = fields.Boolean(required=True)
    reason = fields.String(required=True)
    changed = fields.Boolean(required=True)
