"""By what a book's awards are held back: its own policy, or what every book begins with.

One treasurer holds more back, at once. To hold less back takes two: one proposes it, another approves it in time.
"""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import queries as points_queries
from app.risk import service as risk
from app.volunteers import errors, queries, terms
from app.volunteers.models import Policy, PolicyProposal
from app.volunteers.rules.checks import Limits, eased
from app.volunteers.terms import ProposalState

BEGINNING = Limits(
    roster_required=False,
    paper_points_max=terms.PAPER_POINTS_MAX,
    alone_points_max=terms.ALONE_POINTS_MAX,
    sample_permille=terms.SAMPLE_PERMILLE,
)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as it stands now: an open one whose time is over has expired."""

    proposal: PolicyProposal
    state: ProposalState


def limits_of(session: Session, book_id: int) -> Limits:
    """Give a book's policy, as far as it decides."""
    found = queries.find_policy(session, book_id)
    return BEGINNING if found is None else _limits(found)


def show_policy(uow: UnitOfWork, *, book: str) -> Policy | Limits:
    """Show by what awards are held back. Refuses BookMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    return queries.find_policy(uow.session, book_id) or BEGINNING


def set_policy(
    uow: UnitOfWork,
    *,
    book: str,
    roster_required: bool,
    paper_points_max: int,
    alone_points_max: int,
    sample_permille: int,
) -> Policy:
    """Hold no fewer awards back, by this from now on; what was before stays to be read.

    Refuses BookMissing, PolicyPoints, and PolicyEased when it holds anything less back than now.
    """
    limits = _checked(Limits(roster_required, paper_points_max, alone_points_max, sample_permille))
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_policies(uow.session, book_id)
    names = eased(limits_of(uow.session, book_id), limits)
    if names:
        raise errors.PolicyEased(names=", ".join(names))
    return _put_in_force(uow, book_id, limits, set_by=uow.actor.id)


def propose_policy(
    uow: UnitOfWork,
    *,
    book: str,
    roster_required: bool,
    paper_points_max: int,
    alone_points_max: int,
    sample_permille: int,
    reason: str,
) -> ProposalView:
    """Propose a policy, saying why (1 to 200 characters). Another treasurer approves it, within fourteen days.

    Refuses BookMissing, PolicyPoints.
    """
    limits = _checked(Limits(roster_required, paper_points_max, alone_points_max, sample_permille))
    book_id = points_queries.get_book(uow.session, book).id
    current = queries.find_policy(uow.session, book_id)
    proposal = PolicyProposal(
        book_id=book_id,
        id=uow.new_id(),
        policy_id=None if current is None else current.id,
        **asdict(limits),
        reason=reason,
        state=ProposalState.OPEN,
        proposed_by=uow.actor.id,
        proposer_owner_id=uow.actor.owner_id,
        proposed_at=uow.now,
        expires_at=uow.now + terms.POLICY_PROPOSALS_EXPIRE,
    )
    uow.session.add(proposal)
    uow.session.flush()
    return _view(uow, proposal)


def list_policy_proposals(
    uow: UnitOfWork, *, book: str, state: ProposalState, limit: int, cursor: str | None
) -> Page[ProposalView]:
    """Proposals in one state, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_policy_proposals(
        uow.session, book_id, state=state, now=uow.now, before=read_id(cursor), limit=limit + 1
    )
    page = page_by_id(rows, limit, lambda proposal: proposal.id)
    return Page([_view(uow, proposal) for proposal in page.items], page.next_cursor)


def approve_policy(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> ProposalView:
    """Put a policy in force that another treasurer proposed.

    Refuses BookMissing, PolicyProposalMissing, PolicyProposalOwn, PolicyProposalDecided (also when its time is over),
    and PolicyProposalOutdated when the policy is another one than when it was proposed.
    """
    book_id = points_queries.get_book(uow.session, book).id
    queries.lock_policies(uow.session, book_id)
    proposal = _lock_open(uow, book_id, proposal_id)
    _check_another(uow, book, proposal)
    current = queries.find_policy(uow.session, book_id)
    if proposal.policy_id != (None if current is None else current.id):
        raise errors.PolicyProposalOutdated
    view = _decide(uow, proposal, ProposalState.APPROVED, None)
    _put_in_force(uow, book_id, _limits(proposal), set_by=proposal.proposed_by, proposal_id=proposal.id)
    return view


def reject_policy(uow: UnitOfWork, *, book: str, proposal_id: UUID, reason: str) -> ProposalView:
    """Refuse what another treasurer proposed, saying why.

    Refuses BookMissing, PolicyProposalMissing, PolicyProposalOwn, PolicyProposalDecided.
    """
    proposal = _lock_open(uow, points_queries.get_book(uow.session, book).id, proposal_id)
    _check_another(uow, book, proposal)
    return _decide(uow, proposal, ProposalState.REJECTED, reason)


def withdraw_policy(uow: UnitOfWork, *, book: str, proposal_id: UUID) -> ProposalView:
    """Take one's own proposal back.

    Refuses BookMissing, PolicyProposalMissing (also another's), PolicyProposalDecided.
    """
    proposal = _lock_open(uow, points_queries.get_book(uow.session, book).id, proposal_id)
    if proposal.proposed_by != uow.actor.id:
        raise errors.PolicyProposalMissing
    return _decide(uow, proposal, ProposalState.WITHDRAWN, None)


def _checked(limits: Limits) -> Limits:
    if limits.paper_points_max > limits.alone_points_max:
        raise errors.PolicyPoints(paper=limits.paper_points_max, alone=limits.alone_points_max)
    return limits


def _limits(found: Policy | PolicyProposal) -> Limits:
    return Limits(found.roster_required, found.paper_points_max, found.alone_points_max, found.sample_permille)


def _put_in_force(
    uow: UnitOfWork, book_id: int, limits: Limits, *, set_by: UUID, proposal_id: UUID | None = None
) -> Policy:
    policy = Policy(
        book_id=book_id,
        id=uow.new_id(),
        **asdict(limits),
        set_by=set_by,
        set_at=uow.now,
        proposal_id=proposal_id,
    )
    uow.session.add(policy)
    uow.session.flush()
    return policy


def _lock_open(uow: UnitOfWork, book_id: int, proposal_id: UUID) -> PolicyProposal:
    proposal = queries.lock_policy_proposal(uow.session, book_id, proposal_id)
    state = _view(uow, proposal).state
    if state is not ProposalState.OPEN:
        raise errors.PolicyProposalDecided(state=state)
    return proposal


def _check_another(uow: UnitOfWork, book: str, proposal: PolicyProposal) -> None:
    """Refuse who proposed it, by whichever of his ids, and those close to him."""
    actor, proposers = uow.actor, [proposal.proposed_by, proposal.proposer_owner_id]
    if {actor.id, actor.person_id, actor.owner_id} & set(proposers) or risk.find_kin(
        uow, book=book, resident_ids=proposers
    ):
        raise errors.PolicyProposalOwn


def _view(uow: UnitOfWork, proposal: PolicyProposal) -> ProposalView:
    state = ProposalState(proposal.state)
    is_over = state is ProposalState.OPEN and proposal.expires_at <= uow.now
    return ProposalView(proposal, ProposalState.EXPIRED if is_over else state)


def _decide(uow: UnitOfWork, proposal: PolicyProposal, state: ProposalState, reason: str | None) -> ProposalView:
    proposal.state, proposal.decided_by, proposal.decided_at = state, uow.actor.id, uow.now
    proposal.decision_reason = reason
    uow.session.flush()  # the database says now whether this decision may be
    return _view(uow, proposal)
