"""JSON of lists and snoozes."""

from marshmallow import Schema, fields, validate

from app.risk import terms
from app.web.fields import Id, Instant, ShownInstant, StrictInteger, Text
from app.web.paging import page_of
from app.web.parsing import StrictSchema


class RiskListIn(StrictSchema):
    """A list; rules ask for it as list_<code>."""

    list_code = Text(
        required=True,
        length_max=30,
        validate=[validate.Regexp(r"^[a-z][a-z0-9_]*\Z", error="pattern:watched_shops")],
        metadata={"pattern": "^[a-z][a-z0-9_]*$"},
    )
    title = Text(required=True, length_max=terms.TITLE_LENGTH_MAX)


class RiskListOut(Schema):
    """A list."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    created_by = fields.UUID(required=True)
    created_at = ShownInstant(
        required=True,
        allow_none=True,
        metadata={"description": "空:随 Linli 提供,尚无内容 / null: comes with Linli, empty yet"},
    )


RiskListPage = page_of(RiskListOut, "RiskListPage")


class RiskItemIn(StrictSchema):
    """Whom or what to put on it, by id, why, and until when."""

    value = Id(required=True)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)
    expires_at = Instant(load_default=None, allow_none=True)


class RiskItemOut(Schema):
    """An item of a list."""

    id = fields.UUID(required=True)
    value = fields.String(required=True)
    reason = fields.String(required=True)
    added_by = fields.UUID(required=True)
    added_at = ShownInstant(required=True)
    expires_at = ShownInstant(required=True, allow_none=True)
    removed_by = fields.UUID(required=True, allow_none=True)
    removed_at = ShownInstant(required=True, allow_none=True)
    removed_why = fields.String(required=True, allow_none=True)


class RiskRemovalIn(StrictSchema):
    """Why it is taken off."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


RiskItemPage = page_of(RiskItemOut, "RiskItemPage")


class RiskSnoozeIn(StrictSchema):
    """Which rule of the decision is to be silent, for how long, and why."""

    rule_id = Text(required=True, length_max=40)
    days = StrictInteger(required=True, minimum=1, maximum=terms.SNOOZE_DAYS_MAX)
    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class RiskSnoozeOut(Schema):
    """A rule that is silent about somebody."""

    id = fields.UUID(required=True)
    rule = fields.String(required=True)
    pivot = fields.String(required=True)
    pivot_id = fields.UUID(required=True)
    decision_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    snoozed_by = fields.UUID(required=True)
    snoozed_at = ShownInstant(required=True)
    expires_at = ShownInstant(required=True)
    ended_by = fields.UUID(required=True, allow_none=True)
    ended_at = ShownInstant(required=True, allow_none=True)


SnoozePage = page_of(RiskSnoozeOut, "RiskSnoozePage")
