"""A merchant's papers: applied for, reviewed, approved, each by somebody else (docs/decisions/0021-at-the-till.md)."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.paging import Page, page_by_id, read_id
from app.merchants import errors, terms
from app.merchants.models import Application, BankAccount, Branch, Merchant, MerchantPerson, Shop
from app.merchants.queries import merchants as queries
from app.merchants.rules import papers as rules
from app.merchants.service import own, paper_notices
from app.merchants.terms import ApplicationKind, ApplicationState, BranchState, MerchantState, PersonKind
from app.points import queries as points_queries
from app.points import service as points_service
from app.points.terms import OwnerKind

OPEN_ONCE = "uq_merchants_applications_open"
LICENCE_OPEN_ONCE = "uq_merchants_applications_licence"
LICENCE_ONCE = "uq_merchants_merchants_licence"


def apply_to_enrol(uow: UnitOfWork, *, book: str, merchant_id: UUID | None, papers: Mapping[str, Any]) -> Application:
    """Hand in the papers of a merchant for a book to review: a new one, or one known by name only (`merchant_id`).

    `papers`: name, licence_no, contact_name, contact_phone, bank {bank, holder, account_no}, branches. Refuses
    BookMissing, MerchantMissing, MerchantVerified, BranchesNeeded, LicenceWrong, BankUnfit, BranchTwice, LicenceKnown,
    ApplicationOpen (also of the same licence by the same person: a stranger's papers hold nobody up).
    """
    book_id = points_queries.get_book(uow.session, book).id
    if merchant_id is not None:
        merchant = queries.get_merchant_of_home(uow.session, book_id, merchant_id)
        if merchant.state != MerchantState.UNVERIFIED:
            raise errors.MerchantVerified
    elif not papers["branches"]:
        raise errors.BranchesNeeded
    rules.check_licence(papers["licence_no"])
    rules.check_bank(papers["bank"], field="papers.bank")
    rules.check_branches(papers["branches"])
    made_for = merchant_id or uow.new_id()
    licence_index = vault().index(papers["licence_no"], kind="licence")
    if queries.is_licence_known(uow.session, licence_index, other_than=made_for):
        raise errors.LicenceKnown
    return _open(uow, book_id, made_for, ApplicationKind.ENROL, papers, licence_index=licence_index)


def apply_for_bank(uow: UnitOfWork, merchant: Merchant, *, bank: Mapping[str, Any]) -> Application:
    """Ask for another bank account of a merchant, to be approved by another person.

    Refuses BankUnfit, ApplicationOpen.
    """
    rules.check_bank(bank, field="bank")
    papers = {"name": merchant.name, "bank": bank}
    return _open(uow, merchant.home_book_id, merchant.id, ApplicationKind.BANK, papers)


def review_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> Application:
    """Say as the first of two reviewers that papers are in order.

    Refuses ApplicationMissing, OwnBusiness, ApplicationDecided, ReviewBySame.
    """
    found = _lock(uow, book, application_id)
    own.check_papers(uow, found.merchant_id, _open_papers(found))
    rules.check_review(kind=found.kind, state=found.state, applied_by=found.applied_by, reviewer=uow.actor.id)
    found.state = ApplicationState.REVIEWED
    found.reviewed_by, found.reviewed_at = uow.actor.id, uow.now
    uow.session.flush()  # the database says now whether this review may be
    return found


def approve_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> Application:
    """Approve papers as the last person, and do what they ask for.

    Refuses ApplicationMissing, OwnBusiness, ApplicationDecided, NotReviewed, ReviewBySame, LicenceKnown.
    """
    found = _lock(uow, book, application_id)
    papers = _open_papers(found)
    own.check_papers(uow, found.merchant_id, papers)
    rules.check_approval(
        kind=found.kind,
        state=found.state,
        applied_by=found.applied_by,
        reviewed_by=found.reviewed_by,
        approver=uow.actor.id,
    )
    found.state = ApplicationState.APPROVED
    found.decided_by, found.decided_at = uow.actor.id, uow.now
    uow.session.flush()
    if found.kind == ApplicationKind.ENROL:
        _enrol(uow, found, papers)
    _set_bank_account(uow, found, papers["bank"])
    paper_notices.tell_decided(uow, found, papers)
    return found


def reject_application(uow: UnitOfWork, *, book: str, application_id: UUID, reason: str) -> Application:
    """Refuse papers, with a reason. Refuses ApplicationMissing, ApplicationDecided, ReviewBySame."""
    found = _lock(uow, book, application_id)
    rules.check_rejection(state=found.state, applied_by=found.applied_by, by=uow.actor.id)
    found.state = ApplicationState.REJECTED
    found.decided_by, found.decided_at, found.decided_why = uow.actor.id, uow.now, reason
    paper_notices.tell_decided(uow, found, _open_papers(found))
    return found


def list_applications(
    uow: UnitOfWork, *, book: str, state: ApplicationState, limit: int, cursor: str | None
) -> Page[Application]:
    """Papers of one state that a book reviews, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = queries.list_applications(uow.session, book_id, state=state, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def list_own_applications(uow: UnitOfWork, *, limit: int, cursor: str | None) -> Page[Application]:
    """What the caller applied for, newest first."""
    rows = queries.list_applications_by(uow.session, uow.actor.id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def show_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> Application:
    """One application. Refuses ApplicationMissing."""
    return queries.get_application(uow.session, points_queries.get_book(uow.session, book).id, application_id)


def withdraw_application(uow: UnitOfWork, *, application_id: UUID) -> Application:
    """Take one's own papers back. Refuses ApplicationMissing (also another's), ApplicationDecided."""
    found = uow.session.get(Application, application_id, with_for_update=True, populate_existing=True)
    if found is None or found.applied_by != uow.actor.id:
        raise errors.ApplicationMissing
    if found.state not in {ApplicationState.OPEN, ApplicationState.REVIEWED}:
        raise errors.ApplicationDecided(state=found.state)
    found.state = ApplicationState.WITHDRAWN
    found.decided_by, found.decided_at = uow.actor.id, uow.now
    return found


def _open(
    uow: UnitOfWork,
    book_id: int,
    merchant_id: UUID,
    kind: ApplicationKind,
    papers: Mapping[str, Any],
    *,
    licence_index: bytes | None = None,
) -> Application:
    made_id = uow.new_id()
    application = Application(
        id=made_id,
        book_id=book_id,
        merchant_id=merchant_id,
        kind=kind,
        name=papers["name"],
        licence_index=licence_index,
        sealed=vault().seal(json.dumps(papers, ensure_ascii=False, default=str), context=_context(made_id)),
        shown=json.loads(json.dumps(rules.shown_of(papers), default=str)),
        state=ApplicationState.OPEN,
        applied_by=uow.actor.id,
        applied_at=uow.now,
    )
    uow.session.add(application)
    _flush(uow, {OPEN_ONCE, LICENCE_OPEN_ONCE}, errors.ApplicationOpen)
    return application


def _enrol(uow: UnitOfWork, found: Application, papers: Mapping[str, Any]) -> None:
    """Make the merchant, or complete the one known by name; open its branches and let the book accept them."""
    licence_index = vault().index(papers["licence_no"], kind="licence")
    if queries.is_licence_known(uow.session, licence_index, other_than=found.merchant_id):
        raise errors.LicenceKnown
    merchant = uow.session.get(Merchant, found.merchant_id, with_for_update=True, populate_existing=True)
    if merchant is None:
        merchant = Merchant(id=found.merchant_id, home_book_id=found.book_id, opened_at=uow.now)
        uow.session.add(merchant)
    elif merchant.state != MerchantState.UNVERIFIED:
        raise errors.MerchantVerified
    contact = {"name": papers["contact_name"], "phone": papers["contact_phone"]}
    merchant.name, merchant.state, merchant.licence_index = papers["name"], MerchantState.ACTIVE, licence_index
    merchant.licence_sealed = vault().seal(papers["licence_no"], context=f"merchants.licence:{merchant.id}")
    merchant.contact_sealed = vault().seal(
        json.dumps(contact, ensure_ascii=False), context=f"merchants.contact:{merchant.id}"
    )
    _flush(uow, {LICENCE_ONCE}, errors.LicenceKnown)
    _register_owner(uow, found, papers)
    _open_branches(uow, found, papers["branches"])


def _register_owner(uow: UnitOfWork, found: Application, papers: Mapping[str, Any]) -> None:
    uow.session.add(
        MerchantPerson(
            id=uow.new_id(),
            merchant_id=found.merchant_id,
            kind=PersonKind.OWNER,
            name=papers["contact_name"],
            person_id=None if papers.get("owner_id") is None else UUID(papers["owner_id"]),
            phone_index=vault().index(papers["contact_phone"], kind="phone"),
            registered_by=uow.actor.id,
            registered_at=uow.now,
        )
    )


def _open_branches(uow: UnitOfWork, found: Application, wanted: list[Mapping[str, Any]]) -> None:
    branches = [
        Branch(
            id=uow.new_id(),
            merchant_id=found.merchant_id,
            name=each["name"],
            street=each["street"],
            address=each.get("address"),
            state=BranchState.OPEN,
            opened_at=uow.now,
        )
        for each in wanted
    ]
    uow.session.add_all(branches)
    uow.session.flush()
    accept_branches(uow, found.book_id, branches)


def accept_branches(uow: UnitOfWork, book_id: int, branches: list[Branch]) -> None:
    """Let a book accept points at branches it did not accept before; the ledger is told their names."""
    uow.session.add_all(
        Shop(book_id=book_id, id=each.id, name=each.name, street=each.street, opened_at=uow.now) for each in branches
    )
    uow.session.flush()
    names = {each.id: each.name for each in branches}
    points_service.name_owners(uow, book_id, kind=OwnerKind.SHOP, names=names)


def _set_bank_account(uow: UnitOfWork, found: Application, bank: Mapping[str, Any]) -> None:
    """Put an account in force; what takes another one's place is paid to only after the cool-down.

    Where only the holder's name was corrected, money goes where it went: no sooner, and no later.
    """
    before = queries.find_bank_account(uow.session, found.merchant_id)
    uow.session.execute(
        update(BankAccount)
        .where(BankAccount.merchant_id == found.merchant_id, BankAccount.ended_at.is_(None))
        .values(ended_at=uow.now)
    )
    made_id = uow.new_id()
    uow.session.add(
        BankAccount(
            merchant_id=found.merchant_id,
            id=made_id,
            application_id=found.id,
            sealed=vault().seal(json.dumps(bank, ensure_ascii=False), context=f"merchants.bank:{made_id}"),
            masked=rules.masked_bank(bank),
            since=uow.now,
            payable_from=_payable_from(uow, before, bank),
        )
    )
    uow.session.flush()


def _payable_from(uow: UnitOfWork, before: BankAccount | None, bank: Mapping[str, Any]) -> datetime:
    if before is None:
        return uow.now
    kept = json.loads(vault().open(before.sealed, context=f"merchants.bank:{before.id}"))
    return before.payable_from if rules.is_same_account(kept, bank) else uow.now + terms.BANK_COOL_DOWN


def _flush(uow: UnitOfWork, constraints: Collection[str], refusal: type[Exception]) -> None:
    """Write, and refuse where a twin was faster."""
    try:
        uow.session.flush()
    except IntegrityError as error:
        if any(each in str(error.orig) for each in constraints):
            raise refusal from None
        raise


def _lock(uow: UnitOfWork, book: str, application_id: UUID) -> Application:
    book_id = points_queries.get_book(uow.session, book).id
    return queries.get_application(uow.session, book_id, application_id, lock=True)


def _open_papers(found: Application) -> dict[str, Any]:
    papers: dict[str, Any] = json.loads(vault().open(found.sealed, context=_context(found.id)))
    return papers


def _context(application_id: UUID) -> str:
    return f"merchants.applications:{application_id}"
