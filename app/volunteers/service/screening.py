"""Which of a coordinator's awards are paid at once, which wait for a second person, and which are refused.

Nobody awards those who are close to him. Anti-fraud decides on every award that would be new. Then the book's policy:
a check-in is a roster; on paper alone, and at all, one person gives only so much.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.errors import DomainError
from app.points import queries as points_queries
from app.points.service import AwardOutcome, Fact
from app.risk import service as risk
from app.risk.service import AwardAsk, AwardDecision
from app.risk.terms import Outcome, Reason
from app.volunteers import errors, queries
from app.volunteers.models import AwardCheck
from app.volunteers.rules.checks import Limits, is_sampled, why_held
from app.volunteers.service.facts import Activity
from app.volunteers.service.policies import limits_of
from app.volunteers.service.standing import minutes_on_site
from app.volunteers.terms import CheckState, Why

ANEW_WITHIN = timedelta(days=7)
"""So near to a rejected one the same activity is looked at, whatever it says now."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one row. Neither refused nor held: the ledger is asked to pay, or to answer as it paid.

    `is_known`: it was told before. `sampled`: once paid, it is looked at. `decision_id`: what anti-fraud said of it.
    """

    fact_id: UUID
    refusal: DomainError | None = None
    why: Why | None = None
    is_known: bool = False
    sampled: bool = False
    decision_id: UUID | None = None

    @property
    def pays(self) -> bool:
        """Whether the ledger is asked."""
        return self.refusal is None and self.why is None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known beside the facts. `before`: checks of this activity, by resident, the newest first."""

    limits: Limits
    kin: set[UUID]
    on_site: Mapping[UUID, int]
    before: Mapping[UUID, Sequence[AwardCheck]]

    def is_on_roster(self, fact: Fact) -> bool:
        """Whether somebody checked in and out, for no less than he is said to have worked."""
        minutes = self.on_site.get(fact.beneficiary_id)
        return minutes is not None and fact.minutes is not None and fact.minutes <= minutes

    def why(self, fact: Fact, *, outcome: Outcome, reasons: Collection[Reason], points: int, given: int) -> Why | None:
        """Why it waits for a second person; None: it does not."""
        return why_held(
            self.limits,
            outcome=outcome,
            reasons=reasons,
            points=points,
            given=given,
            on_roster=self.is_on_roster(fact),
            was_rejected=self.was_rejected(fact),
        )

    def was_rejected(self, fact: Fact) -> bool:
        """Whether something like it was rejected."""
        return any(
            check.state == CheckState.REJECTED and abs(check.performed_on - fact.performed_on) <= ANEW_WITHIN
            for check in self.before.get(fact.beneficiary_id, ())
        )


def screen(uow: UnitOfWork, *, book: str, activity: Activity, foreseen: Sequence[AwardOutcome]) -> list[Verdict]:
    """Decide on a batch, given what the ledger would pay. A few statements, however many rows. Refuses BookMissing."""
    verdicts, fresh = _sorted(uow, foreseen)
    if not fresh:
        return verdicts
    facts = [foreseen[n].fact for n in fresh]
    known = _know(uow, book, activity, facts)
    for n, fact in zip(fresh, facts, strict=True):
        verdicts[n] = _known_verdict(verdicts[n], fact, known)
    asked = [n for n in fresh if verdicts[n].pays]
    asks = [_ask(verdicts[n].fact_id, foreseen[n], known) for n in asked]
    for n, told in zip(asked, risk.decide_awards(uow, book=book, asks=asks), strict=True):
        verdicts[n] = _decided(verdicts[n], foreseen[n], known, told)
    return _with_twins(verdicts, foreseen)


def foresee(uow: UnitOfWork, *, book: str, activity: Activity, foreseen: Sequence[AwardOutcome]) -> list[Verdict]:
    """What `screen` would say if anti-fraud found nothing; nothing is written. Refuses BookMissing."""
    verdicts, fresh = _sorted(uow, foreseen)
    if not fresh:
        return verdicts
    facts = [foreseen[n].fact for n in fresh]
    known = _know(uow, book, activity, facts)
    for n, fact in zip(fresh, facts, strict=True):
        verdict = _known_verdict(verdicts[n], fact, known)
        if verdict.pays:
            why = known.why(fact, outcome=Outcome.APPROVE, reasons=(), points=_points(foreseen[n]), given=0)
            verdict = replace(verdict, why=why)
        verdicts[n] = verdict
    return _with_twins(verdicts, foreseen)


def fact_id_of(fact: Fact, teller: UUID) -> UUID:
    """Give the id of a fact as one person tells it: other content is another fact, and decided on anew."""
    parts = ("award", teller, fact.rule, fact.subject, fact.beneficiary_id, *fact.content)
    return uuid5(NAMESPACE_OID, "\x1f".join(map(str, parts)))


def _sorted(uow: UnitOfWork, foreseen: Sequence[AwardOutcome]) -> tuple[list[Verdict], list[int]]:
    """Give verdicts of what the ledger refuses or paid before, and which rows are new."""
    verdicts = [Verdict(fact_id_of(each.fact, uow.actor.id), refusal=each.refusal) for each in foreseen]
    fresh = [n for n, each in enumerate(foreseen) if each.record is not None and not each.replayed]
    return verdicts, fresh


def _with_twins(verdicts: list[Verdict], foreseen: Sequence[AwardOutcome]) -> list[Verdict]:
    """A row that stood in the batch before, under whichever passbook of the person, is answered as that one."""
    firsts: dict[UUID, Verdict] = {}
    for n, each in enumerate(foreseen):
        if each.record is not None:
            verdicts[n] = firsts.setdefault(each.record.id, verdicts[n])
    return verdicts


def _know(uow: UnitOfWork, book: str, activity: Activity, facts: Sequence[Fact]) -> _Known:
    book_id = points_queries.get_book(uow.session, book).id
    residents = [fact.beneficiary_id for fact in facts]
    return _Known(
        limits=limits_of(uow.session, book_id),
        kin=risk.find_kin(uow, book=book, resident_ids=residents),
        on_site=minutes_on_site(uow.session, book_id, activity),
        before=queries.checks_before(uow.session, book_id, facts[0].rule, facts[0].subject, residents),
    )


def _known_verdict(verdict: Verdict, fact: Fact, known: _Known) -> Verdict:
    """What can be said without asking anti-fraud."""
    if fact.beneficiary_id in known.kin:
        return replace(verdict, refusal=errors.AwardToKin())
    if known.limits.roster_required and not known.is_on_roster(fact):
        return replace(verdict, refusal=errors.AwardOffRoster())
    for check in known.before.get(fact.beneficiary_id, ()):
        if check.fact_id == verdict.fact_id:
            if check.state == CheckState.REJECTED:
                return replace(verdict, refusal=errors.AwardRejected(reason=check.reason))
            if check.state == CheckState.OPEN:
                return replace(verdict, why=Why(check.why), is_known=True)
        elif check.state == CheckState.OPEN and check.performed_on == fact.performed_on:
            return replace(verdict, refusal=errors.AwardWaiting())
    return verdict


def _ask(fact_id: UUID, foreseen: AwardOutcome, known: _Known) -> AwardAsk:
    fact = foreseen.fact
    off_roster = not known.is_on_roster(fact)
    facts: dict[str, bool | int | str] = {"is_off_roster": off_roster}
    if fact.minutes is not None:
        facts["minutes"] = fact.minutes
    return AwardAsk(
        subject_id=fact_id,
        resident_id=fact.beneficiary_id,
        points=_points(foreseen),
        mode="paper" if off_roster else "roster",
        facts=facts,
    )


def _decided(verdict: Verdict, foreseen: AwardOutcome, known: _Known, told: AwardDecision) -> Verdict:
    decision, paid = told.decision, _points(foreseen)
    if decision.outcome is Outcome.DECLINE:
        return replace(verdict, refusal=errors.AwardDeclined(), decision_id=decision.id)
    why = known.why(foreseen.fact, outcome=decision.outcome, reasons=decision.reasons, points=paid, given=told.given)
    if told.was_made and paid > 0:  # decided before and not paid: what it was beside then, nobody knows now
        why = why or Why.TOLD_ANEW
    digest = vault().index(str(verdict.fact_id), kind="volunteers.sample")
    sampled = why is None and paid > 0 and is_sampled(known.limits, digest)
    return replace(verdict, why=why, sampled=sampled, decision_id=decision.id)


def _points(foreseen: AwardOutcome) -> int:
    return foreseen.record.points if foreseen.record else 0
