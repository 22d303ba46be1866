"""Merchants and branches after they are enrolled: states, people of the house, and the books that accept them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, terms
from app.merchants.models import BankAccount, Branch, Merchant, MerchantPerson
from app.merchants.queries import merchants as queries
from app.merchants.rules import papers as rules
from app.merchants.service import own
from app.merchants.service.papers import accept_branches
from app.merchants.terms import BranchState, MerchantState, PersonKind
from app.points import queries as points_queries

ACCOUNTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class MerchantSheet:
    """A merchant, where its money goes and went, and the first of its branches."""

    merchant: Merchant
    accounts: Sequence[BankAccount]
    branches: Sequence[Branch]


def list_merchants(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Merchant]:
    """The merchants a book cares for."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_merchants(uow.session, book_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def list_own_merchants(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Merchant]:
    """The merchants of which the caller is a registered owner."""
    rows = queries.list_merchants_of_owner(uow.session, owner_of(uow), after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def merchant_of_home(uow: UnitOfWork, book: str, merchant_id: UUID) -> Merchant:
    """A merchant that a book cares for. Refuses MerchantMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    return queries.get_merchant_of_home(uow.session, book_id, merchant_id)


def merchant_of_owner(uow: UnitOfWork, merchant_id: UUID) -> Merchant:
    """A merchant that is the caller's. Refuses MerchantMissing."""
    return queries.get_merchant_of_owner(uow.session, owner_of(uow), merchant_id)


def branch_of_home(uow: UnitOfWork, book: str, shop_id: UUID) -> Branch:
    """A branch of a merchant that a book cares for. Refuses ShopMissing."""
    return queries.get_branch_of_home(uow.session, points_queries.get_book(uow.session, book).id, shop_id)


def branch_in(uow: UnitOfWork, book: str, shop_id: UUID) -> Branch:
    """A branch whose points a book accepts. Refuses ShopMissing."""
    return queries.get_branch_in(uow.session, points_queries.get_book(uow.session, book).id, shop_id)


def branch_of_owner(uow: UnitOfWork, merchant_id: UUID, branch_id: UUID) -> Branch:
    """A branch of a merchant of the caller's. Refuses MerchantMissing, ShopMissing."""
    return queries.get_branch_of(uow.session, merchant_of_owner(uow, merchant_id), branch_id)


def show_merchant(uow: UnitOfWork, merchant: Merchant) -> MerchantSheet:
    """A merchant with its bank accounts (masked) and the first of its branches."""
    accounts = queries.list_bank_accounts(uow.session, merchant.id, limit=ACCOUNTS_SHOWN)
    branches = queries.list_branches(uow.session, merchant.id, after=None, limit=terms.BRANCHES_MAX)
    return MerchantSheet(merchant, accounts, branches)


def change_merchant(uow: UnitOfWork, merchant: Merchant, *, state: MerchantState, reason: str) -> Merchant:
    """Suspend, resume or close a merchant. One person stops it, another lets it go on; only then it closes.

    Refuses OwnBusiness, MerchantClosed, StateSame, CloseSuspended, ResumeBySame.
    """
    own.check_merchant(uow, merchant.id)
    found = queries.lock_merchant(uow.session, merchant.id)
    rules.check_change(found.state, state, changed_by=found.changed_by, by=uow.actor.id)
    if state is MerchantState.ACTIVE and found.licence_index is None:
        state = MerchantState.UNVERIFIED  # it goes on as what it was: papers are not replaced by a pause
    found.state = state
    found.changed_by, found.changed_at, found.changed_why = uow.actor.id, uow.now, reason
    return found


def change_branch(uow: UnitOfWork, branch: Branch, *, state: BranchState, reason: str) -> Branch:
    """Suspend, resume or close a branch, as `change_merchant`."""
    own.check_merchant(uow, branch.merchant_id)
    found = queries.lock_branch(uow.session, branch)
    rules.check_change(found.state, state, changed_by=found.changed_by, by=uow.actor.id)
    found.state = state
    found.changed_by, found.changed_at, found.changed_why = uow.actor.id, uow.now, reason
    return found


def register_person(
    uow: UnitOfWork,
    merchant: Merchant,
    *,
    kind: PersonKind,
    name: str,
    phone: str | None,
    person_id: UUID | None,
    shop_id: UUID | None,
) -> MerchantPerson:
    """Write down that somebody is an owner or of the staff: he redeems nothing there from now on.

    Refuses PersonNeeded without a number or an account, OwnerBranch, ShopMissing.
    """
    if phone is None and person_id is None:
        raise errors.PersonNeeded
    if kind is PersonKind.OWNER and shop_id is not None:
        raise errors.OwnerBranch
    if shop_id is not None:
        queries.get_branch_of(uow.session, merchant, shop_id)
    person = MerchantPerson(
        id=uow.new_id(),
        merchant_id=merchant.id,
        branch_id=shop_id,
        kind=kind,
        name=name,
        person_id=person_id,
        phone_index=None if phone is None else vault().index(phone, kind="phone"),
        registered_by=uow.actor.id,
        registered_at=uow.now,
    )
    uow.session.add(person)
    return person


def end_person(uow: UnitOfWork, merchant: Merchant, *, registration_id: UUID, reason: str) -> MerchantPerson:
    """End a registration: who left the shop may redeem there again, and decide about it at the desk.

    So nobody of the house ends one. Refuses OwnBusiness, PersonMissing, PersonEnded.
    """
    own.check_merchant(uow, merchant.id)
    person = queries.lock_person(uow.session, merchant.id, registration_id)
    if person.ended_at is not None:
        raise errors.PersonEnded
    person.ended_by, person.ended_at, person.ended_why = uow.actor.id, uow.now, reason
    return person


def list_people(uow: UnitOfWork, merchant: Merchant, *, limit: int, cursor: str | None) -> Page[MerchantPerson]:
    """Owners and staff of a merchant, also those of before."""
    rows = queries.list_people(uow.session, merchant.id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def list_branches(uow: UnitOfWork, *, street: str, limit: int, cursor: str | None) -> Page[Branch]:
    """The branches of a street, whoever's: for the district office, which joins streets and books."""
    rows = queries.list_branches_on(uow.session, street, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def accept_into_book(uow: UnitOfWork, *, book: str, branch_ids: Sequence[UUID], street: str | None) -> Sequence[Branch]:
    """Let a book accept points at these branches, or at up to fifty more of a street; answers those that are new.

    Refuses BookMissing. Suspended and unknown branches are left out.
    """
    book_id = points_queries.get_book(uow.session, book).id
    found = queries.list_acceptable(
        uow.session, book_id, branch_ids=branch_ids, street=street, limit=terms.BRANCHES_MAX
    )
    accept_branches(uow, book_id, list(found))
    return found


def owner_of(uow: UnitOfWork) -> UUID:
    """The account that asks."""
    return uow.actor.person_id or uow.actor.id


def get_branch(uow: UnitOfWork, branch_id: UUID) -> Branch:
    """Any branch, for the district office. Refuses ShopMissing."""
    found = queries.find_branch(uow.session, branch_id)
    if found is None:
        raise errors.ShopMissing
    return found
