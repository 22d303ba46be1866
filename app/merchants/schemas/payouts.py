"""JSON of payouts: terms, files for the bank, and its answers."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.merchants import terms
from app.merchants.rules.payouts import PayoutRules
from app.merchants.schemas import words
from app.merchants.schemas.settlements import Hex
from app.merchants.terms import FileEncoding, PayoutLineState
from app.web.fields import Choice, Id, ShownInstant, StrictInteger
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

LINE_STATES = [str(state) for state in PayoutLineState]


class PayoutRulesIn(StrictSchema):
    """So many working days after a statement's last day a shop is paid; of a new one, part is kept."""

    payout_days = StrictInteger(minimum=0, maximum=60, load_default=terms.PAYOUT_DAYS)
    new_shop_days = StrictInteger(minimum=0, maximum=730, load_default=terms.NEW_SHOP_DAYS)
    new_payout_days = StrictInteger(minimum=0, maximum=60, load_default=terms.NEW_PAYOUT_DAYS)
    reserve_percent = StrictInteger(minimum=0, maximum=50, load_default=terms.RESERVE_PERCENT)
    reserve_days = StrictInteger(minimum=1, maximum=365, load_default=terms.RESERVE_DAYS)
    unattended_days = StrictInteger(minimum=0, maximum=60, load_default=terms.UNATTENDED_DAYS)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: object) -> PayoutRules:
        """Give them as one value."""
        return PayoutRules(**data)


class PayoutTermsIn(StrictSchema):
    """Terms of all shops of a book, or of one."""

    shop_id = Id(
        load_default=None, allow_none=True, metadata={"description": "不填则为全账簿 / of the whole book without it"}
    )
    terms = fields.Nested(PayoutRulesIn, required=True)


class PayoutTermsOut(Schema):
    """Terms; those of a shop that were approved last, else those of the book (shop_id null), are in force."""

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True, allow_none=True)
    payout_days = fields.Integer(required=True)
    new_shop_days = fields.Integer(required=True)
    new_payout_days = fields.Integer(required=True)
    reserve_percent = fields.Integer(required=True)
    reserve_days = fields.Integer(required=True)
    unattended_days = fields.Integer(required=True)
    made_by = fields.UUID(required=True)
    made_at = ShownInstant(required=True)
    approved_by = fields.UUID(required=True, allow_none=True)
    approved_at = ShownInstant(required=True, allow_none=True)


PayoutTermsPage = page_of(PayoutTermsOut, "PayoutTermsPage")


class PayoutOut(Schema):
    """A file for the bank. `digest`: SHA-256 of it in UTF-8."""

    id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    line_count = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    digest = Hex(required=True)
    made_by = fields.UUID(required=True)
    made_at = ShownInstant(required=True)


PayoutPage = page_of(PayoutOut, "PayoutPage")


def _sentence() -> fields.Function:
    """Why something cannot be paid now, in a sentence; None: it can."""
    return fields.Function(
        lambda each: None if each.why is None else words.say(words.UNPAYABLE[each.why]),
        required=True,
        metadata={"type": ["string", "null"], "description": "原因(按请求的语言) / in the language of the request"},
    )


class SkippedOut(Schema):
    """A settlement that is due and was left out, and why."""

    settlement_id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    why = fields.String(required=True, metadata={"enum": sorted(words.UNPAYABLE)})
    sentence = _sentence()


SkippedPage = page_of(SkippedOut, "SkippedPage")


class RefusedBeforeOut(Schema):
    """That the bank did not pay a settlement the last time, why, and whether it goes to the same account again."""

    settlement_id = fields.UUID(required=True, attribute="line.settlement_id")
    reason = fields.String(required=True, attribute="line.reason")
    decided_at = ShownInstant(required=True, attribute="line.decided_at")
    same_account = fields.Boolean(required=True)


class MadePayoutOut(Schema):
    """A file, what could not go into it, and what is in it that the bank refused before."""

    payout = fields.Nested(PayoutOut, required=True)
    skipped = fields.List(fields.Nested(SkippedOut), required=True)
    again = fields.List(fields.Nested(RefusedBeforeOut), required=True)


class DueOut(Schema):
    """A settlement that is due. `why` is null when the next file takes it."""

    settlement_id = fields.UUID(required=True, attribute="settlement.id")
    shop_id = fields.UUID(required=True, attribute="settlement.shop_id")
    payable_fen = fields.Integer(required=True, attribute="settlement.payable_fen")
    payable_on = fields.Date(required=True, attribute="settlement.payable_on")
    why = fields.String(required=True, allow_none=True, metadata={"enum": [*sorted(words.UNPAYABLE), None]})
    sentence = _sentence()
    refused_before = fields.Nested(RefusedBeforeOut, required=True, allow_none=True, attribute="refused")


DuePage = page_of(DueOut, "DuePage")


class PayoutLineOut(Schema):
    """A settlement in a file, and what the bank said of it, now and (`refused_before`) in a file before."""

    position = fields.Integer(required=True, attribute="line.position")
    settlement_id = fields.UUID(required=True, attribute="line.settlement_id")
    shop_id = fields.UUID(required=True, attribute="line.shop_id")
    fen = fields.Integer(required=True, attribute="line.fen")
    state = fields.String(required=True, validate=validate.OneOf(LINE_STATES), attribute="line.state")
    bank_reference = fields.String(required=True, allow_none=True, attribute="line.bank_reference")
    reason = fields.String(required=True, allow_none=True, attribute="line.reason")
    decided_at = ShownInstant(required=True, allow_none=True, attribute="line.decided_at")
    refused_before = fields.Nested(RefusedBeforeOut, required=True, allow_none=True, attribute="refused")


class PayoutSheetOut(Schema):
    """A file with a page of its lines."""

    payout = fields.Nested(PayoutOut, required=True)
    lines = fields.Nested(page_of(PayoutLineOut, "PayoutLinePage"), required=True)


class PayoutFileQuery(StrictSchema):
    """How the file is written."""

    encoding = Choice(list(FileEncoding), load_default=FileEncoding.GBK)


class ResultOut(Schema):
    """What an answer of the bank changed, and how many lines still wait for one."""

    paid = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    waiting = fields.Integer(required=True)


class PayoutQuery(PageQuery):
    """A page of the lines of a file."""
