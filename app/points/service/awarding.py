"""The one door through which facts are paid by rule, one or five thousand at a time.

Read rules, people and households; lock what caps count; in new statements read what was paid; decide in memory; post in
one call of the posting door; record. A fixed number of statements, however many facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.points import errors, queries
from app.points.models import AwardRecord, Book
from app.points.queries import Figures
from app.points.rules.awarding import CapKey, Ruling, Tally, cap_keys, rule_on
from app.points.rules.facts import Fact
from app.points.service import claims, paying
from app.points.service.claims import Claim
from app.points.service.posting import Outcome
from app.points.terms import FACTS_MAX, Code, Decline


@dataclass(frozen=True, slots=True)
class AwardOutcome:
    """What became of one fact: its record, now or when it was first awarded (`replayed`), or the refusal.

    A record of 0 points says that its caps left nothing. `balance_after` is the passbook's, where points were paid.
    """

    fact: Fact
    record: AwardRecord | None
    refusal: DomainError | None
    replayed: bool
    balance_after: int | None


@dataclass(slots=True)
class _Case:
    """A fact on its way through the door. `first`: the case before it in the batch that has the same key."""

    fact: Fact
    claim: Claim | None = None
    first: "_Case | None" = None
    ruling: Ruling | None = None
    record: AwardRecord | None = None
    refusal: DomainError | None = None
    replayed: bool = False
    balance_after: int | None = None

    def answer_as(self, record: AwardRecord) -> None:
        """Answer as it was decided before; refuse what has other content."""
        before = record.performed_on, record.minutes, record.events, record.grade, record.chosen_points
        if before == self.fact.content:
            self.record, self.replayed = record, True
        else:
            self.refusal = errors.FactChanged(cycle=record.cycle)


class _Due(NamedTuple):
    """A case that a rule has decided."""

    case: _Case
    claim: Claim
    ruling: Ruling


@dataclass(slots=True)
class _Round:
    """One call of the door."""

    uow: UnitOfWork
    book: Book
    cases: list[_Case]
    tally: Tally = field(default_factory=Tally)

    @property
    def claimed(self) -> list[Claim]:
        """The claims of all cases that have one."""
        return [case.claim for case in self.cases if case.claim is not None]


def award(uow: UnitOfWork, book: Book, *, facts: Sequence[Fact], code: Code = Code.AWARD) -> list[AwardOutcome]:
    """Pay 1 to 5,000 facts by their rules; outcomes in the order asked, each fact decided on its own.

    The same fact is paid once, by whichever passbook of the person it is told again; it is answered as a replay.
    Refusals of single facts: see `claims.resolve` and `rules.awarding.rule_on`; FactChanged for other content under the
    key of a fact that was decided; PointsInsufficient when budget or allotment is dry (asked again later, it is tried
    again). Refuses PostingInvalid for more or fewer facts.
    """
    round_ = _open(uow, book, facts)
    queries.lock_caps(uow.session, book.id, {id_ for claim in round_.claimed for id_ in claim.counted})
    _judge(round_)
    _pay(round_, code)
    return _finish(round_)


def preview_awards(uow: UnitOfWork, book: Book, *, facts: Sequence[Fact]) -> list[AwardOutcome]:
    """What `award` would do now, without doing it; records that are not there yet have no transaction."""
    round_ = _open(uow, book, facts)
    _judge(round_)
    _foresee(round_)
    return _finish(round_)


def _open(uow: UnitOfWork, book: Book, facts: Sequence[Fact]) -> _Round:
    if not 1 <= len(facts) <= FACTS_MAX:
        raise errors.PostingInvalid(problem=f"1 to {FACTS_MAX} facts in one call, not {len(facts)}")
    cases = [_Case(fact) for fact in facts]
    for case, found in zip(cases, claims.resolve(uow, book, facts), strict=True):
        if isinstance(found, DomainError):
            case.refusal = found
        else:
            case.claim = found
    return _Round(uow, book, cases)


def _judge(round_: _Round) -> None:
    """Decide in order. What is counted for one fact counts against the next."""
    before = claims.records_before(round_.uow, round_.book, round_.claimed)
    fresh = [claim for claim in round_.claimed if claim.key not in before]
    round_.tally = claims.tally_before(round_.uow, round_.book, fresh)
    firsts: dict[str, _Case] = {}
    for case in round_.cases:
        claim = case.claim
        if claim is None:
            continue
        first = firsts.setdefault(claim.key, case)
        if first is not case:
            case.first = first
        elif claim.key in before:
            case.answer_as(before[claim.key])
        else:
            _rule(round_.tally, case, claim)


def _rule(tally: Tally, case: _Case, claim: Claim) -> None:
    try:
        case.ruling = rule_on(claim.terms, claim.fact, claim.payee, tally)
    except DomainError as refusal:
        case.refusal = refusal
    else:
        tally.count(claim.terms, claim.fact, claim.payee, case.ruling)


def _dues(round_: _Round) -> list[_Due]:
    return [
        _Due(case, case.claim, case.ruling)
        for case in round_.cases
        if case.claim is not None and case.ruling is not None
    ]


def _pay(round_: _Round, code: Code) -> None:
    """Post what was decided, and record it."""
    uow, book, dues = round_.uow, round_.book, _dues(round_)
    paid = [(due.claim, due.ruling) for due in dues if due.ruling.points]
    outcomes = paying.post_claims(uow, book, paid, code=code)
    _note_declines(dues, outcomes)
    fresh: dict[UUID, _Due] = {}
    twins: list[_Due] = []
    for due in dues:
        case, outcome = due.case, outcomes.get(due.claim.key)
        if case.refusal is not None:
            continue
        if outcome is not None and outcome.replayed:  # somebody awarded the same fact while we were deciding
            twins.append(due)
            continue
        made = None if outcome is None else outcome.subject_id
        case.record = paying.record_of(uow, book, due.claim, due.ruling, transaction_id=made)
        case.balance_after = None if outcome is None else outcome.balance_after
        fresh[case.record.id] = due
    kept = paying.keep_records(uow, [due.case.record for due in fresh.values() if due.case.record is not None])
    _answer_twins(round_, twins + [due for id_, due in fresh.items() if id_ not in kept])


def _note_declines(dues: Sequence[_Due], outcomes: dict[str, Outcome]) -> None:
    """Refuse what the ledger declined, and what was cut to nothing only because of that: neither is recorded."""
    unpaid: dict[CapKey, DomainError] = {}
    for due in dues:
        claim, outcome = due.claim, outcomes.get(due.claim.key)
        keys = [key for _, key in cap_keys(claim.terms, claim.payee, claim.fact.performed_on)]
        if outcome is not None and outcome.decline not in {None, Decline.CAUSE_REUSED}:
            refusal = errors.refusal(Decline(outcome.decline), outcome.detail, cause=outcome.cause)
            due.case.refusal = refusal
            unpaid |= dict.fromkeys(keys, refusal)
        elif due.ruling.computed and not due.ruling.points:
            due.case.refusal = next((unpaid[key] for key in keys if key in unpaid), None)


def _answer_twins(round_: _Round, twins: Sequence[_Due]) -> None:
    """Answer what another call recorded meanwhile. Refuses CauseReused where the cause was used for something else."""
    found = claims.records_before(round_.uow, round_.book, [due.claim for due in twins])
    for due in twins:
        due.case.record = None
        if due.claim.key in found:
            due.case.answer_as(found[due.claim.key])
        else:
            due.case.refusal = errors.CauseReused(cause=due.claim.key)


def _foresee(round_: _Round) -> None:
    """Without posting: what the budgets and allotments can pay, in order."""
    uow, book = round_.uow, round_.book
    dues = _dues(round_)
    budget_ids = {due.claim.terms.budget_id for due in dues}
    allotment_ids = {id_ for due in dues if (id_ := due.claim.fact.allotment_id) is not None}
    left = queries.sum_budget_points(uow.session, book.id, list(budget_ids)) | queries.points_in_allotments(
        uow.session, book.id, allotment_ids
    )
    for due in dues:
        source = due.claim.fact.allotment_id or due.claim.terms.budget_id
        points, available = due.ruling.points, left.get(source, 0)
        if points > available:
            due.case.refusal = errors.PointsInsufficient(available=available, requested=points)
        else:
            left[source] = available - points
            due.case.record = paying.record_of(uow, book, due.claim, due.ruling, transaction_id=None)


def _finish(round_: _Round) -> list[AwardOutcome]:
    """Answer what stood in the batch twice, and the balances behind replays."""
    for case in round_.cases:
        if case.first is not None and case.first.record is not None:
            case.answer_as(case.first.record)
        elif case.first is not None:
            case.refusal = case.first.refusal
    replayed = {case.record.transaction_id for case in round_.cases if case.replayed and case.record is not None}
    ids = [id_ for id_ in replayed if id_ is not None]
    figures = queries.figures_of_transactions(round_.uow.session, round_.book.id, ids) if ids else {}
    return [_outcome(case, figures) for case in round_.cases]


def _outcome(case: _Case, figures: dict[UUID, Figures]) -> AwardOutcome:
    after = case.balance_after
    if case.replayed and case.record is not None and case.record.transaction_id in figures:
        after = figures[case.record.transaction_id].balance_after
    return AwardOutcome(case.fact, case.record, case.refusal, case.replayed, after)
