"""The one door through which anything is posted: claim and lock, decide, write. Two round trips, however many postings."""

from collections import Counter
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
from app.points.rules.stripes import level
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

    Each posting is decided on its own, in order: a declined one leaves its sticky outcome, the others go on. Refuses
    PostingInvalid for requests that are not well formed.
    """
    check_batch(postings)
    batch = _Batch(uow, book_id, postings)
    state, decided_before = batch.begin(claims=True)
    if not batch.open_indexes:
        return batch.finish(decided_before)
    levelled: set[UUID] = set()
    while (dry := batch.decide(state, levelled)) is not None:
        _level_stripes(uow, book_id, dry, batch.wanted_of_stripes(dry))
        levelled.add(dry)
        state, _ = batch.begin(claims=False)
    batch.write(state)
    return batch.finish(decided_before)


def post_one(uow: UnitOfWork, book_id: int, posting: Posting) -> Outcome:
    """Post a single posting and refuse when it was declined (the decline stays recorded)."""
    return post(uow, book_id, [posting])[0].raise_if_declined()


class _Batch:
    """One call of the door on its way: which postings are new, what was decided, what will be written."""

    def __init__(self, uow: UnitOfWork, book_id: int, postings: Sequence[Posting]) -> None:
        self.uow = uow
        self.book_id = book_id
        self.postings = postings
        self.ids = [uow.new_id() for _ in postings]
        self.hashes = [posting.content_hash() for posting in postings]
        self.open_indexes = list(range(len(postings)))
        self.fresh: dict[int, Outcome] = {}
        self.journal = Journal(book_id, uow.actor.id, uow.now)

    def begin(self, *, claims: bool) -> tuple[LedgerState, dict[int, Outcome]]:
        """Claim the causes (first time only), lock and read. Answers the state, and outcomes decided before by index."""
        rows = wire.begin(self.uow, self.book_id, self.postings, self.ids, self.hashes, claims=claims)
        state, outcomes = wire.read_state(rows)
        before = {index: self._replayed(index, *outcome) for index, outcome in outcomes.items()}
        if claims:
            self.open_indexes = [index for index in self.open_indexes if index not in before]
        return state, before

    def decide(self, state: LedgerState, levelled: set[UUID]) -> UUID | None:
        """Decide every open posting in order. Answers a budget to level first when one of its stripes ran dry."""
        today = local_date(self.uow.now)
        self.fresh.clear()
        self.journal = Journal(self.book_id, self.uow.actor.id, self.uow.now)
        for index in self.open_indexes:
            posting = self.postings[index]
            decision = decide(state, self.book_id, posting, today)
            if isinstance(decision, Refused):
                if decision.dry is not None and decision.dry not in levelled:
                    return decision.dry
                self._decline(index, posting, decision)
                continue
            after = self.journal.write(state, self.ids[index], posting, decision)
            self.fresh[index] = Outcome(
                posting.cause,
                self.ids[index],
                None,
                points=decision.points,
                cost_fen=decision.cost_fen,
                balance_after=after,
            )
        return None

    def write(self, state: LedgerState) -> None:
        """Write everything that was decided, declines included."""
        wire.write(self.uow, self.journal, state)

    def finish(self, decided_before: dict[int, Outcome]) -> list[Outcome]:
        """All outcomes in the order asked; replayed transactions get the figures they had moved."""
        outcomes = decided_before | self.fresh
        replayed = [o.subject_id for o in decided_before.values() if o.decline is None]
        if replayed:
            figures = queries.figures_of_transactions(self.uow.session, self.book_id, replayed)
            for index, outcome in decided_before.items():
                if outcome.decline is None and (f := figures.get(outcome.subject_id)) is not None:
                    outcomes[index] = replace(
                        outcome, points=f.points, cost_fen=f.cost_fen, balance_after=f.balance_after
                    )
        return [outcomes[index] for index in range(len(self.postings))]

    def wanted_of_stripes(self, budget_id: UUID) -> dict[int, int]:
        """What the open postings ask of each stripe of a budget."""
        wanted: Counter[int] = Counter()
        for index in self.open_indexes:
            for leg in self.postings[index].legs:
                if (
                    leg.account.kind is AccountKind.SPONSOR_BUDGET
                    and leg.account.owner_id == budget_id
                    and (leg.amount or 0) < 0
                ):
                    wanted[leg.account.stripe] -= leg.amount or 0
        return wanted

    def _decline(self, index: int, posting: Posting, refused: Refused) -> None:
        if refused.dry is not None:  # all stripes were levelled: what they hold together is what is available
            free = sum(queries.lock_stripes(self.uow.session, self.book_id, refused.dry, wait=True).values())
            refused = replace(refused, detail=refused.detail | {"available": free})
        self.journal.declines.append((posting.cause, refused))
        self.fresh[index] = Outcome(posting.cause, self.ids[index], refused.decline, refused.detail)

    def _replayed(
        self, index: int, subject_id: UUID, decline: str | None, detail: dict[str, int], content_hash: bytes
    ) -> Outcome:
        cause = self.postings[index].cause
        if content_hash != self.hashes[index]:
            return Outcome(cause, subject_id, Decline.CAUSE_REUSED, replayed=True)
        return Outcome(cause, subject_id, Decline(decline) if decline else None, detail, replayed=True)


def _level_stripes(uow: UnitOfWork, book_id: int, budget_id: UUID, wanted: dict[int, int]) -> None:
    """Move a budget's points to the stripes that need them. Waits for stripes others hold only when it must."""
    free = queries.lock_stripes(uow.session, book_id, budget_id, wait=False)
    if sum(free.values()) < sum(wanted.values()):
        free = queries.lock_stripes(uow.session, book_id, budget_id, wait=True)
    changes = level(free, wanted)
    if changes:
        legs = tuple(
            Leg(AccountRef(AccountKind.SPONSOR_BUDGET, budget_id, stripe), change) for stripe, change in changes.items()
        )
        post_one(uow, book_id, Posting(cause=f"restripe:{uow.new_id()}", code=Code.RESTRIPE, legs=legs))
