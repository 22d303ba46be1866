"""Files for the bank: made of approved statements that are due, given out again byte by byte."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.paging import Cursor, Page, page_by_id, read_id
from app.kernel.periods import local_date
from app.merchants import errors, queries, terms
from app.merchants.models import BankAccount, Payout, PayoutLine, PayoutSkip, PayoutTerms, Settlement
from app.merchants.queries import payouts as payout_queries
from app.merchants.rules import bank_files
from app.merchants.rules.bank_files import BankLine, Receiver
from app.merchants.rules.payouts import PayoutRules, check_terms
from app.merchants.service import own
from app.merchants.service.receivers import RefusedBefore, list_refused, open_account, receiver_of
from app.merchants.terms import PayoutLineState, SettlementState
from app.points import queries as points_queries


@dataclass(frozen=True, slots=True)
class Skipped:
    """A statement that is due and cannot be paid through the bank now. `why`: a refusal's code, or what is unfit."""

    settlement_id: UUID
    shop_id: UUID
    why: str


@dataclass(frozen=True, slots=True)
class MadePayout:
    """A file, what could not go into it, and what is in it that the bank refused before."""

    payout: Payout
    skipped: Sequence[Skipped]
    again: Sequence[RefusedBefore]


@dataclass(frozen=True, slots=True)
class SentLine:
    """A line of a file, and that the bank refused its statement in a file before."""

    line: PayoutLine
    refused: RefusedBefore | None


@dataclass(frozen=True, slots=True)
class PayoutSheet:
    """A file with a page of its lines."""

    payout: Payout
    lines: Page[SentLine]


def make_payout(uow: UnitOfWork, *, book: str) -> MadePayout:
    """Put approved statements that are due into a file for the bank: each into one file at a time.

    Left out, with why, which is kept with the file: a shop of the actor's or of somebody close to him (another makes
    the file that pays it); a merchant that is suspended (or its branch), has no bank account or too new a one, or one
    whose name or number no bank's file takes. Refuses PayoutEmpty.
    """
    book_id = points_queries.get_book(uow.session, book).id
    due = payout_queries.lock_due(uow.session, book_id, today=local_date(uow.now), limit=terms.PAYOUT_LINES_MAX)

    own_shops = set(own.list_own_shops(uow))
    good: list[tuple[Settlement, BankAccount, Receiver]] = []
    skipped: list[Skipped] = []
    for settlement, merchant, branch, account in due:
        is_own = settlement.shop_id in own_shops
        receiver, why = (None, errors.OwnBusiness.code) if is_own else receiver_of(uow, merchant, branch, account)
        if receiver is None:
            skipped.append(Skipped(settlement.id, settlement.shop_id, why))
        else:
            good.append((settlement, account, receiver))
    if not good:
        counts = Counter(each.why for each in skipped)
        raise errors.PayoutEmpty(
            skipped=len(skipped), whys=", ".join(f"{why} × {n}" for why, n in counts.items()) or "-"
        )

    number = payout_queries.next_number(uow.session, book_id)
    lines = [
        BankLine(bank_files.reference_of(number, position), receiver, settlement.payable_fen)
        for position, (settlement, _, receiver) in enumerate(good, 1)
    ]
    payout = Payout(
        book_id=book_id,
        id=uow.new_id(),
        number=number,
        line_count=len(lines),
        fen=sum(line.fen for line in lines),
        digest=bank_files.digest_of(bank_files.write_file(lines)),
        made_by=uow.actor.id,
        made_at=uow.now,
    )
    uow.session.add(payout)
    uow.session.flush()
    again = list_refused(uow, book_id, {settlement.id: account.id for settlement, account, _ in good})
    _send(uow, payout, [(settlement, account) for settlement, account, _ in good])
    uow.session.add_all(
        PayoutSkip(
            book_id=book_id, payout_id=payout.id, settlement_id=each.settlement_id, shop_id=each.shop_id, why=each.why
        )
        for each in skipped
    )
    return MadePayout(payout, skipped, list(again.values()))


def write_payout(uow: UnitOfWork, *, book: str, payout_id: UUID) -> tuple[Payout, str]:
    """Write a file again, for the bank. Refuses PayoutMissing, PayoutChanged when it is not what it was."""
    book_id = points_queries.get_book(uow.session, book).id
    payout = payout_queries.get_payout_file(uow.session, book_id, payout_id)
    lines = [
        BankLine(bank_files.reference_of(payout.number, line.position), open_account(account), line.fen)
        for line, account in payout_queries.list_receivers(uow.session, book_id, payout_id)
    ]
    text = bank_files.write_file(lines)
    if bank_files.digest_of(text) != payout.digest:
        raise errors.PayoutChanged
    return payout, text


def list_payouts(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[Payout]:
    """Files of a book, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = payout_queries.list_payouts(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda payout: payout.id)


def show_payout(uow: UnitOfWork, *, book: str, payout_id: UUID, limit: int, cursor: str | None) -> PayoutSheet:
    """A file with a page of its lines and what the bank said of them. Refuses PayoutMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    payout = payout_queries.get_payout_file(uow.session, book_id, payout_id)
    after = 0 if cursor is None else int(Cursor.decode(cursor, int).parts[0])
    after = min(max(after, 0), terms.PAYOUT_LINES_MAX)
    rows = payout_queries.list_payout_lines(uow.session, book_id, payout_id, after=after, limit=limit + 1)
    items = rows[:limit]
    more = Cursor((items[-1].position,)).encode() if len(rows) > limit else None
    accounts = {line.settlement_id: line.bank_account_id for line in items}
    refused = list_refused(uow, book_id, accounts, before=payout_id)
    return PayoutSheet(payout, Page([SentLine(each, refused.get(each.settlement_id)) for each in items], more))


def list_skipped(uow: UnitOfWork, *, book: str, payout_id: UUID, limit: int, cursor: str | None) -> Page[PayoutSkip]:
    """What was due and could not go into a file when it was made, by statement, with why. Refuses PayoutMissing."""
    book_id = points_queries.get_book(uow.session, book).id
    payout_queries.get_payout_file(uow.session, book_id, payout_id)
    rows = payout_queries.list_skips(uow.session, book_id, payout_id, after=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.settlement_id)


def set_payout_terms(uow: UnitOfWork, *, book: str, shop_id: UUID | None, rules: PayoutRules) -> PayoutTerms:
    """Propose when shops of a book, or one of them, are paid; another person approves it.

    Refuses ShopMissing, OwnBusiness.
    """
    book_id = points_queries.get_book(uow.session, book).id
    if shop_id is not None:
        queries.get_shop(uow.session, book_id, shop_id)
        own.check_shop(uow, shop_id)
    made = PayoutTerms(
        book_id=book_id,
        id=uow.new_id(),
        shop_id=shop_id,
        payout_days=rules.payout_days,
        new_shop_days=rules.new_shop_days,
        new_payout_days=rules.new_payout_days,
        reserve_percent=rules.reserve_percent,
        reserve_days=rules.reserve_days,
        unattended_days=rules.unattended_days,
        made_by=uow.actor.id,
        made_at=uow.now,
    )
    uow.session.add(made)
    return made


def approve_payout_terms(uow: UnitOfWork, *, book: str, terms_id: UUID) -> PayoutTerms:
    """Put terms that somebody else set in force, from the next statement on. Refuses PayoutTermsMissing, OwnBusiness,
    TermsDecided, TermsBySame.
    """
    book_id = points_queries.get_book(uow.session, book).id
    found = payout_queries.lock_terms(uow.session, book_id, terms_id)
    if found.shop_id is not None:
        own.check_shop(uow, found.shop_id)
    check_terms(made_by=found.made_by, approved_by=found.approved_by, approver=uow.actor.id)
    found.approved_by, found.approved_at = uow.actor.id, uow.now
    uow.session.flush()  # the database says now whether this person may
    return found


def list_payout_terms(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> Page[PayoutTerms]:
    """Terms of a book and its shops, newest first."""
    book_id = points_queries.get_book(uow.session, book).id
    rows = payout_queries.list_terms(uow.session, book_id, before=read_id(cursor), limit=limit + 1)
    return page_by_id(rows, limit, lambda each: each.id)


def _send(uow: UnitOfWork, payout: Payout, chosen: Sequence[tuple[Settlement, BankAccount]]) -> None:
    """Write the lines of a file; its statements are on their way."""
    for position, (settlement, account) in enumerate(chosen, 1):
        settlement.state, settlement.payout_id = SettlementState.SENT, payout.id
        uow.session.add(
            PayoutLine(
                book_id=payout.book_id,
                payout_id=payout.id,
                position=position,
                settlement_id=settlement.id,
                shop_id=settlement.shop_id,
                merchant_id=account.merchant_id,
                bank_account_id=account.id,
                fen=settlement.payable_fen,
                state=PayoutLineState.SENT,
            )
        )
    uow.session.flush()
