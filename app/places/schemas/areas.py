"""JSON of areas and of files of them."""

from marshmallow import Schema, fields, validate

from app.places.models import Problem
from app.places.schemas import words
from app.places.terms import (
    BOOK_LENGTH_MAX,
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    AreaKind,
    Clearable,
    ImportState,
    Severity,
)
from app.web.fields import Choice, Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.positions import DatumField, PositionIn, PositionOut
from app.web.problems import language

KINDS = list(AreaKind)


class YesNo(fields.Boolean):
    """A query parameter that is true or false and nothing else."""

    truthy = {"true"}
    falsy = {"false"}


def _sentence(problem: Problem) -> str:
    return words.sentence(problem.code, problem.field, problem.cell, problem.detail, language())


class AreasQuery(PageQuery):
    """Which areas to list: an area and what lies below it, of one kind."""

    within = Id(load_default=None)
    kind = Choice(KINDS, load_default=None)
    closed = YesNo(load_default=False)
    datum = DatumField()


class AreaPartsIn(StrictSchema):
    """What an area may have."""

    code = Text(load_default=None, length_max=CODE_LENGTH_MAX)
    grid_id = Id(load_default=None)
    position = fields.Nested(PositionIn, load_default=None)


class AreaChangeIn(AreaPartsIn):
    """What to change of an area; what is left out stays, and what `clear` names is taken away."""

    name = Text(load_default=None, length_max=NAME_LENGTH_MAX)
    clear = fields.List(
        Choice(list(Clearable)),
        load_default=(),
        validate=validate.Length(0, len(Clearable), error="count:{min}:{max}"),
    )


class DistrictAreaChangeIn(AreaChangeIn):
    """The same for the district office, which also says whose book a community's points are in."""

    book = Text(load_default=None, length_max=BOOK_LENGTH_MAX, attribute="points_book")


class AreaIn(AreaPartsIn):
    """A new area. Without a code it gets the one its name says."""

    parent_id = Id(required=True)
    kind = Choice(KINDS, required=True)
    name = Text(required=True, length_max=NAME_LENGTH_MAX)


class DistrictAreaIn(AreaIn):
    """The same for the district office; a district itself stands under nothing."""

    parent_id = Id(load_default=None, allow_none=True)
    book = Text(load_default=None, length_max=BOOK_LENGTH_MAX, attribute="points_book")


class AreaMoveIn(StrictSchema):
    """Under which area to put it, with all that lies below."""

    parent_id = Id(required=True)


class AreaNameOut(Schema):
    """An area by its name."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = fields.String(required=True)


class AreaOut(Schema):
    """An area. `ancestors`: from the district down to the one it stands under."""

    id = fields.UUID(required=True, attribute="area.id")
    parent_id = fields.UUID(required=True, allow_none=True, attribute="area.parent_id")
    kind = fields.String(required=True, attribute="area.kind", validate=validate.OneOf(KINDS))
    name = fields.String(required=True, attribute="area.name")
    code = fields.String(required=True, attribute="area.code")
    book = fields.String(required=True, allow_none=True, attribute="area.book")
    grid_id = fields.UUID(required=True, allow_none=True, attribute="area.grid_id")
    ancestors = fields.List(fields.Nested(AreaNameOut), required=True)
    position = fields.Nested(PositionOut, required=True, allow_none=True)
    opened_at = ShownInstant(required=True, attribute="area.opened_at")
    closed_at = ShownInstant(required=True, allow_none=True, attribute="area.closed_at")


class TreeImportOut(Schema):
    """A file of areas: how many it would open (or did), change, or leave as they are."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(ImportState)))
    media_type = fields.String(required=True)
    rows_total = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    warnings = fields.Integer(required=True)
    opened = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    uploaded_by = fields.UUID(required=True)
    uploaded_at = ShownInstant(required=True)
    committed_by = fields.UUID(required=True, allow_none=True)
    committed_at = ShownInstant(required=True, allow_none=True)


class TreeProblemOut(Schema):
    """What is wrong with a row (error) or doubtful (warning), and what would be right."""

    line = fields.Integer(required=True)
    cell = fields.String(required=True, metadata={"description": "C17;整行时为空 / empty for a whole row"})
    field = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(list(Severity)))
    code = fields.String(required=True)
    detail = fields.Function(_sentence, required=True, metadata={"type": "string"})


AreaPage = page_of(AreaOut, "AreaPage")
TreeImportPage = page_of(TreeImportOut, "TreeImportPage")
TreeProblemPage = page_of(TreeProblemOut, "TreeProblemPage")
