"""JSON of decisions, cases and appeals."""

from typing import Any

from marshmallow import Schema, fields, validate

from app.risk import terms
from app.risk.schemas import words
from app.risk.terms import AppealState, CaseState, EventKind, Label, Outcome, Pivot, Reason, Taker
from app.web import problems
from app.web.fields import Choice, Day, Flag, Id, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

CASE_STATES = [str(state) for state in CaseState]


class SignInsQuery(PageQuery):
    """Which decisions to list: those that were no approvals, or of one outcome; approvals of a week at most."""

    outcome = Choice(list(Outcome), load_default=None)
    reason = Choice(list(Reason), load_default=None)
    person_id = Id(load_default=None)
    first = Day(load_default=None, data_key="from")
    last = Day(load_default=None, data_key="to")


class DecisionsQuery(SignInsQuery):
    """Further, of a book: of which kind, and by whom or where."""

    kind = Choice(list(EventKind), load_default=None)
    resident_id = Id(load_default=None)
    shop_id = Id(load_default=None)
    terminal_id = Id(load_default=None)
    coordinator_id = Id(load_default=None)


def _reasons(decision: Any) -> list[dict[str, str]]:
    lang = problems.language()
    return [{"code": code, "text": words.reason(code, lang)} for code in decision.reasons]


class RiskReasonOut(Schema):
    """Why, for staff."""

    code = fields.String(required=True)
    text = fields.String(required=True)


class RiskDecisionLineOut(Schema):
    """A decision for staff, in short."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    decided_at = ShownInstant(required=True)
    outcome = fields.String(required=True)
    score = fields.Integer(required=True)
    version = fields.Integer(required=True)
    points = fields.Integer(required=True)
    order_fen = fields.Integer(required=True)
    resident_id = fields.UUID(required=True, allow_none=True)
    shop_id = fields.UUID(required=True, allow_none=True)
    coordinator_id = fields.UUID(required=True, allow_none=True)
    reasons = fields.Method("reasons_of", metadata={"type": "array", "items": {"type": "object"}})
    failure = fields.String(required=True, allow_none=True)
    case_id = fields.UUID(required=True, allow_none=True)

    def reasons_of(self, decision: Any) -> list[dict[str, str]]:
        """Say the reasons in the reader's language."""
        return _reasons(decision)


class RiskDecisionOut(RiskDecisionLineOut):
    """A decision with what it was made on, and what each rule said."""

    person_id = fields.UUID(required=True, allow_none=True)
    device_id = fields.UUID(required=True, allow_none=True)
    household_id = fields.UUID(required=True, allow_none=True)
    terminal_id = fields.UUID(required=True, allow_none=True)
    cashier_id = fields.UUID(required=True, allow_none=True)
    features_version = fields.Integer(required=True)
    features = fields.Dict(required=True)
    answers = fields.List(fields.Dict(), required=True)


RiskDecisionPage = page_of(RiskDecisionLineOut, "RiskDecisionPage")


class CasesQuery(PageQuery):
    """Cases of which state, label, taker and about whom; nothing given: those that nobody has taken yet."""

    state = Choice(list(CaseState), load_default=None)
    label = Choice(list(Label), load_default=None)
    taken_by = Choice(list(Taker), load_default=None)
    about = Choice(list(Pivot), load_default=None)
    about_id = Id(load_default=None)


class RiskCaseOut(Schema):
    """A case."""

    id = fields.UUID(required=True)
    about = fields.String(required=True)
    about_id = fields.UUID(required=True)
    state = fields.String(required=True, validate=validate.OneOf(CASE_STATES))
    opened_at = ShownInstant(required=True)
    last_at = ShownInstant(required=True)
    revision = fields.Integer(required=True)
    taken_by = fields.UUID(required=True, allow_none=True)
    taken_at = ShownInstant(required=True, allow_none=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    closed_at = ShownInstant(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)


RiskCasePage = page_of(RiskCaseOut, "RiskCasePage")


class RiskPaymentOut(Schema):
    """A decision of a case and what became of the payment, gift or refund; of anything else that is null."""

    decision_id = fields.UUID(required=True, attribute="decision.id")
    kind = fields.String(required=True, attribute="decision.kind")
    subject_id = fields.UUID(
        required=True,
        attribute="decision.subject_id",
        metadata={"description": "收款即 payment_id / of a payment its payment_id"},
    )
    decided_at = ShownInstant(required=True, attribute="decision.decided_at")
    outcome = fields.String(required=True, attribute="decision.outcome")
    number = fields.String(
        attribute="dealing.number",
        metadata={"description": "商户单号、退款单号或礼品名 / out_trade_no, out_refund_no, a gift's title"},
    )
    state = fields.String(attribute="dealing.state")
    points = fields.Integer(attribute="dealing.points", metadata={"description": "预占或入账的积分 / held or taken"})
    shop_name = fields.String(attribute="dealing.shop_name")
    resident_name_masked = fields.String(attribute="dealing.resident_name_masked", allow_none=True)


RiskPaymentPage = page_of(RiskPaymentOut, "RiskPaymentPage")


class RiskFindingOut(Schema):
    """What the graph found."""

    kind = fields.String(required=True)
    about = fields.String(required=True)
    about_id = fields.UUID(required=True)
    value = fields.Integer(required=True)
    evidence = fields.Dict(required=True)
    first_at = ShownInstant(required=True)
    last_at = ShownInstant(required=True)


class RiskCaseEventOut(Schema):
    """Something that happened to a case."""

    kind = fields.String(required=True)
    done_by = fields.UUID(required=True)
    done_at = ShownInstant(required=True)
    text = fields.String(required=True, allow_none=True)
    label = fields.String(required=True, allow_none=True)


class RiskAppealOut(Schema):
    """An appeal and its answer."""

    id = fields.UUID(required=True)
    decision_id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    resident_id = fields.UUID(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    appealed_at = ShownInstant(required=True)
    answered_by = fields.UUID(required=True, allow_none=True)
    answered_at = ShownInstant(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class RiskCaseFileOut(Schema):
    """A case with its evidence and the appeals in it, the newest hundred of each."""

    case = fields.Nested(RiskCaseOut, required=True)
    decisions = fields.List(fields.Nested(RiskDecisionLineOut), required=True)
    findings = fields.List(fields.Nested(RiskFindingOut), required=True)
    events = fields.List(fields.Nested(RiskCaseEventOut), required=True)
    appeals = fields.List(fields.Nested(RiskAppealOut), required=True)


class RiskCommentIn(StrictSchema):
    """What was found."""

    text = Text(required=True, length_max=terms.TEXT_LENGTH_MAX, lines=True)


class RiskCloseIn(RiskCommentIn):
    """What it turned out to be, and why; of the case at which `revision`: as it was read."""

    label = Choice(list(Label), required=True)
    revision = StrictInteger(required=True, minimum=1, maximum=terms.REVISION_MAX)


class OwnRiskDecisionOut(Schema):
    """What was not simply let through, in words for whom it concerns."""

    id = fields.UUID(required=True, attribute="decision.id")
    kind = fields.String(required=True, attribute="decision.kind")
    decided_at = ShownInstant(required=True, attribute="decision.decided_at")
    outcome = fields.String(required=True, attribute="decision.outcome")
    points = fields.Integer(required=True, attribute="decision.points")
    text = fields.Method("text_of", metadata={"type": "string"})
    appeal_state = fields.Method("appeal_of", metadata={"type": ["string", "null"]})
    answer = fields.Method("answer_of", metadata={"type": ["string", "null"]})

    def text_of(self, own: Any) -> str:
        """Say it humanely."""
        made = own.decision
        by_buying = made.shop_id is not None and Reason.ENGINE_FAILED not in made.reasons
        return words.humane(made.kind, made.outcome, problems.language(), fate=own.fate, by_buying=by_buying)

    def appeal_of(self, own: Any) -> str | None:
        """Say where the appeal is."""
        return own.appeal.state if own.appeal else None

    def answer_of(self, own: Any) -> str | None:
        """Give the answer to it."""
        return own.appeal.answer if own.appeal else None


class OwnRiskRecordOut(OwnRiskDecisionOut):
    """The same in the export of all that is held about somebody, with his own words."""

    appeal_text = fields.Method("words_of", metadata={"type": ["string", "null"]})

    def words_of(self, own: Any) -> str | None:
        """Give what he wrote."""
        return own.appeal.text if own.appeal else None


OwnDecisionPage = page_of(OwnRiskDecisionOut, "OwnRiskDecisionPage")


class RiskAppealIn(StrictSchema):
    """In the resident's words."""

    text = Text(required=True, length_max=terms.TEXT_LENGTH_MAX, lines=True)


class RefusedAppealIn(RiskAppealIn):
    """What wx.login gave, and why the sign-in should not have been refused."""

    code = Text(required=True, length_max=128)


class AppealsQuery(PageQuery):
    """Appeals of which state."""

    state = Choice(list(AppealState), load_default=AppealState.OPEN)


RiskAppealPage = page_of(RiskAppealOut, "RiskAppealPage")


class RiskAnswerIn(StrictSchema):
    """Whether the decision was wrong, and what is said to the resident."""

    overturned = Flag(required=True)
    answer = Text(required=True, length_max=terms.TEXT_LENGTH_MAX, lines=True)
