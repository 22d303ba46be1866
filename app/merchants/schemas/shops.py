"""JSON of shops."""

from marshmallow import Schema, fields

from app.kernel.geo import Datum
from app.kernel.paging import CURSOR_LENGTH_MAX, LIMIT_DEFAULT, LIMIT_MAX
from app.merchants import terms
from app.merchants.schemas.offers import OfferOut
from app.web.fields import ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema
from app.web.positions import PositionIn


class ShopIn(StrictSchema):
    """A new shop."""

    name = Text(required=True, length_max=terms.SHOP_NAME_LENGTH_MAX)
    street = Text(required=True, length_max=terms.STREET_LENGTH_MAX)


class ShopOut(Schema):
    """A shop that takes points."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    street = fields.String(required=True)
    opened_at = ShownInstant(required=True)


ShopPage = page_of(ShopOut, "ShopPage")


class ShopPositionIn(StrictSchema):
    """Where a shop is."""

    position = fields.Nested(PositionIn, required=True)


class PairOut(Schema):
    """Degrees on the datum of the one who asked."""

    lat = fields.Float(required=True)
    lng = fields.Float(required=True)
    datum = fields.String(required=True, metadata={"enum": sorted(Datum)})


class PlacedShopOut(Schema):
    """That somebody said where a shop is."""

    id = fields.UUID(required=True)
    placed_at = ShownInstant(required=True)


class NearbyIn(StrictSchema):
    """Where somebody stands, in the body so that no log of addresses holds it; then a page."""

    position = fields.Nested(PositionIn, required=True)
    street = Text(load_default=None, allow_none=True, length_max=terms.STREET_LENGTH_MAX)
    limit = StrictInteger(minimum=1, maximum=LIMIT_MAX, load_default=LIMIT_DEFAULT)
    cursor = Text(load_default=None, allow_none=True, length_max=CURSOR_LENGTH_MAX)


class NearbyOfferOut(Schema):
    """A shop that takes points now. `distance_m` and `position` are null where nobody said where it is."""

    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    street = fields.String(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)
    position = fields.Nested(PairOut, required=True, allow_none=True)
    offer = fields.Nested(OfferOut, required=True)


NearbyOfferPage = page_of(NearbyOfferOut, "NearbyOfferPage")
