"""`decide`: look once, judge, write once. It sends no NOTIFY and defers no job: it stands on the path of a payment."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import thread_time
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter

from app.infra import db, metrics
from app.infra.unit_of_work import UnitOfWork
from app.kernel.errors import DomainError
from app.risk import queries
from app.risk.queries import Look
from app.risk.rules.definitions import RuleSetDefinition
from app.risk.rules.events import FIELDS, Decision, Event
from app.risk.rules.features import FEATURES_VERSION, check_facts
from app.risk.rules.scoring import Snoozed, Verdict, broken, judge
from app.risk.rules.vector import Seen, about, features_of_fact, is_beside_newcomers, lock_keys
from app.risk.service import shelf, windows
from app.risk.terms import (
    BUILT_IN,
    NO_BOOK,
    EventKind,
    Outcome,
    Pivot,
    Reason,
    RuleResult,
    RuleSetState,
)

log = structlog.get_logger(__name__)

# A burst at one shop is one case. Its payments go on beside each other: they keep the case from being closed, which
# waits for them, and once a minute one of them writes when the last came. How far it grew is counted by who reads it.
_CASE = """
    f AS (
        SELECT id FROM risk_cases
         WHERE book_id = %(book_id)s AND about = %(about)s AND about_id = %(about_id)s AND state <> 'closed'
           AND last_at > %(now)s - interval '1 minute' FOR KEY SHARE),
    c AS (
        INSERT INTO risk_cases (book_id, id, about, about_id, state, opened_at, last_at)
        SELECT %(book_id)s, %(new_case_id)s, %(about)s, %(about_id)s, 'pending', %(now)s, %(now)s
         WHERE NOT EXISTS (SELECT 1 FROM f)
        ON CONFLICT (book_id, about, about_id) WHERE state <> 'closed'
        DO UPDATE SET last_at = greatest(risk_cases.last_at, EXCLUDED.last_at) RETURNING id),"""
_SHADOWS = """
    s AS (
        INSERT INTO risk_shadows (book_id, version, decision_id, decided_at, real, outcome, score, points, rules)
        SELECT %(book_id)s, (x->>0)::integer, %(id)s, %(now)s, %(outcome)s, x->>1, (x->>2)::integer, %(points)s,
               ARRAY(SELECT jsonb_array_elements_text(x->3))
          FROM jsonb_array_elements(%(shadows)s::jsonb) x),"""
_WRITE = """
    WITH {case}{shadows}
    d AS (
        INSERT INTO risk_decisions (book_id, id, kind, subject_id, decided_at, acted_by, resident_id, person_id,
            device_id, household_id, shop_id, terminal_id, cashier_id, coordinator_id, points, order_fen,
            features_version, features, version, answers, score, outcome, reasons, failure, case_id)
        VALUES (%(book_id)s, %(id)s, %(kind)s, %(subject_id)s, %(now)s, %(acted_by)s, %(resident_id)s, %(person_id)s,
            %(device_id)s, %(household_id)s, %(shop_id)s, %(terminal_id)s, %(cashier_id)s, %(coordinator_id)s,
            %(points)s, %(order_fen)s, %(features_version)s, %(features)s::jsonb, %(version)s, %(answers)s::jsonb,
            %(score)s, %(outcome)s, %(reasons)s::text[], %(failure)s, {case_id}))
    INSERT INTO risk_facts (book_id, kind, subject_id, decided_at, resident_id, person_id, device_id, household_id,
        shop_id, coordinator_id, asked, points)
    VALUES (%(book_id)s, %(kind)s, %(subject_id)s, %(now)s, %(resident_id)s, %(person_id)s, %(device_id)s,
        %(household_id)s, %(shop_id)s, %(coordinator_id)s, %(points)s, %(moved)s)"""
_WRITES = {
    (with_case, with_shadows): _WRITE.format(
        case=_CASE if with_case else "",
        case_id="(SELECT id FROM f UNION ALL SELECT id FROM c)" if with_case else "NULL",
        shadows=_SHADOWS if with_shadows else "",
    )
    for with_case in (False, True)
    for with_shadows in (False, True)
}
"""By whether there is a case to open, and whether versions in shadow said something."""
UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, DomainError)
"""What a version raises that was not saved by us."""
STOPPING = frozenset({Outcome.BLOCK_AND_REVIEW, Outcome.DECLINE})
Shadow = tuple[int, str, int, list[str]]
"""Version, outcome, score, the rules that hit."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be written. `pivots`: whom the rules that spoke are about, the weightiest first."""

    book_id: int
    version: int
    verdict: Verdict
    pivots: list[Pivot]
    shadows: list[Shadow]


def decide(uow: UnitOfWork, event: Event, *, before_stopping: Callable[[], None] | None = None) -> Decision:
    """Decide on a fact and write down what was decided and why, in the caller's transaction.

    Decided before: the same again. What may not be at all is the caller's and the database's to refuse; rules only add
    friction. `before_stopping` is called before something is declined or blocked: it refuses what could not have come
    to pass anyhow, which then is not decided on, and nobody has a case for it. When the rules cannot be asked the
    answer is WHEN_BROKEN of the kind, never yes. Facts of one resident, device or coordinator are decided one after
    another, until the end of the transaction. Raises ValueError for facts that are not declared: a defect of the
    caller.
    """
    check(event)
    book_id = NO_BOOK if event.book_id is None else event.book_id
    seen = queries.look(uow.session, asked(uow, event, book_id))
    if seen.decision is not None:
        return stored(seen.decision)
    near = windows.look_and_count(uow, event, book_id)
    told = Seen(
        windows=seen.windows,
        earned_at=seen.earned_at,
        lists=[(row[0], row[1]) for row in seen.lists],
        findings=[(row[0], row[1], row[2]) for row in seen.findings],
        near=near,
        first_at=queries.first_decided_at(uow.session, book_id) if is_beside_newcomers(event) else None,
    )
    features = features_of_fact(event, told, now=uow.now)
    judged = judge_fact(uow, event, book_id, seen, features)
    if before_stopping is not None and judged.verdict.outcome in STOPPING:
        try:
            before_stopping()
        except DomainError:
            windows.uncount(uow, book_id, event.kind, windows.scopes_of(event), points=event.points, at=uow.now)
            raise
    statement, values = written(uow, event, judged, features)
    db.run(uow.session, statement, values)
    return decided(event.kind, values["id"], judged)


def check(event: Event) -> None:
    """Refuse with ValueError what no caller may ask: undeclared facts, negative amounts."""
    check_facts(event.kind, event.facts)
    if event.points < 0 or event.order_fen < 0:
        raise ValueError("risk: points and order_fen of a fact are not negative")


def asked(uow: UnitOfWork, event: Event, book_id: int) -> dict[str, Any]:
    """Give what `risk_look` is asked of a fact."""
    return {
        "book_id": book_id,
        "kind": str(event.kind),
        "subject_id": event.subject_id,
        "locks": lock_keys(event, book_id),
        "resident_id": event.resident_id,
        "person_id": event.person_id,
        "device_id": event.device_id,
        "household_id": event.household_id,
        "shop_id": event.shop_id,
        "coordinator_id": event.coordinator_id,
        "ids": list(event.subjects().values()),
        "now": uow.now,
    }


def stored(row: Any) -> Decision:
    """Give a decision as it was made before."""
    decision_id, outcome, score, reasons, version = row
    return Decision(
        id=UUID(decision_id),
        outcome=Outcome(outcome),
        score=score,
        reasons=tuple(Reason(reason) for reason in reasons),
        rule_set_version=version,
    )


def judge_fact(uow: UnitOfWork, event: Event, book_id: int, seen: Look, features: dict[str, Any]) -> Judged:
    """What the active version says, or what comes with Linli where a book has none; and those in shadow."""
    active = [row for row in seen.sets if row[1] == RuleSetState.ACTIVE]
    version = active[0][0] if active else BUILT_IN
    snoozed = {(row[0], Pivot(row[1])) for row in seen.snoozes}
    shadows = _shadows(uow, event, book_id, seen, features, snoozed=snoozed)
    try:
        definition = shelf.definition_of(uow.session, book_id, UUID(active[0][2])) if active else shelf.defaults()
        verdict = judge(definition, event.kind, features, snoozed=snoozed, clock=thread_time)
    except UNREADABLE as error:
        failed = broken(event.kind, f"version {version}: {type(error).__name__}")
        return Judged(book_id, version, failed, [], shadows)
    return Judged(book_id, version, verdict, _pivots(verdict, definition), shadows)


def _shadows(
    uow: UnitOfWork, event: Event, book_id: int, seen: Look, features: dict[str, Any], *, snoozed: Snoozed
) -> list[Shadow]:
    """What versions in shadow would have said. One that fails says nothing: it decides nothing either."""
    found = []
    for version, state, set_id in seen.sets:
        if state != RuleSetState.SHADOW:
            continue
        try:
            definition = shelf.definition_of(uow.session, book_id, UUID(set_id))
            verdict = judge(definition, event.kind, features, snoozed=snoozed, clock=thread_time)
        except UNREADABLE as error:
            log.warning("risk_shadow_failed", version=version, error=type(error).__name__)
            continue
        hits = [answer.rule for answer in verdict.answers if answer.result is RuleResult.HIT]
        found.append((version, str(verdict.outcome), verdict.score, hits))
    return found


def written(uow: UnitOfWork, event: Event, judged: Judged, features: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Give the statement that writes a decision, for `db.run`, and its values; `id` among them is the decision's."""
    verdict = judged.verdict
    values: dict[str, Any] = {
        "book_id": judged.book_id,
        "id": uow.new_id(),
        "kind": str(event.kind),
        "subject_id": event.subject_id,
        "now": uow.now,
        "acted_by": uow.actor.id,
        **{name: getattr(event, name) for _, name in FIELDS},
        "points": event.points,
        "order_fen": event.order_fen,
        "features_version": FEATURES_VERSION,
        "features": _json(features),
        "version": judged.version,
        "answers": f"[{','.join([answer.json for answer in verdict.answers])}]",
        "score": verdict.score,
        "outcome": str(verdict.outcome),
        "reasons": f"{{{','.join(verdict.reasons)}}}",  # words without spaces, as a literal
        "failure": verdict.failure,
        "shadows": _json(judged.shadows),
        "moved": 0 if verdict.outcome is Outcome.DECLINE else event.points,
    }
    with_case = verdict.outcome is not Outcome.APPROVE
    if with_case:
        pivot, about_id = about(event, judged.pivots, actor_id=uow.actor.id)
        values |= {"new_case_id": uow.new_id(), "about": str(pivot), "about_id": about_id}
    return _WRITES[with_case, bool(judged.shadows)], values


def _pivots(verdict: Verdict, definition: RuleSetDefinition) -> list[Pivot]:
    """Whom the rules that spoke are about, the weightiest first."""
    pivots = {rule.id: rule.pivot for rule in definition.rules}
    hits = [answer for answer in verdict.answers if answer.result is RuleResult.HIT]
    return [pivots[answer.rule] for answer in sorted(hits, key=lambda answer: -answer.score)]


def decided(kind: EventKind, decision_id: UUID, judged: Judged) -> Decision:
    """Count what was decided, and give it."""
    verdict = judged.verdict
    _counter(kind, verdict.outcome).inc()
    if verdict.failure:
        metrics.risk_failures_total.labels(str(kind)).inc()
        log.error("risk_engine_failed", kind=str(kind), failure=verdict.failure)
    return Decision(
        id=decision_id,
        outcome=verdict.outcome,
        score=verdict.score,
        reasons=verdict.reasons,
        rule_set_version=judged.version,
    )


@cache
def _counter(kind: EventKind, outcome: Outcome) -> Counter:
    return metrics.risk_decisions_total.labels(str(kind), str(outcome))


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
