"""JSON of imports and residents."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from app.enrolment.models import Import, Problem, Resident
from app.enrolment.rules import words
from app.enrolment.service import NewResident
from app.enrolment.service.phones import masked_phone
from app.enrolment.terms import (
    PASSBOOK_LENGTH_MAX,
    POINTS_ROW_MAX,
    REASON_LENGTH_MAX,
    SHEET_LINES,
    ImportState,
    Severity,
    SkippedSheet,
)
from app.kernel.sheets.rows import CELL_LENGTH_MAX
from app.web.fields import Flag, Id, QueryInteger, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.problems import language


def _failure(found: Import) -> object:
    return None if found.failure is None else ImportFailureOut().dump(found)


def _sentence(problem: Problem) -> str:
    return words.sentence(problem.code, problem.field, problem.cell, problem.detail, language())


def _row(problem: Problem) -> int:
    return problem.line % SHEET_LINES


def _sheets(found: Import) -> list[dict[str, object]]:
    layout = found.layout or {"sheets": [], "skipped": []}
    read = [{"name": sheet["name"], "skipped": None} for sheet in layout["sheets"]]
    return read + [{"name": sheet["name"], "skipped": sheet["why"]} for sheet in layout["skipped"]]


def _rows_committed(found: Import) -> int | None:
    if found.state in {ImportState.COMMITTED, ImportState.UNDOING}:
        return found.rows_total
    return found.rows_committing if found.state == ImportState.COMMITTING else 0


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


class ImportSheetOut(Schema):
    """A sheet of a workbook: read, or skipped and why. A CSV is one without a name."""

    name = fields.String(required=True)
    skipped = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(SkippedSheet)))


class ImportOut(Schema):
    """A file on its way: `rows_done` of `rows_total` (null before it was read) are checked. `sheets` as read."""

    id = fields.UUID(required=True)
    budget_id = fields.UUID(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(ImportState)))
    media_type = fields.String(required=True)
    bytes = fields.Integer(required=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    rows_done = fields.Integer(required=True)
    rows_committed = fields.Function(
        _rows_committed,
        required=True,
        metadata={
            "type": ["integer", "null"],
            "description": "导入已处理的行数,完成前可能全部撤回 / rows done by the commit; if it fails none stays",
        },
    )
    sheets = fields.Function(
        lambda found: ImportSheetOut(many=True).dump(_sheets(found)),
        required=True,
        metadata={"type": "array", "items": {"type": "object"}, "description": "[{name, skipped}]"},
    )
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

    sheet = fields.String(required=True, metadata={"description": "工作表;CSV 为空 / empty for a CSV"})
    line = fields.Function(_row, required=True, metadata={"type": "integer"})
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


class ResidentRowIn(StrictSchema):
    """Who somebody is, as a row of a list says it."""

    name = Text(required=True, length_max=CELL_LENGTH_MAX)
    phone = Text(load_default="", length_min=0, length_max=CELL_LENGTH_MAX)
    building = Text(load_default="", length_min=0, length_max=CELL_LENGTH_MAX)
    unit = Text(load_default="", length_min=0, length_max=CELL_LENGTH_MAX)
    room = Text(load_default="", length_min=0, length_max=CELL_LENGTH_MAX)
    passbook_no = Text(required=True, length_max=CELL_LENGTH_MAX)
    points = StrictInteger(load_default=0, minimum=0, maximum=POINTS_ROW_MAX)
    expires_on = Text(load_default="", length_min=0, length_max=CELL_LENGTH_MAX)

    @post_load
    def make(self, data: Mapping[str, Any], **_kwargs: Any) -> NewResident:
        """Give the row as the service takes it."""
        return NewResident(**data)


class ResidentIn(StrictSchema):
    """Somebody to be enrolled without a file. `budget_id` pays a balance."""

    budget_id = Id(load_default=None, allow_none=True)
    accept_doubts = Flag(load_default=False, metadata={"description": "疑似重复已核对 / likenesses were looked at"})
    resident = fields.Nested(ResidentRowIn, required=True)


class OriginsQuery(PageQuery):
    """Which rows of a file: all of them, or those of one number."""

    line = QueryInteger(load_default=None, minimum=1, maximum=SHEET_LINES - 1)


class OriginOut(Schema):
    """Where an opening comes from: a file by its SHA-256, a row of it, and the line of the ledger that it became."""

    resident_id = fields.UUID(required=True)
    name = fields.String(required=True)
    passbook_no = fields.String(required=True)
    import_id = fields.UUID(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    sheet = fields.String(required=True, allow_none=True)
    line = fields.Function(
        lambda row: row.line or None,
        required=True,
        metadata={"type": ["integer", "null"], "description": "早先导入的没有保存行号 / null where it was not kept"},
    )
    uploaded_by = fields.UUID(required=True)
    uploaded_at = ShownInstant(required=True)
    committed_by = fields.UUID(required=True, allow_none=True)
    committed_at = ShownInstant(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)
    leg = fields.Integer(required=True, allow_none=True)
    points = fields.Integer(required=True, allow_none=True)
    expires_on = fields.Date(required=True, allow_none=True)
    recorded_at = ShownInstant(required=True, allow_none=True)


OriginPage = page_of(OriginOut, "OriginPage")
ImportPage = page_of(ImportOut, "ImportPage")
ImportProblemPage = page_of(ImportProblemOut, "ImportProblemPage")
ResidentPage = page_of(ResidentOut, "ResidentPage")
