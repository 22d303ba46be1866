"""Awards by one coordinator, decided together: one statement looks for 250 of them, and few write.

What is decided for one counts for the next, as if they had been decided one after another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from app.identity import queries as identity_queries
from app.identity.queries import AccountFacts
from app.infra import db
from app.infra.unit_of_work import UnitOfWork
from app.points import queries as points
from app.risk import queries
from app.risk.queries import Look
from app.risk.rules.events import Decision, Event, Value
from app.risk.rules.vector import Seen, features_of_fact, is_beside_newcomers
from app.risk.service import deciding
from app.risk.terms import EventKind, Outcome

WINDOW_NUMBERS = 6
"""Of each window come a count and a sum, three times; what stands behind them is not added up here."""
NOBODY = AccountFacts()
RETURNED = timedelta(days=30)
LOOKED_AT_ONCE = 250
"""So that no single statement comes near the time a statement may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardAsk:
    """An award that somebody is about to make. `subject_id`: the same again is answered as it was decided."""

    subject_id: UUID
    resident_id: UUID
    points: int
    mode: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AwardDecision:
    """What was decided, and how many points the same person gave the same resident within a day before.

    `given`: 0 where the decision `was_made` earlier: what it was made beside is not known any more.
    """

    decision: Decision
    given: int
    was_made: bool = False


@dataclass(slots=True)
class _Tally:
    """What this batch has decided so far, by window and whose it is; and whom it has met on which device."""

    numbers: dict[tuple[str, UUID | None], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    met: dict[UUID | None, set[UUID | None]] = field(default_factory=lambda: defaultdict(set))

    def grown(self, event: Event, windows: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
        """Give windows with what this batch adds to them.

        Of those on a device the database tells how many and not who: the greater of the two numbers stands.
        """
        grown = {
            name: self._added(numbers, self.numbers[name, _whose(name, event)]) for name, numbers in windows.items()
        }
        others = len(self.met[event.device_id] - {event.resident_id})
        if "device" in grown:
            *counts, residents, people = grown["device"]
            grown["device"] = [*counts, max(residents, others), max(people, others)]
        return grown

    def count(self, event: Event, outcome: Outcome) -> None:
        """Take a fact in."""
        points_moved = 0 if outcome is Outcome.DECLINE else event.points
        for name in ("resident", "pair", "coordinator", "household", "device"):
            found = self.numbers[name, _whose(name, event)]
            found[0] += 1
            found[1] += points_moved
        self.met[event.device_id].add(event.resident_id)

    @staticmethod
    def _added(numbers: Sequence[int], more: Sequence[int]) -> Sequence[int]:
        return [number + (more[n % 2] if n < WINDOW_NUMBERS else 0) for n, number in enumerate(numbers)]


def _whose(name: str, event: Event) -> UUID | None:
    """Whose a window is. One coordinator acts in a batch, so a pair is known by its resident."""
    found: UUID | None = getattr(event, f"{'resident' if name == 'pair' else name}_id")
    return found


def find_kin(uow: UnitOfWork, *, book: str, resident_ids: Sequence[UUID]) -> set[UUID]:
    """Say which of these owners are the actor himself, live with him, or are declared relatives of his.

    Also by passbooks that were merged. People without an account are known by the ledger's households alone, which its
    own door asks. Refuses BookMissing.
    """
    session, actor, book_id = uow.session, uow.actor, points.get_book(uow.session, book).id
    kin = set(identity_queries.list_kin_ids(session, book, actor.person_id or actor.id, actor.owner_id))
    people = points.persons_of(session, book_id, {*resident_ids, *kin, actor.owner_id})
    passbooks = {people[each].passbook_id for each in {*kin, actor.owner_id}}
    return {each for each in resident_ids if people[each].passbook_id in passbooks}


def decide_awards(uow: UnitOfWork, *, book: str, asks: Sequence[AwardAsk]) -> list[AwardDecision]:
    """Decide on awards that the actor is about to make, in the order asked; see `decide`. Nothing is paid by it.

    Refuses BookMissing.
    """
    if not asks:
        return []
    book_id = points.get_book(uow.session, book).id
    events = _events(uow, book, book_id, asks)
    for event in events:
        deciding.check(event)
    asked = [deciding.asked(uow, event, book_id) for event in events]
    looks = [
        look
        for start in range(0, len(asked), LOOKED_AT_ONCE)
        for look in queries.look_all(uow.session, book_id, asked[start : start + LOOKED_AT_ONCE], now=uow.now)
    ]
    crowded = any(is_beside_newcomers(event) for event in events)
    first_at = queries.first_decided_at(uow.session, book_id) if crowded else None
    tally, fresh, found = _Tally(), [], []
    for event, look in zip(events, looks, strict=True):
        if look.decision is not None:
            found.append(AwardDecision(deciding.stored(look.decision), 0, was_made=True))
            continue
        seen = replace(look, windows=tally.grown(event, look.windows))
        statement, values, decision, given = _decide(uow, event, book_id, seen, first_at)
        fresh.append((statement, values))
        found.append(AwardDecision(decision, given))
        tally.count(event, decision.outcome)
    for statement, rows in groupby(fresh, key=lambda one: one[0]):
        db.run_many(uow.session, statement, [values for _, values in rows])  # one round trip for each run of a kind
    return found


def _decide(
    uow: UnitOfWork, event: Event, book_id: int, seen: Look, first_at: datetime | None
) -> tuple[str, dict[str, Any], Decision, int]:
    told = Seen(
        windows=seen.windows,
        earned_at=seen.earned_at,
        lists=[(row[0], row[1]) for row in seen.lists],
        findings=[(row[0], row[1], row[2]) for row in seen.findings],
        first_at=first_at,
    )
    features = features_of_fact(event, told, now=uow.now)
    judged = deciding.judge_fact(uow, event, book_id, seen, features)
    statement, values = deciding.written(uow, event, judged, features)
    decision = deciding.decided(event.kind, values["id"], judged)
    return statement, values, decision, features["pair_points_1d"] or 0


def _events(uow: UnitOfWork, book: str, book_id: int, asks: Sequence[AwardAsk]) -> list[Event]:
    people = points.persons_of(uow.session, book_id, {ask.resident_id for ask in asks})
    passbooks = {person.passbook_id for person in people.values()}
    households = points.households_of(uow.session, book_id, passbooks)
    accounts = identity_queries.list_facts_of_owners(uow.session, book, passbooks, now=uow.now)
    known = {account.person_id for account in accounts.values() if account.person_id is not None}
    returned = queries.count_returned_awards(uow.session, book_id, uow.actor.id, known, since=uow.now - RETURNED)
    return [
        replace(
            _event(uow, ask, accounts.get(passbook, NOBODY), returned),
            book_id=book_id,
            resident_id=passbook,
            household_id=households.get(passbook),
        )
        for ask in asks
        for passbook in [people[ask.resident_id].passbook_id]
    ]


def _event(uow: UnitOfWork, ask: AwardAsk, account: AccountFacts, returned: Mapping[UUID, int]) -> Event:
    """An award, with the telephone that its recipient used last. `returned`: by account."""
    facts = account.told(uow.now)
    if account.person_id is not None:
        facts["returned_awards_30d"] = returned[account.person_id]
    return Event(
        kind=EventKind.AWARD,
        book_id=None,
        subject_id=ask.subject_id,
        coordinator_id=uow.actor.id,
        person_id=account.person_id,
        device_id=account.installation,
        points=ask.points,
        mode=ask.mode,
        facts={**facts, **ask.facts},
    )
