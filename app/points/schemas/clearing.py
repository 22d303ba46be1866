"""JSON of clearing between books."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.points import errors
from app.points.models import ClearingAgreement, ClearingNetting, ClearingTransfer
from app.points.rules.clearing import ClearingTerms
from app.points.schemas.fields import Reason, Reference
from app.points.terms import ClearingState, Direction
from app.web import problems
from app.web.fields import Day, Id, Month, Points, ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema

RATE_MAX = 10_000
BANK_REFERENCE_LENGTH_MAX = 100


class BookCode(Text):
    """The code of a book, as it stands in addresses."""

    def __init__(self, **kwargs: Any) -> None:
        shape = validate.Regexp(re.compile(r"^[a-z][a-z0-9-]{1,31}$"), error="pattern:meilihua")
        super().__init__(length_min=2, length_max=32, validate=[shape], **kwargs)


class ClearingTermsIn(StrictSchema):
    """What both books approve. `rate_num` points of the partner's for `rate_den` of this book's."""

    partner = BookCode(required=True)
    rate_num = StrictInteger(required=True, minimum=1, maximum=RATE_MAX)
    rate_den = StrictInteger(required=True, minimum=1, maximum=RATE_MAX)
    points_min = Points(required=True)
    points_max = Points(required=True)
    month_points_max = Points(required=True)
    valid_from = Day(required=True)
    valid_to = Day(required=True)

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> ClearingTerms:
        """Make what the service takes."""
        return ClearingTerms(**data)


class ClearingAgreementIn(StrictSchema):
    """Terms to propose, and who stands in this book for points that arrive."""

    terms = fields.Nested(ClearingTermsIn, required=True)
    sponsor_id = Id(required=True)
    reason = Text(load_default=None, allow_none=True, length_max=200)


def agreement_state(agreement: ClearingAgreement) -> str:
    """Name where an agreement stands: waiting for the partner, in force, stopped."""
    if agreement.stopped_at or agreement.partner_stopped_at:
        return "stopped"
    return "in_force" if agreement.partner_approved_at else "waiting"


class ClearingAgreementOut(Schema):
    """An agreement as this book sees it."""

    id = fields.UUID(required=True)
    partner = fields.String(required=True)
    rate_num = fields.Integer(required=True)
    rate_den = fields.Integer(required=True)
    points_min = fields.Integer(required=True)
    points_max = fields.Integer(required=True)
    month_points_max = fields.Integer(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True)
    state = fields.Function(agreement_state, metadata={"type": "string", "enum": ["waiting", "in_force", "stopped"]})
    sponsor_id = fields.UUID(required=True)
    budget_id = fields.UUID(required=True)
    approved_at = ShownInstant(required=True)
    partner_approved_at = ShownInstant(required=True, allow_none=True)
    stopped_at = ShownInstant(required=True, allow_none=True)
    stop_reason = fields.String(required=True, allow_none=True)
    partner_stopped_at = ShownInstant(required=True, allow_none=True)


ClearingAgreementPage = page_of(ClearingAgreementOut, "ClearingAgreementPage")


class ClearingStopIn(StrictSchema):
    """Why."""

    reason = Reason()


class ClearingTransferIn(StrictSchema):
    """Points to move to the same person's passbook in another book."""

    to = BookCode(required=True)
    points = Points(required=True)
    reference = Reference(required=True, length_max=64, example="move-0001")


def why_refused(transfer: ClearingTransfer) -> str | None:
    """Say why the other book would not take it."""
    if transfer.refusal is None:
        return None
    refused = errors.REFUSED_OVER_THERE.get(transfer.refusal)
    return transfer.refusal if refused is None else refused.text[problems.language()]


class ClearingTransferOut(Schema):
    """A transfer: `points` of this book, `partner_points` of the other, the same money behind both."""

    id = fields.UUID(required=True)
    agreement_id = fields.UUID(required=True)
    direction = fields.String(required=True, validate=validate.OneOf([each.value for each in Direction]))
    partner = fields.String(required=True)
    points = fields.Integer(required=True)
    partner_points = fields.Integer(required=True)
    fen = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf([each.value for each in ClearingState]))
    refusal = fields.String(required=True, allow_none=True)
    why = fields.Function(why_refused, metadata={"type": ["string", "null"]})
    transaction_id = fields.UUID(required=True, allow_none=True)
    return_id = fields.UUID(required=True, allow_none=True)
    sent_at = ShownInstant(required=True)
    decided_at = ShownInstant(required=True, allow_none=True)


class StaffTransferOut(ClearingTransferOut):
    """The same with whose it is."""

    resident_id = fields.UUID(required=True)


ClearingTransferPage = page_of(ClearingTransferOut, "ClearingTransferPage")
StaffTransferPage = page_of(StaffTransferOut, "StaffTransferPage")


class ClearingNettingIn(StrictSchema):
    """A month of an agreement to count."""

    agreement_id = Id(required=True)
    month = Month(required=True)


def difference(netting: ClearingNetting) -> int | None:
    """This book's net less the other's; None until the other has told."""
    if netting.partner_out_fen is None or netting.partner_in_fen is None:
        return None
    return (netting.out_fen - netting.in_fen) - (netting.partner_in_fen - netting.partner_out_fen)


class ClearingNettingOut(Schema):
    """A month of an agreement: what this book counts, what the other told. `net_fen` + is owed to the other book."""

    id = fields.UUID(required=True)
    agreement_id = fields.UUID(required=True)
    month = fields.Function(
        lambda netting: f"{netting.month:%Y-%m}", metadata={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
    )
    out_points = fields.Integer(required=True)
    out_fen = fields.Integer(required=True)
    in_points = fields.Integer(required=True)
    in_fen = fields.Integer(required=True)
    net_fen = fields.Function(lambda netting: netting.out_fen - netting.in_fen, metadata={"type": "integer"})
    partner_out_fen = fields.Integer(required=True, allow_none=True)
    partner_in_fen = fields.Integer(required=True, allow_none=True)
    difference_fen = fields.Function(difference, metadata={"type": ["integer", "null"]})
    stated_at = ShownInstant(required=True)
    partner_stated_at = ShownInstant(required=True, allow_none=True)
    bank_reference = fields.String(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)
    paid_at = ShownInstant(required=True, allow_none=True)


ClearingNettingPage = page_of(ClearingNettingOut, "ClearingNettingPage")


class ClearingPaymentIn(StrictSchema):
    """The bank's transfer that pays a month."""

    bank_reference = Reference(required=True, length_max=BANK_REFERENCE_LENGTH_MAX, example="ICBC-20261203-0007")
    reason = Text(load_default=None, allow_none=True, length_max=200)
