"""By what a book's awards are held back: its own policy, or what every book begins with."""

from sqlalchemy.orm import Session

from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points_queries
from app.volunteers import errors, queries, terms
from app.volunteers.models import Policy
from app.volunteers.rules.checks import Limits

BEGINNING = Limits(
    roster_required=False,
    paper_points_max=terms.PAPER_POINTS_MAX,
    alone_points_max=terms.ALONE_POINTS_MAX,
    sample_permille=terms.SAMPLE_PERMILLE,
)


def limits_of(session: Session, book_id: int) -> Limits:
    """Give a book's policy, as far as it decides."""
    found = queries.find_policy(session, book_id)
    if found is None:
        return BEGINNING
    return Limits(found.roster_required, found.paper_points_max, found.alone_points_max, found.sample_permille)


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
    """Hold awards back by this from now on; what was before stays to be read. Refuses BookMissing, PolicyPoints."""
    if paper_points_max > alone_points_max:
        raise errors.PolicyPoints(paper=paper_points_max, alone=alone_points_max)
    policy = Policy(
        book_id=points_queries.get_book(uow.session, book).id,
        id=uow.new_id(),
        roster_required=roster_required,
        paper_points_max=paper_points_max,
        alone_points_max=alone_points_max,
        sample_permille=sample_permille,
        set_by=uow.actor.id,
        set_at=uow.now,
    )
    uow.session.add(policy)
    uow.session.flush()
    return policy
