"""What may be asked of the posting door, and the fingerprint by which a retry is known from another act."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from app.points.errors import PointsTooCostly, PostingInvalid
from app.points.rules.accounts import AccountRef
from app.points.terms import (
    BATCH_MAX,
    CAUSE_LENGTH_MAX,
    EVIDENCE_LENGTH_MAX,
    FEN_MAX,
    HOLD_SECONDS_MAX,
    POINTS_MAX,
    Asset,
    Code,
    Mode,
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting. `amount` is signed (+ into the account); None where the engine computes it."""

    account: AccountRef
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class LotChange:
    """Points put into (+) or taken out of (-) one lot of a lots account, with their money cost of the same sign.

    `restores`: the points were issued by this lot before (a reversal), so it issues nothing new.
    """

    account: AccountRef
    expires_on: date
    budget_id: UUID
    points: int
    cost_fen: int
    restores: bool = False


@dataclass(frozen=True, slots=True)
class Posting:
    """One balanced transaction to be decided and written.

    `cause` is the business fact or the client's key, unique per book. In mode exact, `legs` carry amounts and `lots`
    the lot changes. In the other modes the legs are: points from, points to, money from, money to; the engine fills
    in the amounts. `refers_to` is the hold (capture), the budget (expire) or the original transaction (refund; in mode
    exact the award of which a part is taken back, or was). `lapsed_to` is the expiry day of points given back into a
    lot that lapsed meanwhile (refund). `although_frozen`: what was held before a freeze is captured after it.
    """

    cause: str
    code: Code
    legs: tuple[Leg, ...]
    mode: Mode = Mode.EXACT
    points: int | None = None
    refers_to: UUID | None = None
    reverses_id: UUID | None = None
    lots: tuple[LotChange, ...] = ()
    evidence: str | None = None
    effective_at: datetime | None = None
    lapsed_to: date | None = None
    although_frozen: bool = False

    def content_hash(self) -> bytes:
        """Fingerprint of what the act is.

        Left out on purpose: expiry days, effective time, stripes and freezes, which may differ on an honest retry.
        """
        content = [
            self.code,
            self.mode,
            self.points,
            str(self.refers_to),
            str(self.reverses_id),
            self.evidence,
            [[leg.account.kind, str(leg.account.owner_id), leg.amount] for leg in self.legs],
            [[str(lot.account.owner_id), str(lot.budget_id), lot.points] for lot in self.lots],
        ]
        return sha256(json.dumps(content, ensure_ascii=False).encode()).digest()


def check_batch(postings: Sequence[Posting]) -> None:
    """Refuse PostingInvalid for what is a defect of the caller, before the database is asked."""
    if not 1 <= len(postings) <= BATCH_MAX:
        raise PostingInvalid(problem=f"1 to {BATCH_MAX} postings in one call, not {len(postings)}")
    referred = Counter(p.refers_to for p in postings if p.mode in (Mode.CAPTURE, Mode.REFUND))
    reversed_ = Counter(p.reverses_id for p in postings if p.reverses_id is not None)
    if any(count > 1 for counter in (referred, reversed_) for count in counter.values()):
        raise PostingInvalid(problem="one batch names the same hold or original transaction twice")
    for posting in postings:
        _check_posting(posting)


def check_amount(amount: int, maximum: int) -> int:
    """Answer an amount of 1 to `maximum`; refuse PostingInvalid for others: less than one would turn an act round."""
    if not 1 <= amount <= maximum:
        raise PostingInvalid(problem=f"an amount must be between 1 and {maximum}, not {amount}")
    return amount


def cost_of(points: int, point_value_fen: int) -> int:
    """What 1 to POINTS_MAX points cost in fen. Refuses PostingInvalid for other amounts, PointsTooCostly."""
    cost = check_amount(points, POINTS_MAX) * point_value_fen
    if cost > FEN_MAX:
        raise PointsTooCostly(points=points, point_value_fen=point_value_fen, points_max=FEN_MAX // point_value_fen)
    return cost


def check_hold(*, cause: str, evidence: str | None, points: int, placed_at: datetime, expires_at: datetime) -> None:
    """Refuse PostingInvalid for a hold that could never be placed."""
    check_amount(points, POINTS_MAX)
    problem = _text_problem("cause", cause, 1, CAUSE_LENGTH_MAX) or _evidence_problem(evidence)
    if problem is None and not placed_at < expires_at <= placed_at + timedelta(seconds=HOLD_SECONDS_MAX):
        problem = f"a hold must end within {HOLD_SECONDS_MAX} seconds, and not before it begins"
    if problem:
        raise PostingInvalid(problem=problem)


def _check_posting(posting: Posting) -> None:
    problem = _texts_problem(posting) or (
        _exact_problem(posting) if posting.mode is Mode.EXACT else _computed_problem(posting)
    )
    if problem:
        raise PostingInvalid(problem=f"{posting.cause[:CAUSE_LENGTH_MAX]}: {problem}")


def _texts_problem(posting: Posting) -> str | None:
    problem = _text_problem("cause", posting.cause, 1, CAUSE_LENGTH_MAX) or _evidence_problem(posting.evidence)
    if problem:
        return problem
    if posting.effective_at is not None and posting.effective_at.tzinfo is None:
        return "effective_at must know its time zone"
    return None


def _evidence_problem(evidence: str | None) -> str | None:
    return None if evidence is None else _text_problem("evidence", evidence, 0, EVIDENCE_LENGTH_MAX)


def _text_problem(name: str, text: str, shortest: int, longest: int) -> str | None:
    if not shortest <= len(text) <= longest:
        return f"{name} must have {shortest} to {longest} characters"
    # PostgreSQL keeps neither; said here, so that it is the caller's mistake and not a failing statement
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        return f"{name} must not contain NUL or lone surrogates"
    return None


def _exact_problem(posting: Posting) -> str | None:
    sums: Counter[Asset] = Counter()
    if len({leg.account for leg in posting.legs}) < len(posting.legs):
        return "an account may have one leg only"
    for leg in posting.legs:
        asset = leg.account.terms.asset
        limit = POINTS_MAX if asset is Asset.POINTS else FEN_MAX
        if leg.amount is None or abs(leg.amount) > limit:
            return f"every leg needs an amount between -{limit} and {limit}"
        sums[asset] += leg.amount
    if any(sums.values()):
        return "the legs of an asset must sum to zero"
    if sum(1 for leg in posting.legs if leg.amount) < 2:
        return "at least two legs must move something"
    return _lots_problem(posting)


def _lots_problem(posting: Posting) -> str | None:
    by_account: Counter[AccountRef] = Counter()
    for lot in posting.lots:
        by_account[lot.account] += lot.points
    for leg in posting.legs:
        if leg.account.terms.has_lots and by_account.pop(leg.account, 0) != leg.amount:
            return "the lot changes of an account must sum to its leg"
    return "a lot change names an account without a leg" if by_account else None


def _computed_problem(posting: Posting) -> str | None:
    if len(posting.legs) != 4 or any(leg.amount is not None for leg in posting.legs):
        return "this mode has four legs without amounts: points from, points to, money from, money to"
    assets = [leg.account.terms.asset for leg in posting.legs]
    if assets != [Asset.POINTS, Asset.POINTS, Asset.FEN, Asset.FEN]:
        return "the first two legs move points, the last two money"
    passbook = posting.legs[1 if posting.mode is Mode.REFUND else 0]
    if not passbook.account.terms.has_lots:
        return "the spender's leg must be a lots account"
    # nought must not read as "all": a refund of 0 would give everything back
    if posting.mode is Mode.SPEND if posting.points is None else not 1 <= posting.points <= POINTS_MAX:
        return f"points must be between 1 and {POINTS_MAX}"
    if (posting.mode is Mode.SPEND) != (posting.refers_to is None):
        return "this mode must refer to a hold, a budget or a transaction (and a plain spend to none)"
    return None
