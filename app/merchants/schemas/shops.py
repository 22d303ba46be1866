"""JSON of shops."""

from marshmallow import Schema, fields

from app.merchants import terms
from app.web.fields import ShownInstant, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema


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
