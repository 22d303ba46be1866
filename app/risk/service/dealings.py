"""What became of what was decided on: payments, gifts and refunds, as the feature tells it that made them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.risk import queries
from app.risk.models import DecisionRow
from app.risk.terms import EventKind, Fate

Key = tuple[EventKind, UUID]
ASKED = frozenset({EventKind.REDEEM, EventKind.REFUND})


@dataclass(frozen=True, slots=True)
class Dealing:
    """One of them. `number`: the shop's own, of a gift its title; `state`: the feature's word for it.

    `points`: what moved or is set aside. Of the resident as much of the name as a shop sees; None: nobody confirmed.
    """

    key: Key
    number: str
    state: str
    fate: Fate
    points: int
    shop_name: str
    resident_name_masked: str | None


DealingsOf = Callable[[UnitOfWork, Collection[tuple[int, UUID]]], Sequence[Dealing]]
"""Those of some facts (book, subject). Shops stand above: the factory gives the function."""


def no_dealings(_uow: UnitOfWork, _facts: Collection[tuple[int, UUID]]) -> Sequence[Dealing]:
    """Where nobody tells."""
    return ()


@dataclass(frozen=True, slots=True)
class CasePayment:
    """A decision of a case, and what became of what it was on; None: it is no payment, gift or refund."""

    decision: DecisionRow
    dealing: Dealing | None


def list_case_payments(
    uow: UnitOfWork, *, book: str, case_id: UUID, limit: int, cursor: str | None, dealings_of: DealingsOf
) -> Page[CasePayment]:
    """What became of all that is in a case, newest first. Refuses BookMissing, CaseMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    queries.get_case(uow.session, book_id, case_id)
    rows = queries.list_case_decisions(uow.session, book_id, case_id, before=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda decision: decision.id)
    told = told_of(uow, page.items, dealings_of)
    return Page([CasePayment(each, told.get(key_of(each))) for each in page.items], page.next_cursor)


def told_of(uow: UnitOfWork, decisions: Sequence[DecisionRow], dealings_of: DealingsOf) -> Mapping[Key, Dealing]:
    """Give what became of the subjects of some decisions, all at once."""
    asked = {(each.book_id, each.subject_id) for each in decisions if each.kind in ASKED}
    return {dealing.key: dealing for dealing in dealings_of(uow, asked)} if asked else {}


def fates_of(uow: UnitOfWork, decisions: Sequence[DecisionRow], dealings_of: DealingsOf) -> Mapping[UUID, Fate]:
    """Give what became of the subjects of some decisions, by the decision's id, where it is known."""
    told = told_of(uow, decisions, dealings_of)
    return {each.id: told[key].fate for each in decisions if each.kind in ASKED and (key := key_of(each)) in told}


def key_of(decision: DecisionRow) -> Key:
    """Under which key a decision's subject is told."""
    return EventKind(decision.kind), decision.subject_id
