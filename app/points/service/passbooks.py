"""Passbooks as people read them: figures, what expires when, what is held, and the whole chain to take away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Book, Hold, Lot
from app.points.queries import ChainHead, PassbookFigures, StatementLine
from app.points.rules.accounts import AccountRef, account_id, passbook_of
from app.points.rules.notes import shop_of_hold
from app.points.service import freezing
from app.points.service.cursors import cut_page, read_lot
from app.points.terms import AccountKind

LOTS_SHOWN = 100
EXPORT_STEP_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class Passbook:
    """A passbook at `as_of`. `lots`: the first LOTS_SHOWN that expire; `lots_more`: there are others after them.

    `owed`: points of awards that proved wrong after they were spent.
    """

    book: Book
    owner_id: UUID
    figures: PassbookFigures
    lots: Sequence[Lot]
    lots_more: bool
    owed: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class OpenHold:
    """Points set aside until `expires_at`, and the shop they are for, where the hold is a payment's."""

    hold_id: UUID
    points: int
    placed_at: datetime
    expires_at: datetime
    shop_id: UUID | None
    shop_name: str | None


@dataclass(frozen=True, slots=True)
class FreezeState:
    """How a passbook stands after it was frozen or thawed. `changed`: it did not stand so before."""

    owner_id: UUID
    frozen: bool
    reason: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Export:
    """A passbook's chain up to its head when the export began; later entries do not belong to it."""

    book: Book
    account_id: UUID
    owner_id: UUID
    exported_at: datetime
    head: ChainHead


def show_own_passbook(uow: UnitOfWork, *, book: str) -> Passbook:
    """The passbook of whoever asks; one that never moved reads as empty. Refuses BookMissing."""
    return _passbook(uow, queries.get_book(uow.session, book), uow.actor.id)


def show_passbook(uow: UnitOfWork, *, book: str, owner_id: UUID) -> Passbook:
    """Somebody's passbook. Refuses BookMissing, AccountMissing."""
    found = queries.get_book(uow.session, book)
    _existing(uow, found, owner_id)
    return _passbook(uow, found, owner_id)


def list_own_lots(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Lot]:
    """What expires when in the passbook of whoever asks, earliest first. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    today, account = local_date(uow.now), _account(found, uow.actor.id)
    after = read_lot(cursor)
    rows = queries.list_lots_page(uow.session, found.id, account, today=today, after=after, limit=limit + 1)
    return cut_page(rows, limit, lambda lot: (lot.expires_on.isoformat(), str(lot.budget_id)))


def list_own_holds(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[OpenHold]:
    """What is set aside in the passbook of whoever asks, in the order it was. Refuses BookMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    return _holds(uow, found, _account(found, uow.actor.id), limit, cursor)


def list_passbook_holds(
    uow: UnitOfWork, *, book: str, owner_id: UUID, limit: int, cursor: str | None
) -> Page[OpenHold]:
    """What is set aside in somebody's passbook. Refuses BookMissing, AccountMissing, CursorInvalid."""
    found = queries.get_book(uow.session, book)
    return _holds(uow, found, _existing(uow, found, owner_id), limit, cursor)


def begin_own_export(uow: UnitOfWork, *, book: str) -> Export:
    """Begin to export the passbook of whoever asks: everything up to now. Refuses BookMissing."""
    return _export(uow, queries.get_book(uow.session, book), uow.actor.id)


def begin_export(uow: UnitOfWork, *, book: str, owner_id: UUID) -> Export:
    """Begin to export somebody's passbook: everything up to now. Refuses BookMissing, AccountMissing."""
    found = queries.get_book(uow.session, book)
    _existing(uow, found, owner_id)
    return _export(uow, found, owner_id)


def continue_export(uow: UnitOfWork, export: Export, after: int) -> Sequence[StatementLine]:
    """The next entries of an export, oldest first, above version `after`; none when it is whole.

    Entries never change, so reading them in later transactions still tells the moment the export began.
    """
    if after >= export.head.version:
        return ()
    return queries.list_chain(
        uow.session,
        export.book.id,
        export.account_id,
        after=after,
        through=export.head.version,
        limit=EXPORT_STEP_ENTRIES,
    )


def freeze_owner(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> FreezeState:
    """Freeze a passbook, also one that never earned: it takes points in, but spends none. Refuses BookMissing."""
    found = queries.get_book(uow.session, book)
    changed = freezing.freeze_passbook(uow, found.id, resident_id=owner_id, reason=reason)
    return FreezeState(owner_id, frozen=True, reason=reason, changed=changed)


def thaw_owner(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> FreezeState:
    """Thaw a passbook. Refuses BookMissing, AccountMissing, PassbookClosed."""
    found = queries.get_book(uow.session, book)
    _existing(uow, found, owner_id)
    queries.lock_passbooks(uow.session, found.id, [owner_id], now=uow.now)
    if queries.successors_of(uow.session, found.id, [owner_id]):
        raise errors.PassbookClosed
    changed = freezing.thaw_passbook(uow, found.id, resident_id=owner_id, reason=reason)
    return FreezeState(owner_id, frozen=False, reason=reason, changed=changed)


def _account(book: Book, owner_id: UUID) -> UUID:
    return passbook_of(book.id, owner_id)


def _existing(uow: UnitOfWork, book: Book, owner_id: UUID) -> UUID:
    account = _account(book, owner_id)
    if not queries.has_account(uow.session, book.id, account):
        raise errors.AccountMissing
    return account


def _passbook(uow: UnitOfWork, book: Book, owner_id: UUID) -> Passbook:
    today, account = local_date(uow.now), _account(book, owner_id)
    figures = queries.get_passbook(uow.session, book.id, account, today=today, now=uow.now)
    lots = queries.list_lots_page(uow.session, book.id, account, today=today, after=None, limit=LOTS_SHOWN + 1)
    debt = account_id(book.id, AccountRef(AccountKind.CLAWBACK, owner_id))
    owed = -queries.sum_folded(uow.session, book.id, debt)
    return Passbook(book, owner_id, figures, lots[:LOTS_SHOWN], len(lots) > LOTS_SHOWN, owed, uow.now)


def _holds(uow: UnitOfWork, book: Book, account: UUID, limit: int, cursor: str | None) -> Page[OpenHold]:
    rows = queries.list_open_holds(uow.session, book.id, account, now=uow.now, after=read_id(cursor), limit=limit + 1)
    page = page_by_id(rows, limit, lambda hold: hold.id)
    shops = {hold.id: shop_of_hold(hold.cause) for hold in page.items}
    names = queries.names_of(uow.session, book.id, {shop for shop in shops.values() if shop is not None})
    return Page([_open_hold(hold, shops[hold.id], names) for hold in page.items], page.next_cursor)


def _open_hold(hold: Hold, shop_id: UUID | None, names: dict[UUID, str]) -> OpenHold:
    return OpenHold(
        hold.id, hold.points, hold.placed_at, hold.expires_at, shop_id, names.get(shop_id) if shop_id else None
    )


def _export(uow: UnitOfWork, book: Book, owner_id: UUID) -> Export:
    account = _account(book, owner_id)
    return Export(book, account, owner_id, uow.now, queries.get_chain_head(uow.session, book.id, account))
