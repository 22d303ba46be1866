"""JSON of the policy by which awards are held, and of proposals to hold fewer of them."""

from marshmallow import Schema, fields

from app.volunteers import terms
from app.volunteers.terms import ProposalState
from app.web.fields import Choice, Flag, ShownInstant, StrictInteger, Text
from app.web.paging import PageQuery, page_of
from app.web.parsing import StrictSchema


class AwardPolicyIn(StrictSchema):
    """By what awards are held: without a check-in, with one, and how many of a thousand are drawn afterwards."""

    roster_required = Flag(required=True)
    paper_points_max = StrictInteger(required=True, minimum=0, maximum=terms.POLICY_POINTS_MAX)
    alone_points_max = StrictInteger(required=True, minimum=0, maximum=terms.POLICY_POINTS_MAX)
    sample_permille = StrictInteger(required=True, minimum=0, maximum=1000)


class AwardPolicyRejectIn(StrictSchema):
    """Why not; the treasurers read it."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class AwardPolicyOut(Schema):
    """By what awards are held. `set_at` null: what every book begins with."""

    roster_required = fields.Boolean(required=True)
    paper_points_max = fields.Integer(required=True)
    alone_points_max = fields.Integer(required=True)
    sample_permille = fields.Integer(required=True)
    set_at = ShownInstant(required=True, allow_none=True, dump_default=None)


class AwardPolicyProposalIn(AwardPolicyIn):
    """A policy that holds fewer awards back, and why."""

    reason = Text(required=True, length_max=terms.REASON_LENGTH_MAX)


class AwardPolicyProposalQuery(PageQuery):
    """Which ones: `open` are those that wait for another treasurer."""

    state = Choice(list(ProposalState), load_default=ProposalState.OPEN)


class AwardPolicyProposalOut(Schema):
    """A policy that waits for another treasurer, or what became of it."""

    id = fields.UUID(required=True, attribute="proposal.id")
    state = fields.Enum(ProposalState, by_value=True, required=True)
    roster_required = fields.Boolean(required=True, attribute="proposal.roster_required")
    paper_points_max = fields.Integer(required=True, attribute="proposal.paper_points_max")
    alone_points_max = fields.Integer(required=True, attribute="proposal.alone_points_max")
    sample_permille = fields.Integer(required=True, attribute="proposal.sample_permille")
    reason = fields.String(required=True, attribute="proposal.reason")
    proposed_by = fields.UUID(required=True, attribute="proposal.proposed_by")
    proposed_at = ShownInstant(required=True, attribute="proposal.proposed_at")
    expires_at = ShownInstant(required=True, attribute="proposal.expires_at")
    decided_by = fields.UUID(required=True, allow_none=True, attribute="proposal.decided_by")
    decided_at = ShownInstant(required=True, allow_none=True, attribute="proposal.decided_at")
    decision_reason = fields.String(required=True, allow_none=True, attribute="proposal.decision_reason")


PolicyProposalPage = page_of(AwardPolicyProposalOut, "AwardPolicyProposalPage")
