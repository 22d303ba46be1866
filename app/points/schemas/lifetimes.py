"""JSON of expiry policies, expiry runs, notices, and passbooks that go into others."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.points.schemas import words
from app.points.schemas.fields import Reason
from app.points.service.notices import EARLY_DAYS, SOON_DAYS
from app.points.terms import ExpiryPolicyKind, TransferKind
from app.web import problems
from app.web.fields import Choice, Day, Id, ShownInstant, StrictInteger
from app.web.paging import page_of
from app.web.parsing import StrictSchema

AHEAD = [SOON_DAYS, EARLY_DAYS]


class ExpiryPolicyIn(StrictSchema):
    """How long points live that are earned from now on."""

    expiry_policy = Choice(list(ExpiryPolicyKind), required=True)
    expiry_month = StrictInteger(minimum=1, maximum=12, load_default=None, allow_none=True)
    expiry_day = StrictInteger(minimum=1, maximum=31, load_default=None, allow_none=True)
    validity_months = StrictInteger(
        minimum=1,
        maximum=120,
        load_default=None,
        allow_none=True,
        metadata={"description": "不填则不变 / left as it is without it"},
    )
    reason = Reason()


class ExpiryPolicyOut(Schema):
    """A policy a book was given, by whom and why."""

    id = fields.UUID(required=True)
    expiry_policy = fields.String(required=True, validate=validate.OneOf([kind.value for kind in ExpiryPolicyKind]))
    expiry_month = fields.Integer(required=True, allow_none=True)
    expiry_day = fields.Integer(required=True, allow_none=True)
    validity_months = fields.Integer(required=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)
    changed_at = ShownInstant(required=True)


ExpiryPolicyPage = page_of(ExpiryPolicyOut, "ExpiryPolicyPage")


class ExpiryRunOut(Schema):
    """An expiry run. `finished_at` is null while it goes on; `accounts` counts its postings."""

    id = fields.UUID(required=True)
    day = fields.Date(required=True, metadata={"description": "此日之前到期的 / what lapsed before this day"})
    started_by = fields.UUID(required=True)
    started_at = ShownInstant(required=True)
    finished_at = ShownInstant(required=True, allow_none=True)
    accounts = fields.Integer(required=True)
    points = fields.Integer(required=True)
    fen = fields.Integer(required=True)


ExpiryRunPage = page_of(ExpiryRunOut, "ExpiryRunPage")


class NoticeOut(Schema):
    """What a resident was told. `points`: what was left when it was given; `points_left`: what is left now."""

    expires_on = fields.Date(required=True, attribute="given.expires_on")
    days_ahead = fields.Integer(required=True, attribute="given.days_ahead", validate=validate.OneOf(AHEAD))
    points = fields.Integer(required=True, attribute="given.points")
    points_left = fields.Integer(required=True)
    sentence = fields.Method("say", metadata={"type": "string"})
    given_at = ShownInstant(required=True, attribute="given.given_at")
    read_at = ShownInstant(required=True, allow_none=True, attribute="given.read_at")

    def say(self, notice: Any) -> str:
        """Say it in the caller's language."""
        return words.notice(notice.given.points, notice.given.expires_on, problems.language())


NoticePage = page_of(NoticeOut, "NoticePage")


class NoticeReadIn(StrictSchema):
    """Which notice was read."""

    expires_on = Day(required=True)
    days_ahead = StrictInteger(
        required=True, minimum=SOON_DAYS, maximum=EARLY_DAYS, metadata={"description": "7 或 30 / 7 or 30"}
    )


class TransferIn(StrictSchema):
    """Which passbook takes the points, and why."""

    successor_id = Id(required=True)
    kind = Choice(list(TransferKind), required=True)
    reason = Reason()
