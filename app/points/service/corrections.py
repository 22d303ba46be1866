"""Corrections. Each is a new transaction; nothing is ever updated or deleted."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.models import Account, Book, Entry, LotMove, Transaction
from app.points.queries.undoing import taken_back
from app.points.rules.accounts import AccountRef, account_id
from app.points.rules.expiry import grace_day
from app.points.rules.postings import Leg, LotChange, Posting, check_amount
from app.points.service.posting import Outcome, post_one
from app.points.service.transferring import lock_way, send_on
from app.points.terms import POINTS_MAX, AccountKind, Code, Mode

CORRECTIONS = frozenset(
    (Code.REVERSAL, Code.REFUND, Code.CLAWBACK, Code.RECOVERY, Code.TRANSFER, Code.RESTRIPE),
)
LIABILITY = AccountRef(AccountKind.POINTS_LIABILITY)


def refund_redemption(
    uow: UnitOfWork,
    book: Book,
    *,
    cause: str,
    transaction_id: UUID,
    resident_id: UUID,
    shop_id: UUID,
    points: int,
    evidence: str | None = None,
) -> Outcome:
    """Give back part or all of a redemption, as often as wanted, never more than was taken.

    Points return to the lots they came from, the longest lived first; a lot that lapsed meanwhile is replaced by one
    that is good for the book's days of grace. Of a passbook that is closed they go on to the one that took it over.
    Refuses ReferredMissing, AmountOver, AlreadyReversed (sticky).
    """
    legs = (
        Leg(AccountRef(AccountKind.MERCHANT_POINTS, shop_id)),
        Leg(AccountRef(AccountKind.RESIDENT, resident_id)),
        Leg(AccountRef(AccountKind.MERCHANT_PAYABLE, shop_id)),
        Leg(LIABILITY),
    )
    posting = Posting(
        cause=cause,
        code=Code.REFUND,
        legs=legs,
        mode=Mode.REFUND,
        points=points,
        refers_to=transaction_id,
        evidence=evidence,
        lapsed_to=grace_day(local_date(uow.now), book.grace_days),
    )
    lock_way(uow, book.id, resident_id)
    outcome = post_one(uow, book.id, posting)
    send_on(uow, book, owner_id=resident_id, returned_by=outcome)
    return outcome


def reverse_transaction(uow: UnitOfWork, book: Book, *, cause: str, transaction_id: UUID, reason: str) -> Outcome:
    """Undo a transaction as a whole, once: every leg turned round, the same lots and expiry days.

    Refuses TransactionMissing, CorrectionNotReversible, PartlyRefunded, AlreadyReversed, AlreadySpent (the points of an
    award are gone or held: use `claw_back_award`), PointsInsufficient.
    """
    original, entries, moves = _load_reversible(uow, book, transaction_id)
    if (replay := _find_replay(uow, book, original, cause, (Code.REVERSAL, reason))) is not None:
        return replay
    given = next((account.owner_id for entry, account in entries if _gave(entry, account)), None)
    if given is not None:
        lock_way(uow, book.id, given)
    today = local_date(uow.now)
    lots = tuple(_turned(move, _account_of(entries, move.line), today, book.grace_days) for move in moves)
    posting = Posting(
        cause=cause,
        code=Code.REVERSAL,
        legs=tuple(Leg(_ref(account), -entry.amount) for entry, account in entries),
        lots=lots,
        reverses_id=original.id,
        evidence=reason,
    )
    outcome = post_one(uow, book.id, posting)
    if given is not None:
        send_on(uow, book, owner_id=given, returned_by=outcome)
    return outcome


def claw_back_award(
    uow: UnitOfWork, book: Book, *, cause: str, transaction_id: UUID, reason: str, points: int | None = None
) -> Outcome:
    """Undo an award whose points are gone in part or whole: what is left returns to the budget, what was spent is owed.

    `points`: only so many of them, as often as wanted, never more than were given; None: all that were not yet taken
    back, once and at last. Points are taken from their own lot, so what is left of it expires as it would have.

    The debt stands on the clawback accounts: the resident's is negative, the budget's positive, and together they are
    zero. Points and debts of a passbook that was merged are those of the one it went into. Money behind spent points
    has gone to shops and is not touched. What expired unspent nobody owes: its money
    went back when it expired, and its points go out of the world. Refuses as `reverse_transaction` (though never
    PartlyRefunded), and TakenBackOver.
    """
    owners = lock_holders(uow, book, transaction_id)
    original, entries, moves = _load(uow, book, transaction_id)
    replay = (
        _find_replay(uow, book, original, cause, (Code.CLAWBACK, reason))
        if points is None
        else _find_part(uow, book, original, cause, (reason, check_amount(points, POINTS_MAX)))
    )
    if replay is not None:
        return replay
    if not owners or len(moves) != 1 or moves[0].points < 0:
        raise errors.CorrectionNotReversible
    taken = _points_to_take(uow, book, moves[0], points)
    changes, expired = _taken_back(uow, book, owners, moves[0], taken)
    posting = Posting(
        cause=cause,
        code=Code.CLAWBACK,
        legs=_clawback_legs(owners[0], entries, moves[0].budget_id, taken, changes, expired),
        lots=changes,
        reverses_id=original.id if points is None else None,
        refers_to=None if points is None else original.id,
        evidence=reason,
    )
    return post_one(uow, book.id, posting)


def _points_to_take(uow: UnitOfWork, book: Book, move: LotMove, points: int | None) -> int:
    """How many: those asked for, or all that were not taken back yet. Refuses AlreadyReversed, TakenBackOver."""
    before = taken_back(uow.session, book.id, [move.transaction_id]).get(move.transaction_id, 0)
    left = move.points - before
    if not left:
        raise errors.AlreadyReversed
    if points is not None and points > left:
        raise errors.TakenBackOver(available=left, requested=points)
    return left if points is None else points


def lock_holders(uow: UnitOfWork, book: Book, transaction_id: UUID) -> list[UUID]:
    """Whose passbooks have the points of an award by now, locked before any budget: merged ones are one person's.

    The one they went into comes first. None when no passbook was paid. Refuses TransactionMissing.
    """
    queries.get_transaction(uow.session, book.id, transaction_id)
    entries = queries.list_entries_of(uow.session, book.id, transaction_id)
    paid = [account.owner_id for _, account in entries if account.kind == AccountKind.RESIDENT]
    return queries.lock_passbooks_of_one(uow.session, book.id, paid[0], now=uow.now) if paid else []


def _taken_back(
    uow: UnitOfWork, book: Book, owners: Sequence[UUID], move: LotMove, points: int
) -> tuple[tuple[LotChange, ...], int]:
    """What is left of so many points, as changes of their lot in each passbook; and how many expired unspent."""
    accounts = {account_id(book.id, AccountRef(AccountKind.RESIDENT, owner)): owner for owner in owners}
    remains = queries.remains_of(uow.session, book.id, list(accounts), move, now=uow.now)
    changes, missing = [], points
    for account, owner in accounts.items():
        if part := min(missing, remains.free.get(account, 0)):
            passbook, fen = AccountRef(AccountKind.RESIDENT, owner), move.cost_fen * part // move.points
            changes.append(LotChange(passbook, move.expires_on, move.budget_id, -part, -fen))
            missing -= part
    return tuple(changes), min(missing, remains.expired)


def _clawback_legs(  # noqa: PLR0917 - what a posting is made of, and its one caller
    debtor_id: UUID,
    entries: Sequence[tuple[Entry, Account]],
    budget_id: UUID,
    points: int,
    changes: Sequence[LotChange],
    expired: int,
) -> tuple[Leg, ...]:
    budget = next(_ref(account) for entry, account in entries if entry.amount < 0 and account.asset == "points")
    left, fen = -sum(change.points for change in changes), -sum(change.cost_fen for change in changes)
    owed = points - left - expired
    amounts = (
        *((change.account, change.points) for change in changes),
        (budget, left),
        (AccountRef(AccountKind.CLAWBACK, debtor_id), -owed),
        (AccountRef(AccountKind.CLAWBACK, budget_id), owed),
        (AccountRef(AccountKind.BREAKAGE), -expired),
        (AccountRef(AccountKind.ISSUANCE), expired),
        (LIABILITY, -fen),
        (AccountRef(AccountKind.BUDGET_RESERVE, budget_id), fen),
    )
    return tuple(Leg(account, amount) for account, amount in amounts if amount)


def _load_reversible(
    uow: UnitOfWork, book: Book, transaction_id: UUID
) -> tuple[Transaction, Sequence[tuple[Entry, Account]], Sequence[LotMove]]:
    found = _load(uow, book, transaction_id)
    if queries.has_refunds(uow.session, book.id, transaction_id):
        raise errors.PartlyRefunded
    return found


def _load(
    uow: UnitOfWork, book: Book, transaction_id: UUID
) -> tuple[Transaction, Sequence[tuple[Entry, Account]], Sequence[LotMove]]:
    original = queries.get_transaction(uow.session, book.id, transaction_id)
    if original.code in CORRECTIONS:
        raise errors.CorrectionNotReversible
    entries = queries.list_entries_of(uow.session, book.id, transaction_id)
    queries.lock_for_correction(uow.session, book.id, transaction_id)  # so that what is checked below stays true
    return original, entries, queries.list_lot_moves_of(uow.session, book.id, transaction_id)


def _find_replay(
    uow: UnitOfWork, book: Book, original: Transaction, cause: str, content: tuple[Code, str]
) -> Outcome | None:
    """The outcome of the same correction asked for before. Refuses AlreadyReversed when it was another one."""
    before = queries.find_reversal(uow.session, book.id, original.id)
    if before is None:
        return None
    if before.cause != cause:
        raise errors.AlreadyReversed
    if (before.code, before.evidence) != content:
        raise errors.CauseReused(cause=cause)
    return _replayed(uow, book, before)


def _find_part(
    uow: UnitOfWork, book: Book, original: Transaction, cause: str, content: tuple[str, int]
) -> Outcome | None:
    """The outcome of the same part asked for before. Refuses CauseReused, and AlreadyReversed after the whole."""
    outcome = queries.find_outcome(uow.session, book.id, cause)
    if outcome is not None and outcome.decline is None:
        before = uow.session.get(Transaction, (book.id, outcome.subject_id))  # None: it was a hold's
        replay = None if before is None else _replayed(uow, book, before)
        if before is None or replay is None or before.refunds_id != original.id:
            raise errors.CauseReused(cause=cause)
        if (before.evidence, replay.points) != content:
            raise errors.CauseReused(cause=cause)
        return replay
    if queries.find_reversal(uow.session, book.id, original.id) is not None:
        raise errors.AlreadyReversed
    return None


def _replayed(uow: UnitOfWork, book: Book, before: Transaction) -> Outcome:
    figures = queries.figures_of_transactions(uow.session, book.id, [before.id])[before.id]
    return Outcome(
        before.cause,
        before.id,
        None,
        replayed=True,
        points=figures.points,
        cost_fen=figures.cost_fen,
        balance_after=figures.balance_after,
    )


def _gave(entry: Entry, account: Account) -> bool:
    """Whether it is the leg of a passbook that points went out of."""
    return account.kind == AccountKind.RESIDENT and entry.amount < 0


def _turned(move: LotMove, account: AccountRef, today: date, grace_days: int) -> LotChange:
    gives_back = move.points < 0
    lapsed = gives_back and move.expires_on < today
    expires_on = grace_day(today, grace_days) if lapsed else move.expires_on
    return LotChange(
        account, expires_on, move.budget_id, -move.points, -move.cost_fen, restores=gives_back and not lapsed
    )


def _account_of(entries: Sequence[tuple[Entry, Account]], line: int) -> AccountRef:
    return next(_ref(account) for entry, account in entries if entry.line == line)


def _ref(account: Account) -> AccountRef:
    return AccountRef(AccountKind(account.kind), account.owner_id, account.stripe)
