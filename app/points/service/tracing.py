"""Every point's way: from a passbook line to its rule, evidence, allotment, budget and sponsor, and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.points import errors, queries
from app.points.queries import RegisterLine
from app.points.rules.accounts import AccountRef, account_id
from app.points.service.cursors import cut_page, read_day_and_id
from app.points.terms import AccountKind


@dataclass(frozen=True, slots=True)
class AwardsOrigin:
    """Where awards come from: exactly one of these is given."""

    budget_id: UUID | None = None
    sponsor_id: UUID | None = None
    allotment_id: UUID | None = None
    coordinator_id: UUID | None = None
    rule: str | None = None
    subject: str | None = None
    evidence: str | None = None

    def only(self) -> tuple[str, Any]:
        """The name and value of the one that is given. Refuses AwardsOriginUnclear for none and for several."""
        given = [(field.name, value) for field in fields(self) if (value := getattr(self, field.name)) is not None]
        if len(given) != 1:
            raise errors.AwardsOriginUnclear
        return given[0]


def trace_transaction(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> Any:
    """What a transaction rests on, see `queries.find_trace`. Refuses BookMissing, TransactionMissing."""
    return _trace(uow, queries.get_book(uow.session, book).id, transaction_id, None)


def trace_own_line(uow: UnitOfWork, *, book: str, transaction_id: UUID) -> Any:
    """The same for a line of the passbook of whoever asks. Refuses BookMissing, TransactionMissing (also others')."""
    book_id = queries.get_book(uow.session, book).id
    return _trace(uow, book_id, transaction_id, account_id(book_id, AccountRef(AccountKind.RESIDENT, uow.actor.id)))


def list_own_rule_awards(
    uow: UnitOfWork,
    *,
    book: str,
    rule: str | None,
    performed_from: date | None,
    performed_to: date | None,
    limit: int,
    cursor: str | None,
) -> Page[RegisterLine]:
    """What the actor awarded, the youngest first; of a rule, done in a period. Refuses BookMissing, CursorInvalid."""
    rows = queries.list_awards_by(
        uow.session,
        queries.get_book(uow.session, book).id,
        uow.actor.id,
        rule=rule,
        performed_from=performed_from,
        performed_to=performed_to,
        before=read_id(cursor),
        limit=limit + 1,
    )
    return _page(rows, limit)


def list_rule_awards(
    uow: UnitOfWork, *, book: str, origin: AwardsOrigin, limit: int, cursor: str | None
) -> Page[RegisterLine]:
    """What was paid from one origin, the youngest first; by a rule, what was done last first.

    Refuses BookMissing, AwardsOriginUnclear, CursorInvalid.
    """
    book_id = queries.get_book(uow.session, book).id
    name, value = origin.only()
    if name == "rule":
        before = read_day_and_id(cursor)
        rows = queries.list_awards_of_rule(uow.session, book_id, value, before=before, limit=limit + 1)
        return cut_page(rows, limit, lambda line: (line.record.performed_on.isoformat(), str(line.record.id)))
    rows = _BY_ORIGIN[name](uow.session, book_id, value, before=read_id(cursor), limit=limit + 1)
    return _page(rows, limit)


_BY_ORIGIN: dict[str, Callable[..., Sequence[RegisterLine]]] = {
    "budget_id": queries.list_awards_of_budget,
    "sponsor_id": queries.list_awards_of_sponsor,
    "allotment_id": queries.list_awards_of_allotment,
    "coordinator_id": queries.list_awards_by,
    "subject": queries.list_awards_of_subject,
    "evidence": queries.list_awards_of_evidence,
}


def _page(rows: Sequence[RegisterLine], limit: int) -> Page[RegisterLine]:
    return page_by_id(rows, limit, lambda line: line.record.id)


def _trace(uow: UnitOfWork, book_id: int, transaction_id: UUID, account: UUID | None) -> Any:
    found = queries.find_trace(uow.session, book_id, transaction_id, account_id=account)
    if found is None:
        raise errors.TransactionMissing
    return found
