"""JSON of offers and gifts."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.merchants import terms
from app.merchants.rules.offers import OfferTerms, Opening
from app.merchants.terms import ReservationState
from app.web.fields import FEN_MAX, POINTS_MAX, Id, Points, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema


class OpeningIn(StrictSchema):
    """A time of the week: weekday 1 (Monday) to 7, from one minute of the day to another (1440: midnight)."""

    weekday = StrictInteger(required=True, minimum=1, maximum=7)
    from_minute = StrictInteger(required=True, minimum=0, maximum=terms.DAY_MINUTES - 1)
    to_minute = StrictInteger(required=True, minimum=1, maximum=terms.DAY_MINUTES)

    @post_load
    def _opening(self, data: dict[str, Any], **_: object) -> Opening:
        return Opening(**data)


def _limit() -> StrictInteger:
    return StrictInteger(minimum=1, maximum=POINTS_MAX, load_default=None, allow_none=True)


class OfferTermsIn(StrictSchema):
    """Terms of an offer. What is left out has no limit."""

    points_per_yuan = StrictInteger(required=True, minimum=1, maximum=terms.POINTS_PER_YUAN_MAX)
    cofunding_percent = StrictInteger(required=True, minimum=0, maximum=100)
    step_points = StrictInteger(minimum=1, maximum=terms.STEP_POINTS_MAX, load_default=1)
    share_percent_max = StrictInteger(minimum=1, maximum=100, load_default=100)
    minimum_spend_fen = StrictInteger(minimum=0, maximum=FEN_MAX, load_default=0)
    hours = fields.List(
        fields.Nested(OpeningIn),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, terms.OPENINGS_MAX, error="count:{min}:{max}"),
    )
    person_day_points_max = _limit()
    person_day_count_max = StrictInteger(minimum=1, maximum=1000, load_default=None, allow_none=True)
    shop_day_points_max = _limit()
    stock_points = StrictInteger(minimum=0, maximum=POINTS_MAX, load_default=None, allow_none=True)

    @post_load
    def _terms(self, data: dict[str, Any], **_: object) -> OfferTerms:
        hours = data.pop("hours")
        return OfferTerms(hours=None if hours is None else tuple(hours), **data)


class OfferIn(StrictSchema):
    """An offer for a shop; the terms of before end."""

    terms = fields.Nested(OfferTermsIn, required=True)


class ConsentPaperIn(StrictSchema):
    """Which paper the owner signed."""

    paper = Text(required=True, length_max=terms.REASON_LENGTH_MAX, metadata={"example": "2026-06-15 签的协议,编号 12"})


class OpeningOut(Schema):
    """A time of the week."""

    weekday = fields.Function(lambda each: each[0], required=True, metadata={"type": "integer"})
    from_minute = fields.Function(lambda each: each[1], required=True, metadata={"type": "integer"})
    to_minute = fields.Function(lambda each: each[2], required=True, metadata={"type": "integer"})


class OfferOut(Schema):
    """Terms under which a shop takes points."""

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    points_per_yuan = fields.Integer(required=True)
    step_points = fields.Integer(required=True)
    share_percent_max = fields.Integer(required=True)
    minimum_spend_fen = fields.Integer(required=True)
    hours = fields.List(fields.Nested(OpeningOut), required=True, allow_none=True)
    person_day_points_max = fields.Integer(required=True, allow_none=True)
    person_day_count_max = fields.Integer(required=True, allow_none=True)
    shop_day_points_max = fields.Integer(required=True, allow_none=True)
    stock_points = fields.Integer(required=True, allow_none=True)
    cofunding_percent = fields.Integer(required=True)
    made_at = ShownInstant(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)
    waits_for_owner = fields.Boolean(
        required=True, metadata={"description": "商户要自担,等店主同意后才生效 / not in force before the owner agrees"}
    )
    consented_at = ShownInstant(
        required=True, allow_none=True, metadata={"description": "店主同意的时间 / when the owner agreed"}
    )


OfferPage = page_of(OfferOut, "OfferPage")


class ShopOfferOut(Schema):
    """A shop that takes points now."""

    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    street = fields.String(required=True)
    offer = fields.Nested(OfferOut, required=True)


ShopOfferPage = page_of(ShopOfferOut, "ShopOfferPage")


class OffersQuery(PageQuery):
    """Those of one street, where given."""

    street = Text(load_default=None, length_max=terms.STREET_LENGTH_MAX)


class GiftIn(StrictSchema):
    """A gift for the catalogue."""

    shop_id = Id(required=True)
    title = Text(required=True, length_max=terms.GIFT_TITLE_LENGTH_MAX)
    description = Text(load_default="", length_min=0, length_max=terms.GIFT_TEXT_LENGTH_MAX, lines=True)
    points = Points(required=True)
    stock = StrictInteger(required=True, minimum=0, maximum=terms.GIFT_STOCK_MAX)
    per_person_max = StrictInteger(
        minimum=1,
        maximum=terms.GIFTS_PER_PERSON_MAX,
        load_default=terms.GIFTS_PER_PERSON,
        metadata={"description": "每人 30 天内最多几件 / pieces for one person within 30 days"},
    )


class StockIn(StrictSchema):
    """Pieces that came in, or (negative) that are gone."""

    pieces = StrictInteger(required=True, minimum=-terms.GIFT_STOCK_MAX, maximum=terms.GIFT_STOCK_MAX)


class GiftOut(Schema):
    """A gift and how many are left."""

    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    title = fields.String(required=True)
    description = fields.String(required=True)
    points = fields.Integer(required=True)
    stock = fields.Integer(required=True)
    per_person_max = fields.Integer(required=True)
    ended_at = ShownInstant(required=True, allow_none=True)


GiftPage = page_of(GiftOut, "GiftPage")


class GiftsQuery(PageQuery):
    """Those of one shop, where given."""

    shop_id = Id(load_default=None)


class ReservationOut(Schema):
    """A gift set aside."""

    id = fields.UUID(required=True, attribute="reservation.id")
    gift_id = fields.UUID(required=True, attribute="reservation.gift_id")
    shop_id = fields.UUID(required=True, attribute="reservation.shop_id")
    title = fields.String(required=True)
    points = fields.Integer(required=True, attribute="reservation.points")
    state = fields.String(required=True, attribute="reservation.state", metadata={"enum": sorted(ReservationState)})
    reserved_at = ShownInstant(required=True, attribute="reservation.reserved_at")
    expires_at = ShownInstant(required=True, attribute="reservation.expires_at")
    closed_at = ShownInstant(required=True, allow_none=True, attribute="reservation.closed_at")
    returned_at = ShownInstant(required=True, allow_none=True, attribute="reservation.returned_at")


class AskedReservationOut(ReservationOut):
    """A gift one has set aside, or has to prove oneself for first: then there is a challenge for the phone's sensor."""

    challenge = fields.String(required=True, allow_none=True)


ReservationPage = page_of(ReservationOut, "ReservationPage")


class CollectIn(StrictSchema):
    """The code a resident shows."""

    code = Text(
        required=True,
        length_max=terms.GIFT_CODE_DIGITS,
        validate=[validate.Regexp(r"^[0-9]{12}$", error="pattern:012345678901")],
        metadata={"pattern": "^[0-9]{12}$"},
    )
