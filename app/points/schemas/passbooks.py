"""JSON of passbooks, of what is held in them, and of their statements."""

from typing import Any

from marshmallow import Schema, fields

from app.points.schemas import tellings
from app.points.schemas.fields import Reason
from app.points.terms import PASSBOOK_CODES
from app.web import problems
from app.web.fields import Choice, Month, ShownInstant
from app.web.paging import PageQuery, page_of
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


class OpenHoldOut(Schema):
    """Points set aside for a purchase that is not finished."""

    hold_id = fields.UUID(required=True)
    points = fields.Integer(required=True)
    placed_at = ShownInstant(required=True)
    expires_at = ShownInstant(
        required=True, metadata={"description": "到这时还没用,积分自动退还 / given back by itself if not used by then"}
    )
    shop_id = fields.UUID(required=True, allow_none=True)
    shop_name = fields.String(
        required=True, allow_none=True, metadata={"description": "在哪家商户 / at which shop, where it is known"}
    )


OpenHoldPage = page_of(OpenHoldOut, "OpenHoldPage")


class EntriesQuery(PageQuery):
    """Which entries of a passbook."""

    kind = Choice(
        PASSBOOK_CODES,
        load_default=None,
        metadata={
            "description": "只看一种;一页可能不足条数甚至为空,只要有 next_cursor 就继续 "
            "/ of one kind only; a page may hold fewer than asked for, even none: go on while there is a next_cursor"
        },
    )
    month = Month(
        load_default=None, metadata={"description": "只看一个月(记账时间),例如 2026-11 / recorded in this month"}
    )


class EntryOut(Schema):
    """One entry of a passbook."""

    version = fields.Integer(required=True, attribute="line.version")
    amount = fields.Integer(
        required=True, attribute="line.amount", metadata={"description": "正数存入,负数支出 / + in, - out"}
    )
    balance_after = fields.Integer(required=True, attribute="line.balance_after")
    code = fields.String(required=True, attribute="line.code")
    summary = fields.Method("sum_up", metadata={"type": "string", "description": "摘要 / what it was for"})
    sentence = fields.Method("say", metadata={"type": "string"})
    recorded_at = ShownInstant(required=True, attribute="line.recorded_at")
    effective_at = ShownInstant(required=True, attribute="line.effective_at")
    transaction_id = fields.UUID(required=True, attribute="line.transaction_id")
    evidence = fields.String(required=True, allow_none=True, attribute="line.evidence")

    def sum_up(self, told: Any) -> str:
        """Say in the caller's language what the entry was for."""
        return tellings.summary(told, problems.language())

    def say(self, told: Any) -> str:
        """The same, with how many points went which way."""
        return tellings.sentence(told, problems.language())


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
