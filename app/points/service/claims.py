"""From facts to claims: which rule decides each, who is paid, from where; and what was paid before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.kernel.periods import local_date, month_end, month_start
from app.points import errors, queries
from app.points.models import Allotment, AwardRecord, AwardRule, AwardRuleVersion, Book
from app.points.queries import Person, RecordAsk, StreakAsk
from app.points.rules.awarding import CapKey, Payee, RuleTerms, StreakKey, Tally, cap_keys, streak_keys
from app.points.rules.facts import Fact, check_fact, cycle_before, cycle_end, cycle_key, cycle_start, fact_key
from app.points.service.rulebook import definition_of
from app.points.terms import Cycle


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact that a published rule decides. `key`: the words under which it is paid once."""

    fact: Fact
    terms: RuleTerms
    members: tuple[UUID, ...]
    payee: Payee
    key: str

    @property
    def cycle(self) -> str:
        """The cycle the fact lies in."""
        return cycle_key(self.terms.cycle, self.fact.performed_on)

    @property
    def counted(self) -> set[UUID]:
        """The person and household whose points its caps count."""
        return {key.counted_id for _, key in cap_keys(self.terms, self.payee, self.fact.performed_on)}


@dataclass(frozen=True, slots=True)
class Sources:
    """What facts refer to, as read: rules, people, households, allotments the actor may award from."""

    rules: dict[str, tuple[AwardRule, AwardRuleVersion | None]]
    persons: dict[UUID, Person]
    households: dict[UUID, UUID]
    allotments: dict[UUID, Allotment]


def resolve(uow: UnitOfWork, book: Book, facts: Sequence[Fact]) -> list[Claim | DomainError]:
    """Each fact with its rule and its person, or why it cannot be awarded; in five queries for all of them.

    A fact may be refused by RuleMissing, RuleWithdrawn, RuleUnpublished, FactDayOutOfRange, FactOutOfRange,
    PassbookClosed, AwardToSelf, FactAllotmentRequired, FactAllotmentMissing, FactAllotmentClosed, FactAllotmentForeign.
    """
    session = uow.session
    queries.plan_anew(session)
    persons = queries.persons_of(session, book.id, {fact.beneficiary_id for fact in facts} | {uow.actor.owner_id})
    allotments = {fact.allotment_id for fact in facts if fact.allotment_id is not None}
    sources = Sources(
        rules=queries.current_rules(session, book.id, {fact.rule for fact in facts}),
        persons=persons,
        households=queries.households_of(session, book.id, {person.passbook_id for person in persons.values()}),
        allotments=queries.allotments_of(session, book.id, allotments, spender_id=uow.actor.id),
    )
    today, awarder = local_date(uow.now), _payee(persons[uow.actor.owner_id], sources.households)
    published = {
        code: definition_of(version).terms(code, version.version)
        for code, (_, version) in sources.rules.items()
        if version is not None
    }
    claims: list[Claim | DomainError] = []
    for fact in facts:
        try:
            claim = _claim(fact, sources, published, today)
            if claim.payee.is_with(awarder):
                raise errors.AwardToSelf
            claims.append(claim)
        except DomainError as refusal:
            claims.append(refusal)
    return claims


def _claim(fact: Fact, sources: Sources, published: dict[str, RuleTerms], today: date) -> Claim:
    check_fact(fact, today)
    terms = _terms(fact, sources, published)
    person = sources.persons[fact.beneficiary_id]
    if person.closed:
        raise errors.PassbookClosed(field="beneficiary_id")
    if fact.allotment_id is None and terms.allotment_required:
        raise errors.FactAllotmentRequired(rule=fact.rule)
    if fact.allotment_id is not None:
        _check_allotment(fact, sources.allotments.get(fact.allotment_id), terms, today)
    payee = _payee(person, sources.households)
    key = fact_key(fact.rule, fact.subject, person.passbook_id, cycle_key(terms.cycle, fact.performed_on))
    return Claim(fact, terms, person.members, payee, key)


def _payee(person: Person, households: Mapping[UUID, UUID]) -> Payee:
    return Payee(person.passbook_id, households.get(person.passbook_id))


def _terms(fact: Fact, sources: Sources, published: dict[str, RuleTerms]) -> RuleTerms:
    if fact.rule not in sources.rules:
        raise errors.RuleMissing(rule=fact.rule)
    rule, _ = sources.rules[fact.rule]
    if rule.withdrawn_at is not None:
        raise errors.RuleWithdrawn(rule=fact.rule)
    if fact.rule not in published:
        raise errors.RuleUnpublished(rule=fact.rule)
    return published[fact.rule]


def _check_allotment(fact: Fact, allotment: Allotment | None, terms: RuleTerms, today: date) -> None:
    if allotment is None:
        raise errors.FactAllotmentMissing
    if allotment.budget_id != terms.budget_id:
        raise errors.FactAllotmentForeign(rule=fact.rule)
    if allotment.state != "open" or not allotment.period_from <= today <= allotment.period_to:
        raise errors.FactAllotmentClosed(
            period_from=allotment.period_from.isoformat(), period_to=allotment.period_to.isoformat()
        )


def records_before(uow: UnitOfWork, book: Book, claims: Iterable[Claim]) -> dict[str, AwardRecord]:
    """What was recorded for these facts, by any version of their rules, for whichever passbook of the person.

    One query.
    """
    ordered = list(claims)
    asks = [_record_ask(n, claim, member) for n, claim in enumerate(ordered) for member in claim.members]
    found: dict[str, AwardRecord] = {}
    for n, record in queries.records_of(uow.session, book.id, asks):
        found.setdefault(ordered[n].key, record)
    return found


def _record_ask(n: int, claim: Claim, member: UUID) -> RecordAsk:
    fact, cycle = claim.fact, claim.terms.cycle
    day = fact.performed_on
    once = cycle is Cycle.ONCE
    first, last = (date.min, date.max) if once else (cycle_start(cycle, day), cycle_end(cycle, day))
    cycles = [cycle_key(each, day) for each in Cycle]
    return RecordAsk(n, claim.terms.code, fact.subject, member, day, cycles, first, last)


def tally_before(uow: UnitOfWork, book: Book, claims: Sequence[Claim]) -> Tally:
    """What the caps of these claims have paid so far, and the streaks they go on from. Two queries."""
    tally = Tally()
    caps = _cap_asks(claims)
    sums = queries.sums_for_caps(uow.session, book.id, [(n, *ask) for n, (_, ask) in enumerate(caps)])
    for n, points in sums.items():
        tally.points[caps[n][0]] += points
    streaks = _streak_asks(claims)
    found = queries.streaks_before(uow.session, book.id, [ask for _, ask in streaks])
    for keys, ask in streaks:
        for key, streak in zip(keys, found[ask.n], strict=True):
            if streak:
                tally.streaks[key] = max(streak, tally.streaks.get(key, 0))
    return tally


CapAsk = tuple[str, bool, UUID, date, date]
STEPS = {Cycle.DAY: "1 day", Cycle.WEEK: "7 days", Cycle.MONTH: "1 month", Cycle.YEAR: "1 year"}


def _cap_asks(claims: Iterable[Claim]) -> list[tuple[CapKey, CapAsk]]:
    """Each cap once, by each passbook of the person."""
    asks: dict[tuple[CapKey, UUID], CapAsk] = {}
    for claim in claims:
        day = claim.fact.performed_on
        for cap, key in cap_keys(claim.terms, claim.payee, day):
            span = (month_start(day), month_end(day)) if cap.of_month else (day, day)
            for counted in (key.counted_id,) if cap.of_household else claim.members:
                asks[key, counted] = (key.rule, cap.of_household, counted, *span)
    return [(key, ask) for (key, _), ask in asks.items()]


def _streak_asks(claims: Iterable[Claim]) -> list[tuple[tuple[StreakKey, StreakKey], StreakAsk]]:
    """Each person's cycle once; what happens once has no streak."""
    asks: dict[StreakKey, tuple[tuple[StreakKey, StreakKey], StreakAsk]] = {}
    for claim in claims:
        cycle, day = claim.terms.cycle, claim.fact.performed_on
        if cycle is Cycle.ONCE:
            continue
        keys = streak_keys(claim.terms, claim.payee, day)
        if keys[0] not in asks:
            span = cycle_start(cycle, day), cycle_before(cycle, day)
            form = len(keys[0].cycle)
            asks[keys[0]] = keys, StreakAsk(len(asks), claim.terms.code, claim.members, STEPS[cycle], form, *span)
    return list(asks.values())
