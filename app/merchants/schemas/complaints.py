"""JSON of complaints: as the resident, the shop and the desk see them."""

from marshmallow import Schema, fields, validate

from app.merchants import terms
from app.merchants.terms import ComplaintKind, ComplaintOutcome, ComplaintState
from app.web.fields import Choice, Flag, Points, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

STATES = [str(state) for state in ComplaintState]
KINDS = [str(kind) for kind in ComplaintKind]


class ComplaintIn(StrictSchema):
    """What is wrong, and in one's own words. The shop reads them."""

    kind = Choice(list(ComplaintKind), required=True)
    text = Text(required=True, length_max=terms.COMPLAINT_TEXT_LENGTH_MAX, attribute="words")


class AnswerIn(StrictSchema):
    """Whether the shop agrees, and what it says. Agreeing gives all points back at once."""

    book = Text(required=True, length_max=32)
    agrees = Flag(required=True)
    text = Text(required=True, length_max=terms.COMPLAINT_TEXT_LENGTH_MAX, attribute="words")


class DecisionIn(StrictSchema):
    """How it ends, and why. `points`: to be given back; left out: all that are left."""

    outcome = Choice(list(ComplaintOutcome), required=True)
    points = Points(load_default=None, allow_none=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class ComplaintQuery(PageQuery):
    """A page of complaints of one state."""

    state = Choice(list(ComplaintState), load_default=ComplaintState.CONTESTED)


class OwnComplaintOut(Schema):
    """A complaint as its resident sees it. `due_at`: until when whoever is asked now may answer."""

    id = fields.UUID(required=True)
    redemption_id = fields.UUID(required=True, allow_none=True)
    reservation_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "投诉的是礼品 / of a gift, and of no redemption"}
    )
    shop_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    due_at = ShownInstant(required=True)
    opened_at = ShownInstant(required=True)
    answer = fields.String(required=True, allow_none=True, metadata={"description": "店铺的答复 / what the shop said"})
    answered_at = ShownInstant(required=True, allow_none=True)
    points = fields.Integer(
        required=True, allow_none=True, metadata={"description": "退回的积分 / given back, or proposed to be"}
    )
    decided_at = ShownInstant(required=True, allow_none=True)
    decided_why = fields.String(required=True, allow_none=True)
    refund_id = fields.UUID(required=True, allow_none=True)


class ComplaintOut(OwnComplaintOut):
    """The same for the desk: who did what."""

    transaction_id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    answered_by = fields.UUID(required=True, allow_none=True)
    proposed_by = fields.UUID(required=True, allow_none=True)
    proposed_at = ShownInstant(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)


class ShopComplaintOut(Schema):
    """The same for the shop: no name and no passbook, but its own number for the redemption."""

    book = fields.String(required=True)
    out_trade_no = fields.String(required=True, allow_none=True)
    complaint = fields.Nested(OwnComplaintOut, required=True)


OwnComplaintPage = page_of(OwnComplaintOut, "OwnComplaintPage")
ComplaintPage = page_of(ComplaintOut, "ComplaintPage")
ShopComplaintPage = page_of(ShopComplaintOut, "ShopComplaintPage")
