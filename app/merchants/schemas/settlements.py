"""JSON of settlements and disputes."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.merchants import terms
from app.merchants.schemas.statement_lines import CAUSES, DISPUTE_STATES, LinePage
from app.merchants.terms import DisputeState
from app.web import problems
from app.web.fields import FEN_MAX, Choice, Day, Id, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

STATES = [str(state) for state in terms.SettlementState]


class Hex(fields.String):
    """A digest in hexadecimal."""

    def _serialize(self, value: Any, *_args: object, **_kwargs: object) -> str | None:
        return None if value is None else bytes(value).hex()


class SettlementIn(StrictSchema):
    """With which shop to settle, through which day (its end, Asia/Shanghai)."""

    shop_id = Id(required=True)
    through = Day(required=True)


class PayIn(StrictSchema):
    """The bank's reference of the payment."""

    bank_reference = Text(required=True, length_max=terms.BANK_REFERENCE_LENGTH_MAX)


class SettlementQuery(PageQuery):
    """A page of settlements, of one shop or in one state where given."""

    shop_id = Id(load_default=None)
    state = Choice(list(terms.SettlementState), load_default=None)


class SignIn(StrictSchema):
    """Settlements to be signed at once."""

    settlement_ids = fields.List(
        Id(), required=True, validate=validate.Length(1, terms.SIGNED_AT_ONCE_MAX, error="count:{min}:{max}")
    )


class SignedOut(Schema):
    """What became of one of them. `code` and `detail` say why it was not signed."""

    settlement_id = fields.UUID(required=True)
    done = fields.Function(lambda each: each.refusal is None, required=True, metadata={"type": "boolean"})
    state = fields.String(required=True, allow_none=True, attribute="settlement.state")
    code = fields.Function(
        lambda each: each.refusal and each.refusal.code, required=True, metadata={"type": ["string", "null"]}
    )
    detail = fields.Function(
        lambda each: each.refusal and each.refusal.detail(problems.language()),
        required=True,
        metadata={"type": ["string", "null"]},
    )


class SignedManyOut(Schema):
    """The outcome of each, in the order asked; one named twice stands once."""

    items = fields.List(fields.Nested(SignedOut), required=True)


class SettlementAmounts(Schema):
    """payable_fen = fen + released_fen - reserve_fen - disputed_fen."""

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    through = fields.Date(required=True)
    line_count = fields.Integer(required=True)
    points = fields.Integer(required=True)
    fen = fields.Integer(required=True, metadata={"description": "本期明细合计 / what its lines come to"})
    released_fen = fields.Integer(
        required=True, metadata={"description": "前期暂扣、本期支付 / kept back before, paid with this one"}
    )
    reserve_fen = fields.Integer(required=True, metadata={"description": "新商户留存 / kept back of a new shop"})
    disputed_fen = fields.Integer(
        required=True, metadata={"description": "按笔暂扣:争议、投诉、审查中、无人收银 / kept back line by line"}
    )
    payable_fen = fields.Integer(required=True, metadata={"description": "实付 / what is paid for it"})
    payable_on = fields.Date(required=True, metadata={"description": "此日起付款 / not paid before"})
    reserve_until = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    stated_at = ShownInstant(required=True)
    bank_reference = fields.String(required=True, allow_none=True)
    paid_at = ShownInstant(required=True, allow_none=True)


class SettlementOut(SettlementAmounts):
    """What a shop is owed: `points` taken less given back, `fen` for them; who signed, and what the bank said."""

    digest = Hex(
        required=True,
        allow_none=True,
        metadata={"description": "明细的 SHA-256 / of its lines: docs/settlement.md"},
    )
    stated_by = fields.UUID(required=True)
    checked_by = fields.UUID(required=True, allow_none=True)
    checked_at = ShownInstant(required=True, allow_none=True)
    approved_by = fields.UUID(required=True, allow_none=True)
    approved_at = ShownInstant(required=True, allow_none=True)
    payout_id = fields.UUID(required=True, allow_none=True)
    failure = fields.String(required=True, allow_none=True, metadata={"description": "银行上次的拒付原因"})
    failed_at = ShownInstant(required=True, allow_none=True)
    paid_by = fields.UUID(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)


SettlementPage = page_of(SettlementOut, "SettlementPage")


class StatementOut(Schema):
    """A settlement with a page of its lines."""

    settlement = fields.Nested(SettlementOut, required=True)
    lines = fields.Nested(LinePage, required=True)


class OwnSettlementOut(Schema):
    """A settlement as its shop sees it, and the book it is of."""

    book = fields.String(required=True)
    settlement = fields.Nested(SettlementAmounts, required=True)


OwnSettlementPage = page_of(OwnSettlementOut, "OwnSettlementPage")


class OwnStatementQuery(PageQuery):
    """Of which book the settlement is."""

    book = Text(required=True, length_max=32)


class OwnFileQuery(StrictSchema):
    """The same of a file, which comes whole."""

    book = Text(required=True, length_max=32)


class OwnStatementOut(Schema):
    """A settlement as its shop sees it, with a page of its lines."""

    settlement = fields.Nested(SettlementAmounts, required=True)
    lines = fields.Nested(LinePage, required=True)


class VerifiedOut(Schema):
    """A settlement as it stands, and made again from the ledger."""

    settlement_id = fields.UUID(required=True)
    is_equal = fields.Boolean(required=True)
    line_count = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    digest = Hex(required=True, allow_none=True)
    rebuilt_line_count = fields.Integer(required=True)
    rebuilt_fen = fields.Integer(required=True)
    rebuilt_digest = Hex(required=True)


class DisputeIn(StrictSchema):
    """Which line is doubted, and why."""

    transaction_id = Id(required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class OwnDisputeIn(DisputeIn):
    """The same of one's own settlement."""

    book = Text(required=True, length_max=32)
    settlement_id = Id(required=True)


class DisputeCloseIn(StrictSchema):
    """For whom it is closed, and why."""

    outcome = Choice([DisputeState.FOR_SHOP, DisputeState.FOR_RESIDENT], required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class DisputeAdjustmentIn(StrictSchema):
    """How much less a shop is owed for a disputed line, why, and whose money gets it back."""

    fen = StrictInteger(
        required=True,
        minimum=-FEN_MAX,
        maximum=-1,
        metadata={"description": "负数:少付商户 / below 0: no longer owed to the shop"},
    )
    sponsor_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "记回该资助方;不填则记入账簿结余 / whose money it becomes, or the book's own"},
    )
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class DisputeAdjustmentOut(Schema):
    """The proposal that waits for another person."""

    dispute_id = fields.UUID(required=True)
    proposal_id = fields.UUID(required=True)
    fen = fields.Integer(required=True)
    state = fields.String(required=True)


class DisputeQuery(PageQuery):
    """A page of disputes of one state."""

    state = Choice(list(DisputeState), load_default=DisputeState.OPEN)


class DisputeOut(Schema):
    """A line that is kept back, why (`cause`), and the settlement that pays it (`released_into`).

    `case_id`: it waits for a case of anti-fraud; when that is confirmed, two people who agree close it.
    """

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    settlement_id = fields.UUID(required=True)
    transaction_id = fields.UUID(required=True)
    fen = fields.Integer(required=True)
    reason = fields.String(required=True)
    cause = fields.String(required=True, validate=validate.OneOf(CAUSES))
    case_id = fields.UUID(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(DISPUTE_STATES))
    opened_by = fields.UUID(required=True)
    opened_at = ShownInstant(required=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    closed_at = ShownInstant(required=True, allow_none=True)
    closed_why = fields.String(required=True, allow_none=True)
    proposed_outcome = fields.String(required=True, allow_none=True)
    proposed_by = fields.UUID(required=True, allow_none=True)
    released_into = fields.UUID(required=True, allow_none=True)


DisputePage = page_of(DisputeOut, "DisputePage")


class FindingOut(Schema):
    """A shop that did not come out even in one night: ledger against unstated + unpaid + reserve + disputed.

    Or whose terms bring it more than it gives off: `points_per_yuan` × `point_value_fen`, above 100.
    """

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    checked_on = fields.Date(required=True)
    ledger_fen = fields.Integer(required=True)
    unstated_fen = fields.Integer(required=True)
    unpaid_fen = fields.Integer(required=True)
    reserve_fen = fields.Integer(required=True)
    disputed_fen = fields.Integer(required=True)
    wrong_lines = fields.Integer(required=True)
    wrong_totals = fields.Integer(required=True)
    points_per_yuan = fields.Integer(required=True, allow_none=True)
    point_value_fen = fields.Integer(required=True, allow_none=True)
    found_at = ShownInstant(required=True)


FindingPage = page_of(FindingOut, "SettlementFindingPage")
