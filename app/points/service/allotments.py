"""Allotments: part of a budget in the hands of a station, a team or a coordinator, for a period."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Allotment, AllotmentSpender
from app.points.rules.allotments import check_changeable, check_period, check_spenders, check_total
from app.points.service.funding import allot_points
from app.points.terms import AllotmentState, HolderKind

OVERSEERS = frozenset({Role.TREASURER, Role.AUDITOR})
"""Those who see the allotments of everybody."""


@dataclass(frozen=True, slots=True)
class AllotmentLine:
    """An allotment, what is left of it, and the names of its holder and its budget."""

    allotment: Allotment
    points_left: int
    holder_name: str | None
    budget_name: str


@dataclass(frozen=True, slots=True)
class AllotmentDetail:
    """The same, with those who may award from it."""

    line: AllotmentLine
    spender_ids: Sequence[UUID]


def allot(
    uow: UnitOfWork,
    *,
    book: str,
    budget_id: UUID,
    holder_kind: HolderKind,
    holder_id: UUID,
    period_from: date,
    period_to: date,
    points: int,
    spender_ids: Collection[UUID],
) -> AllotmentDetail:
    """Hand 1 to 10^9 points of a budget to a holder, for a period of whole days (Asia/Shanghai).

    `spender_ids` may award from it; a coordinator it is given to always may. Refuses BookMissing, BudgetMissing,
    HolderMissing, PeriodReversed, PeriodPast, SpendersTooMany, and BudgetInsufficient, upon which nothing stays.
    """
    found = queries.get_book(uow.session, book)
    people = set(spender_ids) | ({holder_id} if holder_kind is HolderKind.COORDINATOR else set())
    check_period(period_from, period_to, today=local_date(uow.now))
    check_spenders(people, field="spender_ids")
    queries.get_budget(uow.session, found.id, budget_id)
    holder = queries.find_owner(uow.session, found.id, holder_id)
    if holder is None or holder.kind != holder_kind:
        raise errors.HolderMissing
    allotment = Allotment(
        book_id=found.id,
        id=uow.new_id(),
        budget_id=budget_id,
        holder_kind=str(holder_kind),
        holder_id=holder_id,
        period_from=period_from,
        period_to=period_to,
        points=points,
        allotted_by=uow.actor.id,
        allotted_at=uow.now,
        state=str(AllotmentState.OPEN),
        closed_by=None,
        closed_at=None,
        returned_points=None,
    )
    uow.session.add(allotment)
    uow.session.flush()  # those who may award refer to it
    _let_spend(uow, allotment, people)
    cause = f"allot:{allotment.id}"
    allot_points(uow, found.id, cause=cause, budget_id=budget_id, allotment_id=allotment.id, points=points)
    return describe_allotment(uow, allotment)


def add_allotment_points(uow: UnitOfWork, *, book: str, allotment_id: UUID, points: int) -> AllotmentDetail:
    """Hand more points of the same budget to an open allotment, up to 10^9 in all.

    Refuses BookMissing, AllotmentMissing, AllotmentClosed, AllotmentOver, AllotmentTooLarge, BudgetInsufficient.
    """
    allotment = _lock_changeable(uow, book, allotment_id)
    allotment.points = check_total(allotment.points, points)
    cause = f"allot:{allotment.id}:{uow.new_id()}"
    allot_points(
        uow, allotment.book_id, cause=cause, budget_id=allotment.budget_id, allotment_id=allotment.id, points=points
    )
    return describe_allotment(uow, allotment)


def add_spenders(uow: UnitOfWork, *, book: str, allotment_id: UUID, person_ids: Collection[UUID]) -> AllotmentDetail:
    """Let more people award from an open allotment; who may already stays.

    Refuses BookMissing, AllotmentMissing, AllotmentClosed, AllotmentOver, SpendersTooMany.
    """
    allotment = _lock_changeable(uow, book, allotment_id)
    before = queries.list_spenders(uow.session, allotment.book_id, allotment.id)
    check_spenders({*before, *person_ids}, field="person_ids")
    _let_spend(uow, allotment, person_ids)
    return describe_allotment(uow, allotment)


def remove_spenders(uow: UnitOfWork, *, book: str, allotment_id: UUID, person_ids: Collection[UUID]) -> AllotmentDetail:
    """Let these people award from an allotment no more; also when its period is over. Who may not is passed over.

    Refuses BookMissing, AllotmentMissing, AllotmentClosed.
    """
    allotment = queries.lock_allotment(uow.session, queries.get_book(uow.session, book).id, allotment_id)
    check_changeable(allotment.state, allotment.period_to, today=allotment.period_to)
    uow.session.execute(
        delete(AllotmentSpender).where(
            AllotmentSpender.book_id == allotment.book_id,
            AllotmentSpender.allotment_id == allotment.id,
            AllotmentSpender.person_id.in_(person_ids),
        )
    )
    return describe_allotment(uow, allotment)


def show_allotment(uow: UnitOfWork, *, book: str, allotment_id: UUID) -> AllotmentDetail:
    """One allotment. Who oversees none sees those to award from. Refuses BookMissing, AllotmentMissing."""
    allotment = queries.get_allotment(uow.session, queries.get_book(uow.session, book).id, allotment_id)
    if not uow.actor.has_any(OVERSEERS):
        _check_spender(uow, allotment)
    return describe_allotment(uow, allotment)


def list_allotments(
    uow: UnitOfWork,
    *,
    book: str,
    holder_id: UUID | None,
    state: AllotmentState | None,
    limit: int,
    cursor: str | None,
) -> Page[AllotmentLine]:
    """Allotments, the youngest first, of one holder or one state when asked. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = queries.list_allotments(
        uow.session, book_id, holder_id=holder_id, state=state, before=read_id(cursor), limit=limit + 1
    )
    return _page(uow, book_id, rows, limit)


def list_own_allotments(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[AllotmentLine]:
    """What the caller may award from, with what is left. Refuses BookMissing, CursorInvalid."""
    book_id = queries.get_book(uow.session, book).id
    rows = queries.list_allotments_of_spender(
        uow.session, book_id, uow.actor.id, before=read_id(cursor), limit=limit + 1
    )
    return _page(uow, book_id, rows, limit)


def describe_allotments(uow: UnitOfWork, book_id: int, allotments: Sequence[Allotment]) -> list[AllotmentLine]:
    """What is left of each, and the names, in three reads however many there are."""
    left = queries.sum_allotment_points(uow.session, book_id, [each.id for each in allotments])
    holders = queries.names_of(uow.session, book_id, {each.holder_id for each in allotments})
    budgets = queries.budget_names_of(uow.session, book_id, {each.budget_id for each in allotments})
    return [
        AllotmentLine(each, left[each.id], holders.get(each.holder_id), budgets[each.budget_id]) for each in allotments
    ]


def describe_allotment(uow: UnitOfWork, allotment: Allotment) -> AllotmentDetail:
    """The same of one, with those who may award from it."""
    [line] = describe_allotments(uow, allotment.book_id, [allotment])
    return AllotmentDetail(line, queries.list_spenders(uow.session, allotment.book_id, allotment.id))


def _lock_changeable(uow: UnitOfWork, book: str, allotment_id: UUID) -> Allotment:
    allotment = queries.lock_allotment(uow.session, queries.get_book(uow.session, book).id, allotment_id)
    check_changeable(allotment.state, allotment.period_to, today=local_date(uow.now))
    return allotment


def _check_spender(uow: UnitOfWork, allotment: Allotment) -> None:
    if not queries.is_spender(uow.session, allotment.book_id, allotment.id, uow.actor.id):
        raise errors.AllotmentMissing


def _let_spend(uow: UnitOfWork, allotment: Allotment, people: Collection[UUID]) -> None:
    if not people:
        return
    rows = [
        {"book_id": allotment.book_id, "allotment_id": allotment.id, "person_id": person} for person in sorted(people)
    ]
    uow.session.execute(insert(AllotmentSpender).values(rows).on_conflict_do_nothing())


def _page(uow: UnitOfWork, book_id: int, rows: Sequence[Allotment], limit: int) -> Page[AllotmentLine]:
    page = page_by_id(rows, limit, lambda allotment: allotment.id)
    return Page(describe_allotments(uow, book_id, page.items), page.next_cursor)
