"""The one door through which anything is posted: claim and lock, decide, write.

Two round trips, however many postings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.periods import local_date
from app.points import errors, queries
from app.points.rules.accounts import AccountRef
from app.points.rules.decisions import Refused, decide
from app.points.rules.journal import Journal
from app.points.rules.postings import Leg, Posting, check_batch
from app.points.rules.state import LedgerState
from app.points.rules.stripes import admit, level
from app.points.service import wire
from app.points.terms import AccountKind, Code, Decline


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided for one posting, now or when its cause was first seen (`replayed`).

    `subject_id` is the transaction; `points` and `cost_fen` what it moved; `balance_after` that of the passbook
    (or first strict account) after it. When `decline` is set nothing was moved and `detail` says what was missing.
    """

    cause: str
    subject_id: UUID
    decline: Decline | None
    detail: dict[str, int] = field(default_factory=dict)
    replayed: bool = False
    points: int = 0
    cost_fen: int = 0
    balance_after: int | None = None

    def raise_if_declined(self) -> "Outcome":
        """Raise the decline as a refusal whose records stay; otherwise answer the outcome itself."""
        if self.decline is not None:
            raise errors.refusal(self.decline, self.detail, cause=self.cause)
        return self


def post(uow: UnitOfWork, book_id: int, postings: Sequence[Posting]) -> list[Outcome]:
    """Decide and write one posting or ten thousand; outcomes in the order asked.

    Each posting is decided on its own, in order: a declined one leaves its sticky outcome, the others go on. A cause
    that stands in the batch twice is decided once; the second is its replay. Refuses PostingInvalid for requests that
    are not well formed, and PostingMonthClosed where the clock was set back.
    """
    check_batch(postings)
    batch = _Batch(uow, book_id, postings)
    state = batch.begin()
    levelled: dict[UUID, int] = {}
    while batch.open and (dry := batch.decide(state, levelled)) is not None:
        levelled[dry] = _level_stripes(uow, book_id, dry, batch.asks_of(dry))
        state = batch.lock_again()
    if batch.open:
        wire.write(uow, batch.journal, state)
    return batch.finish()


def post_one(uow: UnitOfWork, book_id: int, posting: Posting) -> Outcome:
    """Post a single posting and refuse when it was declined (the decline stays recorded)."""
    return post(uow, book_id, [posting])[0].raise_if_declined()


class _Batch:
    """One call of the door on its way: which postings are open, what was decided, what will be written."""

    def __init__(self, uow: UnitOfWork, book_id: int, postings: Sequence[Posting]) -> None:
        self.uow = uow
        self.book_id = book_id
        self.postings = postings
        self.by_cause: dict[str, Posting] = {}
        for posting in postings:
            self.by_cause.setdefault(posting.cause, posting)
        self.open = list(self.by_cause.values())
        self.ids = {cause: uow.new_id() for cause in self.by_cause}
        self.outcomes: dict[str, Outcome] = {}
        self.hashes = {cause: posting.content_hash() for cause, posting in self.by_cause.items()}
        self.stored_hashes: dict[str, bytes] = {}
        self.journal = Journal(book_id, uow.actor.id, uow.now)

    def begin(self) -> LedgerState:
        """Claim the causes, lock and read. What was decided before leaves the open postings."""
        asked = self.open
        state, before = wire.read_state(wire.begin(self.uow, self.book_id, asked, self.ids, self.hashes, claims=True))
        for index, (subject_id, decline, detail, content_hash) in before.items():
            cause = asked[index].cause
            self.stored_hashes[cause] = content_hash
            self.outcomes[cause] = Outcome(
                cause, subject_id, Decline(decline) if decline else None, detail, replayed=True
            )
        self.open = [posting for posting in asked if posting.cause not in self.outcomes]
        return state

    def lock_again(self) -> LedgerState:
        """Read the state once more after stripes were levelled; the causes are claimed already."""
        return wire.read_state(wire.begin(self.uow, self.book_id, self.open, self.ids, self.hashes, claims=False))[0]

    def decide(self, state: LedgerState, levelled: dict[UUID, int]) -> UUID | None:
        """Decide every open posting in order. Answers a budget to level first when one of its stripes ran dry.

        `levelled`: what each budget levelled already held in all of its stripes.
        """
        today = local_date(self.uow.now)
        left = dict(levelled)
        self.journal = Journal(self.book_id, self.uow.actor.id, self.uow.now)
        for posting in self.open:
            decision = decide(state, self.book_id, posting, today)
            if isinstance(decision, Refused):
                if decision.dry is not None:
                    if decision.dry not in levelled:
                        return decision.dry
                    decision = replace(decision, detail=decision.detail | {"available": left[decision.dry]})
                self.journal.declines.append((posting.cause, decision))
                outcome = Outcome(posting.cause, self.ids[posting.cause], decision.decline, decision.detail)
            else:
                after = self.journal.write(state, self.ids[posting.cause], posting, decision)
                for budget_id in left:
                    left[budget_id] -= sum(_ask_of(posting, budget_id).values())
                outcome = Outcome(
                    cause=posting.cause,
                    subject_id=self.ids[posting.cause],
                    decline=None,
                    points=decision.points,
                    cost_fen=decision.cost_fen,
                    balance_after=after,
                )
            self.outcomes[posting.cause] = outcome
        return None

    def finish(self) -> list[Outcome]:
        """All outcomes in the order asked; replays carry the figures their transactions had moved."""
        replayed = [o.subject_id for o in self.outcomes.values() if o.replayed and o.decline is None]
        if replayed:
            figures = queries.figures_of_transactions(self.uow.session, self.book_id, replayed)
            for cause, outcome in self.outcomes.items():
                if outcome.replayed and (f := figures.get(outcome.subject_id)) is not None:
                    self.outcomes[cause] = replace(
                        outcome, points=f.points, cost_fen=f.cost_fen, balance_after=f.balance_after
                    )
        return [self._answer(posting) for posting in self.postings]

    def asks_of(self, budget_id: UUID) -> list[dict[int, int]]:
        """What each open posting asks of the stripes of a budget, in order."""
        return [ask for posting in self.open if (ask := _ask_of(posting, budget_id))]

    def _answer(self, posting: Posting) -> Outcome:
        outcome = self.outcomes[posting.cause]
        first = self.by_cause[posting.cause]
        if posting is first and not outcome.replayed:
            return outcome
        # a replay: the same content as what was decided under this cause, or another act under a used name
        stored = self.stored_hashes.get(posting.cause, self.hashes[posting.cause])
        own = self.hashes[posting.cause] if posting is first else posting.content_hash()
        if own != stored:
            return Outcome(posting.cause, outcome.subject_id, Decline.CAUSE_REUSED, replayed=True)
        return replace(outcome, replayed=True)


def _ask_of(posting: Posting, budget_id: UUID) -> dict[int, int]:
    """What a posting takes from each stripe of a budget."""
    ask: dict[int, int] = {}
    for leg in posting.legs:
        if leg.account.kind is AccountKind.SPONSOR_BUDGET and leg.account.owner_id == budget_id:
            amount = leg.amount or 0
            if amount < 0:
                ask[leg.account.stripe] = -amount
    return ask


def _level_stripes(uow: UnitOfWork, book_id: int, budget_id: UUID, asks: Sequence[dict[int, int]]) -> int:
    """Move a budget's points to the stripes that need them, and answer how many there are.

    Stripes that others hold are left alone when those at hand suffice. Otherwise every stripe must be had, because
    points may be refused only when all were seen: a contention ends this attempt, and the next comes prepared.
    """
    free = queries.lock_stripes(uow.session, book_id, budget_id, whole=False)
    wanted, whole = admit(sum(free.values()), asks)
    if not whole:
        free = queries.lock_stripes(uow.session, book_id, budget_id, whole=True)
        wanted, _ = admit(sum(free.values()), asks)
    changes = level(free, wanted) if wanted else {}
    if changes:
        stripes = {stripe: AccountRef(AccountKind.SPONSOR_BUDGET, budget_id, stripe) for stripe in changes}
        legs = tuple(Leg(stripes[stripe], change) for stripe, change in changes.items())
        post_one(uow, book_id, Posting(cause=f"restripe:{uow.new_id()}", code=Code.RESTRIPE, legs=legs))
    return sum(free.values())
