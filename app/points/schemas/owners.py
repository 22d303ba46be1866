"""JSON of sponsors and of those who hold allotments: their names, and sponsors' money."""

from marshmallow import Schema, fields, validate

from app.points.terms import HolderKind
from app.web.fields import Choice, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

NAME_LENGTH_MAX = 100


class SponsorIn(StrictSchema):
    """Who pays."""

    sponsor_id = Id(required=True)
    name = Text(required=True, length_max=NAME_LENGTH_MAX)


class SponsorNameOut(Schema):
    """A sponsor's name, as it was written down."""

    sponsor_id = fields.UUID(required=True, attribute="owner_id")
    name = fields.String(required=True)
    named_at = ShownInstant(required=True)


class SponsorOut(Schema):
    """A sponsor and the money it has paid in that no shop, resident or expiry has taken yet."""

    sponsor_id = fields.UUID(required=True)
    name = fields.String(required=True, allow_none=True)
    free_fen = fields.Integer(
        required=True, metadata={"description": "未用于积分的资金 / money that stands behind no points yet"}
    )
    reserved_fen = fields.Integer(
        required=True,
        metadata={"description": "已发行未发放积分的备付 / money behind points not awarded yet"},
    )


SponsorPage = page_of(SponsorOut, "SponsorPage")


class HolderIn(StrictSchema):
    """A station, a team, or a coordinator's post: the name of the post, never that of a person."""

    holder_id = Id(required=True)
    kind = Choice(list(HolderKind), required=True)
    name = Text(required=True, length_max=NAME_LENGTH_MAX)


class HoldersQuery(PageQuery):
    """Which holders to list."""

    kind = Choice(list(HolderKind), required=True)


class HolderOut(Schema):
    """One who may be given part of a budget."""

    holder_id = fields.UUID(required=True, attribute="owner_id")
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in HolderKind]))
    name = fields.String(required=True)
    named_at = ShownInstant(required=True)


HolderPage = page_of(HolderOut, "HolderPage")
