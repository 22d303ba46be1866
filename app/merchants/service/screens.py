"""What a till's screen shows beside a receipt: as much of a name as a cashier needs, and when to ask again."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.identity.queries.shown import list_masked_names
from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Page
from app.merchants import terms
from app.merchants.models import Redemption
from app.merchants.queries import merchants as merchant_queries
from app.merchants.service.receipts import Receipt
from app.merchants.terms import RedemptionState

NAMED = frozenset({RedemptionState.PENDING_CONFIRM, RedemptionState.HELD, RedemptionState.CAPTURED})
AWAITED = frozenset({RedemptionState.ORDERED, RedemptionState.PENDING_CONFIRM})


@dataclass(frozen=True, slots=True)
class Screen(Receipt):
    """A receipt as a till shows it. `poll_after`: seconds after which to ask again; None: nothing is awaited."""

    resident_name_masked: str | None = None
    poll_after: int | None = None


@dataclass(frozen=True, slots=True)
class OwnScreen(Receipt):
    """A receipt as its resident's phone shows it: with whom he deals."""

    shop_name: str = ""


def own_answer(uow: UnitOfWork, receipt: Receipt) -> OwnScreen:
    """The screen of a resident's act or look."""
    return own_page(uow, Page([receipt])).items[0]


def own_page(uow: UnitOfWork, page: Page[Receipt]) -> Page[OwnScreen]:
    """The screens of a page, whose shops are read at once."""
    names = merchant_queries.names_of_branches(uow.session, {each.redemption.branch_id for each in page.items})
    shown = [OwnScreen(each.redemption, each.state, names[each.redemption.branch_id]) for each in page.items]
    return Page(shown, page.next_cursor)


def screen_answer(uow: UnitOfWork, receipt: Receipt) -> Screen:
    """The screen of an act. Only where the resident must confirm the name is read: payments have no time for it."""
    if receipt.state is RedemptionState.PENDING_CONFIRM:
        return screen_receipt(uow, receipt)
    return _screen(receipt, None)


def screen_receipt(uow: UnitOfWork, receipt: Receipt) -> Screen:
    """The screen of somebody who looks."""
    return _screens(uow, [receipt])[0]


def screen_page(uow: UnitOfWork, page: Page[Receipt]) -> Page[Screen]:
    """The screens of a page, whose names are read at once."""
    return Page(_screens(uow, page.items), page.next_cursor)


def _screens(uow: UnitOfWork, receipts: Sequence[Receipt]) -> list[Screen]:
    places = [_whose(uow, each) for each in receipts]
    names = list_masked_names(uow.session, {place for place in places if place is not None})
    return [
        _screen(each, None if place is None else names.get(place)) for each, place in zip(receipts, places, strict=True)
    ]


def _whose(uow: UnitOfWork, receipt: Receipt) -> tuple[int, UUID] | None:
    """Whose passbook it is, while a cashier may compare: a shop does not look up who bought what last week."""
    row: Redemption = receipt.redemption
    fresh = uow.now < row.requested_at + terms.NAME_SHOWN
    if not fresh or receipt.state not in NAMED or row.book_id is None or row.resident_id is None:
        return None
    return row.book_id, row.resident_id


def _screen(receipt: Receipt, name: str | None) -> Screen:
    poll_after = terms.POLL_SECONDS if receipt.state in AWAITED else None
    return Screen(receipt.redemption, receipt.state, name, poll_after)
