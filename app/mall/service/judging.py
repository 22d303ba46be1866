"""What anti-fraud says of points for a payment, and what it is told afterwards: here its engine is joined."""

from app.identity import queries as identity_queries
from app.identity.queries import AccountFacts
from app.infra.unit_of_work import UnitOfWork
from app.mall.models import Earn
from app.points import queries as points_queries
from app.risk.service import Event, decide, settle_decision
from app.risk.terms import EventKind, Outcome, Reason

MODE = "mall"
PASSES = frozenset({Outcome.APPROVE, Outcome.REVIEW})


def may_award(uow: UnitOfWork, earn: Earn, *, book: str, points: int) -> bool:
    """Ask whether points may go out, in the transaction that would pay them. Once for one payment.

    What is stopped, and what the rules could not be asked about, is paid when somebody let it pass; what is declined
    is not. The telephone is the one that whoever paid used last.
    """
    assert earn.owner_book_id is not None  # noqa: S101 - ck_mall_earns_pending
    assert earn.resident_id is not None  # noqa: S101 - as above
    book_id = earn.owner_book_id
    passbook = points_queries.persons_of(uow.session, book_id, {earn.resident_id})[earn.resident_id].passbook_id
    accounts = identity_queries.list_facts_of_owners(uow.session, book, [passbook], now=uow.now)
    account = accounts.get(passbook, AccountFacts())
    decision = decide(
        uow,
        Event(
            kind=EventKind.AWARD,
            book_id=book_id,
            subject_id=earn.id,
            resident_id=passbook,
            person_id=account.person_id,
            device_id=account.installation,
            household_id=points_queries.households_of(uow.session, book_id, {passbook}).get(passbook),
            shop_id=earn.shop_id,
            points=points,
            order_fen=earn.amount_fen - earn.refunded_fen,
            mode=MODE,
            facts=account.told(uow.now),
        ),
    )
    if decision.outcome in PASSES and Reason.ENGINE_FAILED not in decision.reasons:
        return True
    return decision.outcome is not Outcome.DECLINE and earn.passed_by is not None


def settle(uow: UnitOfWork, earn: Earn, *, points: int) -> None:
    """Tell it how many points of a payment went out in the end: its windows count those."""
    if earn.owner_book_id is not None:
        settle_decision(uow, earn.owner_book_id, EventKind.AWARD, earn.id, points=points)
