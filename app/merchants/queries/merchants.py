"""Merchants, papers, branches and people: what a book's treasurers, an owner or the district may see of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, select, text
from sqlalchemy.orm import Session

from app.merchants import errors
from app.merchants.models import Application, BankAccount, Branch, Merchant, MerchantPerson, Shop
from app.merchants.terms import TRADING, ApplicationState, BranchState, PersonKind


def lock_merchant(session: Session, merchant_id: UUID) -> Merchant:
    """A merchant, held until the transaction ends. Refuses MerchantMissing."""
    found = session.scalar(
        select(Merchant)
        .where(Merchant.id == merchant_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise errors.MerchantMissing
    return found


def get_merchant_of_home(session: Session, book_id: int, merchant_id: UUID) -> Merchant:
    """A merchant that this book cares for. Refuses MerchantMissing."""
    found = session.get(Merchant, merchant_id)
    if found is None or found.home_book_id != book_id:
        raise errors.MerchantMissing
    return found


_OWNS = text("""
    SELECT 1 FROM merchants_people s LEFT JOIN identity_people p ON p.id = :person_id
     WHERE s.merchant_id = :merchant_id AND s.kind = 'owner' AND s.ended_at IS NULL
       AND (s.person_id = :person_id OR s.phone_index = p.phone_index) LIMIT 1
""")


def get_merchant_of_owner(session: Session, person_id: UUID, merchant_id: UUID) -> Merchant:
    """A merchant of which somebody is a registered owner. Refuses MerchantMissing."""
    found = session.get(Merchant, merchant_id)
    if found is None or session.scalar(_OWNS, {"person_id": person_id, "merchant_id": merchant_id}) is None:
        raise errors.MerchantMissing
    return found


_OWNED = text("""
    SELECT DISTINCT s.merchant_id FROM merchants_people s
     WHERE s.kind = 'owner' AND s.ended_at IS NULL
       AND (s.person_id = :person_id OR s.phone_index = (SELECT phone_index FROM identity_people WHERE id = :person_id))
""")


def list_merchants_of_owner(session: Session, person_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Merchant]:
    """The merchants of which somebody is a registered owner, by id, those after `after`."""
    owned = list(session.scalars(_OWNED, {"person_id": person_id}))
    query = select(Merchant).where(Merchant.id.in_(owned)).order_by(Merchant.id).limit(limit)
    return session.scalars(query if after is None else query.where(Merchant.id > after)).all() if owned else ()


def has_owner(session: Session, merchant_id: UUID) -> bool:
    """Whether anybody is registered as an owner of a merchant, with an account or not yet."""
    owner = exists().where(
        MerchantPerson.merchant_id == merchant_id,
        MerchantPerson.kind == PersonKind.OWNER,
        MerchantPerson.ended_at.is_(None),
    )
    return bool(session.scalar(select(owner)))


def list_merchants(session: Session, book_id: int, *, after: UUID | None, limit: int) -> Sequence[Merchant]:
    """The merchants a book cares for, by id, those after `after`."""
    query = select(Merchant).where(Merchant.home_book_id == book_id).order_by(Merchant.id).limit(limit)
    return session.scalars(query if after is None else query.where(Merchant.id > after)).all()


def is_licence_known(session: Session, licence_index: bytes, *, other_than: UUID) -> bool:
    """Whether another merchant that is not closed has this licence."""
    known = exists().where(
        Merchant.licence_index == licence_index, Merchant.state != "closed", Merchant.id != other_than
    )
    return bool(session.scalar(select(known)))


def find_branch(session: Session, branch_id: UUID) -> Branch | None:
    """A branch, whoever's."""
    return session.get(Branch, branch_id)


def get_branch_of(session: Session, merchant: Merchant, branch_id: UUID) -> Branch:
    """A branch of this merchant. Refuses ShopMissing."""
    branch = session.get(Branch, branch_id)
    if branch is None or branch.merchant_id != merchant.id:
        raise errors.ShopMissing
    return branch


def get_branch_in(session: Session, book_id: int, branch_id: UUID) -> Branch:
    """A branch whose points this book accepts. Refuses ShopMissing."""
    branch = session.get(Branch, branch_id)
    if branch is None or session.get(Shop, (book_id, branch_id)) is None:
        raise errors.ShopMissing
    return branch


def get_branch_of_home(session: Session, book_id: int, branch_id: UUID) -> Branch:
    """A branch of a merchant that this book cares for. Refuses ShopMissing."""
    branch = session.get(Branch, branch_id)
    merchant = None if branch is None else session.get(Merchant, branch.merchant_id)
    if branch is None or merchant is None or merchant.home_book_id != book_id:
        raise errors.ShopMissing
    return branch


def lock_branch(session: Session, branch: Branch) -> Branch:
    """Hold a branch until the transaction ends, as it stands then."""
    return session.scalars(
        select(Branch)
        .where(Branch.id == branch.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def list_branches(session: Session, merchant_id: UUID, *, after: UUID | None, limit: int) -> Sequence[Branch]:
    """The branches of a merchant, by id, those after `after`."""
    query = select(Branch).where(Branch.merchant_id == merchant_id).order_by(Branch.id).limit(limit)
    return session.scalars(query if after is None else query.where(Branch.id > after)).all()


def names_of_branches(session: Session, branch_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of these branches."""
    query = select(Branch.id, Branch.name).where(Branch.id.in_(branch_ids))
    return {row.id: row.name for row in session.execute(query)} if branch_ids else {}


def list_branch_ids(session: Session, merchant_id: UUID, *, limit: int) -> Sequence[UUID]:
    """The ids of the first branches of a merchant."""
    query = select(Branch.id).where(Branch.merchant_id == merchant_id).order_by(Branch.id).limit(limit)
    return session.scalars(query).all()


def list_branches_on(session: Session, street: str, *, after: UUID | None, limit: int) -> Sequence[Branch]:
    """The branches of a street, by id, those after `after`."""
    query = select(Branch).where(Branch.street == street).order_by(Branch.id).limit(limit)
    return session.scalars(query if after is None else query.where(Branch.id > after)).all()


def list_acceptable(
    session: Session, book_id: int, *, branch_ids: Sequence[UUID], street: str | None, limit: int
) -> Sequence[Branch]:
    """Open branches (these, or all of a street) that a book does not accept yet."""
    query = (
        select(Branch)
        .join(Merchant, Merchant.id == Branch.merchant_id)
        .where(Branch.state == BranchState.OPEN, Merchant.state.in_(TRADING))
        .where(~exists().where(Shop.book_id == book_id, Shop.id == Branch.id))
    )
    wanted = Branch.id.in_(branch_ids) if street is None else Branch.street == street
    return session.scalars(query.where(wanted).order_by(Branch.id).limit(limit)).all()


def find_bank_account(session: Session, merchant_id: UUID) -> BankAccount | None:
    """Where a merchant's money goes now."""
    return session.scalar(
        select(BankAccount).where(BankAccount.merchant_id == merchant_id, BankAccount.ended_at.is_(None))
    )


def list_bank_accounts(session: Session, merchant_id: UUID, *, limit: int) -> Sequence[BankAccount]:
    """Where a merchant's money goes and went, newest first."""
    query = select(BankAccount).where(BankAccount.merchant_id == merchant_id)
    return session.scalars(query.order_by(BankAccount.id.desc()).limit(limit)).all()


_PAYABLE = text("""
    SELECT m.name, m.state, b.state AS branch_state, a.payable_from
      FROM merchants_branches b JOIN merchants_merchants m ON m.id = b.merchant_id
      LEFT JOIN merchants_bank_accounts a ON a.merchant_id = m.id AND a.ended_at IS NULL
     WHERE b.id = :branch_id
""")


def get_payout(session: Session, branch_id: UUID) -> Row[Any]:
    """What decides whether a branch may be paid: its state, its merchant's name and state, from when its account."""
    return session.execute(_PAYABLE, {"branch_id": branch_id}).one()


def get_application(session: Session, book_id: int, application_id: UUID, *, lock: bool = False) -> Application:
    """Papers that this book reviews; with `lock` held until the transaction ends. Refuses ApplicationMissing."""
    found = session.get(Application, application_id, with_for_update=lock or None, populate_existing=lock)
    if found is None or found.book_id != book_id:
        raise errors.ApplicationMissing
    return found


def list_applications(
    session: Session, book_id: int, *, state: ApplicationState, before: UUID | None, limit: int
) -> Sequence[Application]:
    """Papers of one state that a book reviews, newest first."""
    query = select(Application).where(Application.book_id == book_id, Application.state == state)
    if before is not None:
        query = query.where(Application.id < before)
    return session.scalars(query.order_by(Application.id.desc()).limit(limit)).all()


def list_applications_by(
    session: Session, applied_by: UUID, *, before: UUID | None, limit: int
) -> Sequence[Application]:
    """What somebody applied for, newest first."""
    query = select(Application).where(Application.applied_by == applied_by)
    if before is not None:
        query = query.where(Application.id < before)
    return session.scalars(query.order_by(Application.id.desc()).limit(limit)).all()


def lock_person(session: Session, merchant_id: UUID, registration_id: UUID) -> MerchantPerson:
    """A registration of a merchant, held until the transaction ends. Refuses PersonMissing."""
    found = session.get(MerchantPerson, registration_id, with_for_update=True, populate_existing=True)
    if found is None or found.merchant_id != merchant_id:
        raise errors.PersonMissing
    return found


def list_people(session: Session, merchant_id: UUID, *, after: UUID | None, limit: int) -> Sequence[MerchantPerson]:
    """Owners and staff of a merchant, also those of before, by id, those after `after`."""
    query = select(MerchantPerson).where(MerchantPerson.merchant_id == merchant_id).order_by(MerchantPerson.id)
    return session.scalars((query if after is None else query.where(MerchantPerson.id > after)).limit(limit)).all()
