"""JSON of allotments and of alerts."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from app.points.service.alerts import AlertLine
from app.points.terms import SPENDERS_MAX, AlertSubject, AllotmentState, HolderKind
from app.web import problems
from app.web.fields import Choice, Day, Id, Points, ShownInstant
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

HOLDER_KINDS = [kind.value for kind in HolderKind]
ALLOTMENT_STATES = [state.value for state in AllotmentState]
ALERT_SUBJECTS = [subject.value for subject in AlertSubject]

_BUDGET: Mapping[str, str] = {
    "zh": "预算“{budget}”发行的 {points} 积分已发出 {given} 积分,达到 {percent}%。",
    "en": 'Of the {points} points minted for the budget "{budget}", {given} were given out: {percent} % is reached.',
}
_ALLOTMENT: Mapping[str, str] = {
    "zh": "“{holder}”的划拨额度(预算“{budget}”)共 {points} 积分,已发出 {given} 积分,达到 {percent}%。",
    "en": 'Of the {points} points allotted to "{holder}" from the budget "{budget}", {given} were given out: '
    "{percent} % is reached.",
}


class AllotmentIn(StrictSchema):
    """Part of a budget for somebody, for a period. A coordinator it is given to may always award from it."""

    budget_id = Id(required=True)
    holder_kind = Choice(list(HolderKind), required=True)
    holder_id = Id(required=True)
    period_from = Day(required=True)
    period_to = Day(required=True, metadata={"description": "最后一天(含) / the last day, included"})
    points = Points(required=True)
    spender_ids = fields.List(
        Id(), load_default=list, validate=validate.Length(0, SPENDERS_MAX, error="count:{min}:{max}")
    )


class AllotmentPointsIn(StrictSchema):
    """How many points more."""

    points = Points(required=True)


class SpendersIn(StrictSchema):
    """People who may award from an allotment, or may not any more."""

    person_ids = fields.List(Id(), required=True, validate=validate.Length(1, SPENDERS_MAX, error="count:{min}:{max}"))


class AllotmentsQuery(PageQuery):
    """Which allotments to list: all, those of one holder, those of one state."""

    holder_id = Id(load_default=None)
    state = Choice(list(AllotmentState), load_default=None)


class AllotmentOut(Schema):
    """An allotment. `points`: handed over in all; `points_left`: what can still be awarded."""

    id = fields.UUID(required=True, attribute="allotment.id")
    budget_id = fields.UUID(required=True, attribute="allotment.budget_id")
    budget_name = fields.String(required=True)
    holder_kind = fields.String(required=True, attribute="allotment.holder_kind", validate=validate.OneOf(HOLDER_KINDS))
    holder_id = fields.UUID(required=True, attribute="allotment.holder_id")
    holder_name = fields.String(required=True, allow_none=True)
    period_from = fields.Date(required=True, attribute="allotment.period_from")
    period_to = fields.Date(required=True, attribute="allotment.period_to")
    points = fields.Integer(required=True, attribute="allotment.points")
    points_left = fields.Integer(required=True)
    state = fields.String(required=True, attribute="allotment.state", validate=validate.OneOf(ALLOTMENT_STATES))
    allotted_by = fields.UUID(required=True, attribute="allotment.allotted_by")
    allotted_at = ShownInstant(required=True, attribute="allotment.allotted_at")
    closed_by = fields.UUID(required=True, allow_none=True, attribute="allotment.closed_by")
    closed_at = ShownInstant(required=True, allow_none=True, attribute="allotment.closed_at")
    returned_points = fields.Integer(
        required=True,
        allow_none=True,
        attribute="allotment.returned_points",
        metadata={"description": "已退回预算的积分 / points that flowed back to the budget"},
    )


AllotmentPage = page_of(AllotmentOut, "AllotmentPage")


class AllotmentDetailOut(Schema):
    """An allotment, and who may award from it."""

    allotment = fields.Nested(AllotmentOut, required=True, attribute="line")
    spender_ids = fields.List(fields.UUID(), required=True)


def alert_sentence(line: AlertLine, lang: str) -> str:
    """Say what an alert is about, in a sentence."""
    alert = line.alert
    texts = _ALLOTMENT if alert.subject == AlertSubject.ALLOTMENT else _BUDGET
    return texts[lang].format(
        budget=line.budget_name,
        holder=line.holder_name or alert.subject_id,
        points=alert.points,
        given=alert.given_points,
        percent=alert.percent,
    )


def _text(line: Any) -> str:
    return alert_sentence(line, problems.language())


class AlertOut(Schema):
    """An alert. `points`: minted or handed over when it was raised; `given_points`: of these, given out by then."""

    id = fields.UUID(required=True, attribute="alert.id")
    subject = fields.String(required=True, attribute="alert.subject", validate=validate.OneOf(ALERT_SUBJECTS))
    subject_id = fields.UUID(required=True, attribute="alert.subject_id")
    budget_id = fields.UUID(required=True, attribute="alert.budget_id")
    percent = fields.Integer(required=True, attribute="alert.percent")
    points = fields.Integer(required=True, attribute="alert.points")
    given_points = fields.Integer(required=True, attribute="alert.given_points")
    raised_at = ShownInstant(required=True, attribute="alert.raised_at")
    text = fields.Function(_text, metadata={"type": "string"})


AlertPage = page_of(AlertOut, "AlertPage")
