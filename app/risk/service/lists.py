"""Lists that rules may ask: whom to watch, whom to stop. Items have a reason, and an end where one is given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, Page, page_by_id, read_id
from app.risk import errors, queries
from app.risk.models import ListItem, RiskList
from app.risk.service import shelf
from app.risk.service.own import HouseShops, check_not_near, no_shops
from app.risk.terms import EXPIRED, ITEMS_MAX, LISTS_MAX, OPERATOR


def create_list(uow: UnitOfWork, *, book: str | None, code: str, title: str) -> RiskList:
    """Begin a list; rules ask for it as `list_<code>`. Refuses BookMissing, ListTaken, ListsFull."""
    book_id = queries.get_book_id(uow.session, book)
    queries.lock_lists(uow.session, book_id)
    if queries.count_lists(uow.session, book_id, besides=shelf.defaults().list_codes()) >= LISTS_MAX:
        raise errors.ListsFull(most=LISTS_MAX)
    if not _insert(uow, book_id, code, title):
        raise errors.ListTaken(list=code)
    return queries.get_list(uow.session, book_id, code)


def list_lists(uow: UnitOfWork, *, book: str | None, limit: int, cursor: str | None) -> Page[RiskList]:
    """Lists by their code; those that come with Linli are there before anything is on them.

    Refuses BookMissing, CursorInvalid.
    """
    book_id = queries.get_book_id(uow.session, book)
    after = None if cursor is None else str(Cursor.decode(cursor, str).parts[0])
    rows = [*queries.list_lists(uow.session, book_id, after=after, limit=limit + 1), *_built_in(uow, book_id, after)]
    rows.sort(key=lambda found: found.code)
    kept = rows[:limit]
    return Page(kept, Cursor((kept[-1].code,)).encode() if len(rows) > limit else None)


def list_items(uow: UnitOfWork, *, book: str | None, code: str, limit: int, cursor: str | None) -> Page[ListItem]:
    """Items of a list, newest first. Refuses BookMissing, ListMissing, CursorInvalid."""
    book_id = queries.get_book_id(uow.session, book)
    if code not in shelf.defaults().list_codes():
        queries.get_list(uow.session, book_id, code)
    rows = queries.list_items(uow.session, book_id, code, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda item: item.id)


def add_item(
    uow: UnitOfWork,
    *,
    book: str | None,
    code: str,
    value: UUID,
    reason: str,
    expires_at: datetime | None,
    house_shops: HouseShops = no_shops,
) -> ListItem:
    """Put somebody or something on a list, by its id, once. Those of the built-in rules are there from the first item.

    Refuses BookMissing, ItemOver, ListMissing, ItemListed, ListFull, OwnRisk.
    """
    book_id = queries.get_book_id(uow.session, book)
    if expires_at is not None and expires_at <= uow.now:
        raise errors.ItemOver
    check_not_near(uow, value, book=book, book_id=book_id, house_shops=house_shops)
    if code in shelf.defaults().list_codes():
        _insert(uow, book_id, code, code)
    queries.lock_list(uow.session, book_id, code)
    _clear_place(uow, book_id, code, value)
    if queries.count_items(uow.session, book_id, code) >= ITEMS_MAX:
        raise errors.ListFull(list=code, most=ITEMS_MAX)
    item = ListItem(
        book_id=book_id,
        id=uow.new_id(),
        list_code=code,
        value=str(value),
        reason=reason,
        added_by=uow.actor.id,
        added_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(item)
    uow.session.flush()
    return item


def remove_item(
    uow: UnitOfWork, *, book: str | None, code: str, item_id: UUID, reason: str, house_shops: HouseShops = no_shops
) -> ListItem:
    """Take an item off a list, saying why; that it was there stays written.

    Refuses BookMissing, ItemMissing, OwnRisk.
    """
    book_id = queries.get_book_id(uow.session, book)
    item = queries.lock_item(uow.session, book_id, code, item_id)
    check_not_near(uow, UUID(item.value), book=book, book_id=book_id, house_shops=house_shops)
    item.removed_by, item.removed_at, item.removed_why = uow.actor.id, uow.now, reason
    return item


def _clear_place(uow: UnitOfWork, book_id: int, code: str, value: UUID) -> None:
    """Take off what is over, so that it can be put there anew. Refuses ItemListed for what is in force."""
    found = queries.find_item(uow.session, book_id, code, str(value))
    if found is None:
        return
    if found.expires_at is None or found.expires_at > uow.now:
        raise errors.ItemListed(list=code, item=str(found.id))
    found.removed_by, found.removed_at, found.removed_why = uow.actor.id, uow.now, EXPIRED
    uow.session.flush()


def _built_in(uow: UnitOfWork, book_id: int, after: str | None) -> list[RiskList]:
    """The lists that come with Linli and are not stored yet, of those after a code."""
    codes = shelf.defaults().list_codes()
    missing = codes - queries.list_stored_codes(uow.session, book_id, codes)
    return [
        RiskList(book_id=book_id, code=code, title=code, created_by=OPERATOR)
        for code in missing
        if after is None or code > after
    ]


def _insert(uow: UnitOfWork, book_id: int, code: str, title: str) -> bool:
    row = insert(RiskList).values(book_id=book_id, code=code, title=title, created_by=uow.actor.id, created_at=uow.now)
    return uow.session.scalar(row.on_conflict_do_nothing().returning(RiskList.code)) is not None
