"""JSON of acts that take two people."""

from marshmallow import Schema, fields, validate

from app.points.schemas import words
from app.points.schemas.fields import Reason
from app.points.terms import ProposalKind, ProposalState
from app.web import problems
from app.web.fields import ShownInstant, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema

STATES = [state.value for state in ProposalState]


class ProposalsQuery(PageQuery):
    """Which proposals to list."""

    state = Text(
        load_default=ProposalState.OPEN.value,
        validate=[validate.OneOf(STATES, error="choice:" + ", ".join(STATES))],
    )


class ProposalOut(Schema):
    """A proposal, and what became of it. `payload`: what is to be done, by kind."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in ProposalKind]))
    title = fields.Function(
        lambda proposal: words.proposal_title(proposal.kind, problems.language()), metadata={"type": "string"}
    )
    payload = fields.Dict(required=True)
    reason = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    proposed_by = fields.UUID(required=True)
    proposed_at = ShownInstant(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = ShownInstant(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    result_id = fields.UUID(required=True, allow_none=True)


ProposalPage = page_of(ProposalOut, "ProposalPage")


class ProposalRejectIn(StrictSchema):
    """Why."""

    reason = Reason()
