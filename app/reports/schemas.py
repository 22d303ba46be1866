"""JSON of reports."""

from marshmallow import Schema, fields, validate

from app.reports import terms
from app.web import problems
from app.web.fields import Choice, Id, Points, ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema
from app.web.positions import PositionIn

STATES = [str(state) for state in terms.ReportState]
CHECKS = [str(check) for check in terms.TextCheck]
CATEGORIES = "; ".join(f"{each}: {names['zh']} / {names['en']}" for each, names in terms.CATEGORY_NAMES.items())


class ReportIn(StrictSchema):
    """What was seen, and where."""

    text = Text(required=True, length_max=terms.TEXT_LENGTH_MAX, lines=True)
    place = Text(required=True, length_max=terms.PLACE_LENGTH_MAX)
    category = Choice(list(terms.Category), load_default=terms.Category.OTHER, metadata={"description": CATEGORIES})
    position = fields.Nested(PositionIn, load_default=None, allow_none=True)
    photo_ids = fields.List(
        Id(),
        load_default=list,
        validate=validate.Length(0, terms.PHOTOS_MAX, error="count:{min}:{max}"),
        metadata={"description": "先上传的照片 / photos that were uploaded before"},
    )


class AcceptIn(StrictSchema):
    """By which rule the reporter is paid (left out: the usual), and how much, where the rule lets one choose."""

    rule = Text(load_default=terms.USUAL_RULE, length_max=terms.RULE_LENGTH_MAX)
    chosen_points = Points(load_default=None, allow_none=True)


class RejectIn(StrictSchema):
    """Why not."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class JoinIn(RejectIn):
    """To which problem a report belongs, and why."""

    problem_id = Id(required=True)


class ReportQuery(PageQuery):
    """A page of reports, of one state where given."""

    state = Choice(list(terms.ReportState), load_default=None)


class PhotoLikeOut(Schema):
    """The photo before it that a photo is, differing in so many of 64 bits; 0: the same file."""

    photo_id = fields.UUID(required=True, attribute="like_id")
    bits = fields.Integer(required=True, attribute="like_bits")


class ReportPhotoOut(Schema):
    """A photo of a report. `like`: it was handed in before, maybe cropped, compressed anew or mirrored."""

    id = fields.UUID(required=True)
    check = fields.String(required=True, attribute="check_state", validate=validate.OneOf(CHECKS[1:]))
    like = fields.Nested(PhotoLikeOut, required=True, allow_none=True)


class ReportOut(Schema):
    """A report and what came of it. `text_check`: what WeChat makes of its words; only "pass" may be published."""

    id = fields.UUID(required=True)
    reporter_id = fields.UUID(required=True)
    text = fields.String(required=True)
    place = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    filed_at = ShownInstant(required=True)
    text_check = fields.String(required=True, validate=validate.OneOf(CHECKS))
    photos = fields.List(fields.Nested(ReportPhotoOut), required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = ShownInstant(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)
    award_id = fields.UUID(required=True, allow_none=True)
    points = fields.Integer(required=True, allow_none=True)
    budget_id = fields.UUID(required=True, allow_none=True)
    transaction_id = fields.UUID(required=True, allow_none=True)
    category = fields.String(required=True, validate=validate.OneOf(list(terms.Category)))
    problem_id = fields.UUID(required=True, allow_none=True)
    standing = fields.String(required=True, allow_none=True, validate=validate.OneOf(list(terms.Standing)))
    needs_second = fields.Boolean(required=True)
    seen_rule = fields.String(required=True, allow_none=True)
    seen_chosen_points = fields.Integer(required=True, allow_none=True)
    seen_points = fields.Integer(required=True, allow_none=True)
    note = fields.Function(lambda report: terms.KNOWN_NOTE[problems.language()] if report.is_known else None)


ReportPage = page_of(ReportOut, "ReportPage")
