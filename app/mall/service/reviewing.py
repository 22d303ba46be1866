"""Looking at payments: one's own, a book's, and those that somebody has to decide on; at refunds that went wrong."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.mall import errors, queries, terms
from app.mall.models import Earn, MallRefund
from app.mall.service.earning import ask_to_report
from app.mall.service.judging import settle
from app.mall.terms import EarnState, Reason, RefundState
from app.points import queries as points_queries
from app.risk.service import find_kin


def list_earns(uow: UnitOfWork, *, book: str, state: EarnState | None, limit: int, cursor: str | None) -> Page[Earn]:
    """The payments of a book, newest first; in one state where given. Refuses BookMissing, CursorInvalid."""
    return _page(uow, book, state, None, limit, cursor)


def list_own_earns(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Earn]:
    """The payments of whoever asks, newest first, with the points that follow. Refuses BookMissing, CursorInvalid."""
    return _page(uow, book, None, uow.actor.id, limit, cursor)


def retry_earn(uow: UnitOfWork, *, book: str, earn_id: UUID) -> Earn:
    """Look at it again, for another day; one of the shop's kin passes by it, and one that anti-fraud stopped.

    Refuses BookMissing, EarnMissing, EarnNotInReview, EarnOfKin.
    """
    earn = _in_review(uow, book, earn_id)
    if earn.reason in {Reason.KIN_OF_SHOP, Reason.STOPPED} and earn.resident_id is not None:
        if find_kin(uow, book=book, resident_ids=[earn.resident_id]):
            raise errors.EarnOfKin
        if earn.reason == Reason.STOPPED:
            earn.passed_by = uow.actor.id
        else:
            earn.cleared_by = uow.actor.id
    earn.state, earn.look_at, earn.parked_until = EarnState.PARKED, uow.now, uow.now + terms.PARKED_MAX
    return earn


def refuse_earn(uow: UnitOfWork, *, book: str, earn_id: UUID) -> Earn:
    """Give no points for it, and tell WeChat Pay so. Refuses BookMissing, EarnMissing, EarnNotInReview."""
    earn = _in_review(uow, book, earn_id)
    earn.state, earn.points = EarnState.REFUSED, 0
    settle(uow, earn, points=0)
    ask_to_report(uow, earn, 0)
    return earn


def list_refunds(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[MallRefund]:
    """The refunds that somebody has to look at, newest first. Refuses BookMissing, CursorInvalid."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_refunds(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda refund: refund.id)


def close_refund(uow: UnitOfWork, *, book: str, mall_refund_id: UUID) -> MallRefund:
    """Note that somebody looked at it. Should its payment be told after all, it is taken in.

    Refuses BookMissing, RefundMissing, RefundNotInReview.
    """
    refund = queries.lock_refund(uow.session, points_queries.get_book(uow.session, book).id, mall_refund_id)
    if refund.state != RefundState.REVIEW:
        raise errors.RefundNotInReview(state=refund.state)
    refund.state, refund.closed_by, refund.closed_at = RefundState.CLOSED, uow.actor.id, uow.now
    return refund


def _in_review(uow: UnitOfWork, book: str, earn_id: UUID) -> Earn:
    earn = queries.lock_earn(uow.session, points_queries.get_book(uow.session, book).id, earn_id)
    if earn.state != EarnState.REVIEW:
        raise errors.EarnNotInReview(state=earn.state)
    return earn


def _page(  # noqa: PLR0917 - what a list is narrowed by, in the order of its two callers
    uow: UnitOfWork, book: str, state: EarnState | None, resident_id: UUID | None, limit: int, cursor: str | None
) -> Page[Earn]:
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_earns(
        uow.session, book_id, state=state, resident_id=resident_id, before=read_id(cursor), limit=limit + 1
    )
    return page_by_id(rows, limit, lambda earn: earn.id)
