"""JSON of imports and residents."""

from marshmallow import Schema, fields, validate

from app.enrolment.models import Import, Problem, Resident
from app.enrolment.schemas import words
from app.enrolment.service.phones import masked_phone
from app.enrolment.terms import PASSBOOK_LENGTH_MAX, REASON_LENGTH_MAX, ImportState, Severity
from app.web.fields import Id, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.problems import language


def _failure(found: Import) -> object:
    return None if found.failure is None else ImportFailureOut().dump(found)


def _sentence(problem: Problem) -> str:
    return words.sentence(problem.code, problem.field, problem.cell, problem.detail, language())


def _masked(resident: Resident) -> str | None:
    return masked_phone(resident)


class ImportQuery(StrictSchema):
    """Which budget the balances come from."""

    budget_id = Id(required=True)


class ImportUndoIn(StrictSchema):
    """Why an import is taken back."""

    reason = Text(required=True, length_max=REASON_LENGTH_MAX)


class ImportFailureOut(Schema):
    """Why an import was refused, or why the last act on it did nothing."""

    code = fields.String(required=True, attribute="failure")
    detail = fields.Function(lambda found: found.failure_detail[language()], required=True, metadata={"type": "string"})


class ImportOut(Schema):
    """A file on its way: `rows_done` of `rows_total` (null before it was read) are checked."""

    id = fields.UUID(required=True)
    budget_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(ImportState)))
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    rows_done = fields.Integer(required=True)
    errors = fields.Integer(required=True)
    warnings = fields.Integer(required=True)
    points_total = fields.Integer(required=True)
    failure = fields.Function(
        _failure,
        required=True,
        allow_none=True,
        metadata={"type": "object", "description": "{code, detail}"},
    )
    uploaded_by = fields.UUID(required=True)
    uploaded_at = ShownInstant(required=True)
    committed_by = fields.UUID(required=True, allow_none=True)
    committed_at = ShownInstant(required=True, allow_none=True)
    undone_by = fields.UUID(required=True, allow_none=True)
    undone_at = ShownInstant(required=True, allow_none=True)
    undo_reason = fields.String(required=True, allow_none=True)


class ImportProblemOut(Schema):
    """What is wrong with a row (error) or doubtful (warning), and what would be right."""

    line = fields.Integer(required=True)
    cell = fields.String(required=True, metadata={"description": "C17;整行时为空 / empty for a whole row"})
    field = fields.String(required=True)
    severity = fields.String(required=True, validate=validate.OneOf(list(Severity)))
    code = fields.String(required=True)
    detail = fields.Function(_sentence, required=True, metadata={"type": "string"})


class ResidentsQuery(PageQuery):
    """Whom to list: everybody, or whoever came with one paper passbook."""

    passbook_no = Text(load_default=None, length_max=PASSBOOK_LENGTH_MAX)


class ResidentOut(Schema):
    """A resident. The telephone number is never shown whole."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.Function(_masked, required=True, allow_none=True, metadata={"type": "string"})
    building = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    household_id = fields.UUID(required=True, allow_none=True)
    passbook_no = fields.String(required=True)
    import_id = fields.UUID(required=True)
    enrolled_at = ShownInstant(required=True)


ImportPage = page_of(ImportOut, "ImportPage")
ImportProblemPage = page_of(ImportProblemOut, "ImportProblemPage")
ResidentPage = page_of(ResidentOut, "ResidentPage")
