"""What the awarding door reads and locks: each is one statement, however many facts. Arrays drive index look-ups."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.points.models import Allotment, AllotmentSpender, AwardRecord, AwardRule, AwardRuleVersion, Budget
from app.points.rules.accounts import AccountRef, account_id
from app.points.terms import STREAK_MAX, AccountKind


@dataclass(frozen=True, slots=True)
class Person:
    """One who is paid: the passbook that is open, and those that were merged into it. `closed`: there is none."""

    passbook_id: UUID
    members: tuple[UUID, ...]
    closed: bool


def plan_anew(session: Session) -> None:
    """Until the transaction ends, plan each statement for the rows there are.

    A plan that a connection kept from when the register was empty would read all of it for every fact.
    """
    session.execute(text("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)"))


def current_rules(
    session: Session, book_id: int, codes: Collection[str]
) -> dict[str, tuple[AwardRule, AwardRuleVersion | None]]:
    """Those of these rules that there are, each with its highest published version."""
    query = (
        select(AwardRule, AwardRuleVersion)
        .outerjoin(
            AwardRuleVersion,
            (AwardRuleVersion.book_id == AwardRule.book_id)
            & (AwardRuleVersion.code == AwardRule.code)
            & AwardRuleVersion.published_at.is_not(None),
        )
        .where(AwardRule.book_id == book_id, AwardRule.code.in_(codes))
        .ext(distinct_on(AwardRule.code))
        .order_by(AwardRule.code, AwardRuleVersion.version.desc())
        .execution_options(populate_existing=True)
    )
    return {rule.code: (rule, version) for rule, version in session.execute(query)}


_PERSONS = text("""
    WITH RECURSIVE up AS (
        SELECT x.id AS asked, x.id AS passbook_id, false AS closed, 0 AS step FROM unnest(CAST(:ids AS uuid[])) x (id)
        UNION ALL
        SELECT up.asked, s.successor_id, up.closed OR s.kind <> 'merge', up.step + 1
          FROM up JOIN points_successors s ON s.book_id = :book_id AND s.owner_id = up.passbook_id),
    last AS (SELECT DISTINCT ON (asked) asked, passbook_id, closed FROM up ORDER BY asked, step DESC),
    down AS (
        SELECT passbook_id, passbook_id AS member FROM last
        UNION
        SELECT down.passbook_id, s.owner_id
          FROM down JOIN points_successors s
            ON s.book_id = :book_id AND s.successor_id = down.member AND s.kind = 'merge')
    SELECT l.asked, l.passbook_id, l.closed, m.members
      FROM last l JOIN (SELECT passbook_id, array_agg(member ORDER BY member) AS members FROM down GROUP BY 1) m
     USING (passbook_id)
""")


def persons_of(session: Session, book_id: int, beneficiary_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Who each of these beneficiaries is: passbooks of one person that were merged are one. All are answered.

    A passbook that was handed over at death or move is closed, whatever became of it later.
    """
    rows = session.execute(_PERSONS, {"book_id": book_id, "ids": sorted(beneficiary_ids)})
    return {row.asked: Person(row.passbook_id, tuple(row.members), row.closed) for row in rows}


def allotments_of(session: Session, book_id: int, ids: Collection[UUID], *, spender_id: UUID) -> dict[UUID, Allotment]:
    """Those of these allotments that this person may award from."""
    query = (
        select(Allotment)
        .join(
            AllotmentSpender,
            (AllotmentSpender.book_id == Allotment.book_id) & (AllotmentSpender.allotment_id == Allotment.id),
        )
        .where(Allotment.book_id == book_id, Allotment.id.in_(ids), AllotmentSpender.person_id == spender_id)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in session.scalars(query)} if ids else {}


def points_in_allotments(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, int]:
    """What can be awarded from each of these allotments now."""
    accounts = {account_id(book_id, AccountRef(AccountKind.ALLOTMENT, id_)): id_ for id_ in ids}
    rows = session.execute(
        text(
            "SELECT account_id, posted - held AS points FROM points_balances"
            " WHERE book_id = :book_id AND account_id = ANY(CAST(:accounts AS uuid[]))"
        ),
        {"book_id": book_id, "accounts": list(accounts)},
    )
    return {accounts[row.account_id]: row.points for row in rows} if ids else {}


def budgets_of(session: Session, book_id: int, ids: Collection[UUID]) -> dict[UUID, Budget]:
    """These budgets."""
    query = select(Budget).where(Budget.book_id == book_id, Budget.id.in_(ids))
    return {row.id: row for row in session.scalars(query)} if ids else {}


def lock_caps(session: Session, book_id: int, subject_ids: Collection[UUID]) -> None:
    """Let awards of these people and households be counted by nobody else until the transaction ends.

    In two statements and in one order. What bounds them must be read after this, in new statements.
    """
    ordered = sorted(subject_ids)
    if not ordered:
        return
    values = {"book_id": book_id, "ids": ordered}
    session.execute(_CAP_ROWS, values)
    session.execute(_CAP_LOCKS, values)


_CAP_ROWS = text("""
    INSERT INTO points_cap_locks (book_id, subject_id)
    SELECT :book_id, x.id FROM unnest(CAST(:ids AS uuid[])) x (id) ORDER BY x.id ON CONFLICT DO NOTHING
""")
_CAP_LOCKS = text("""
    SELECT 1 FROM points_cap_locks WHERE book_id = :book_id AND subject_id = ANY(CAST(:ids AS uuid[]))
     ORDER BY subject_id FOR NO KEY UPDATE
""")


# By the unique key of a fact. The second arm is for versions that count in longer cycles than those before them.
_RECORDS = text("""
    SELECT k.n, a.*
      FROM json_to_recordset(CAST(:asks AS json))
           k (n int, rule text, subject text, passbook uuid, day date, cycles text[], first date, last date),
           LATERAL (SELECT * FROM points_awards a
                     WHERE a.book_id = :book_id AND a.rule_code = k.rule AND a.subject = k.subject
                       AND a.passbook_id = k.passbook AND a.cycle = ANY (k.cycles)
                       AND (a.cycle <> 'once' OR a.performed_on BETWEEN k.first AND k.last)
                    UNION ALL
                    SELECT * FROM points_awards a
                     WHERE k.first < k.last AND a.book_id = :book_id AND a.rule_code = k.rule AND a.subject = k.subject
                       AND a.passbook_id = k.passbook AND a.cycle <> ALL (k.cycles)
                       AND a.performed_on BETWEEN k.first AND k.last) a
     ORDER BY k.n, a.performed_on <> k.day, a.performed_on, a.id
""")


class RecordAsk(NamedTuple):
    """A fact to be looked up: the names of all cycles its day lies in, and the days of the cycle it is paid once in."""

    n: int
    rule: str
    subject: str
    passbook: UUID
    day: date
    cycles: Sequence[str]
    first: date
    last: date


def records_of(session: Session, book_id: int, asks: Sequence[RecordAsk]) -> Sequence[tuple[int, AwardRecord]]:
    """What was recorded for facts, by whichever version: (n, record), of each n that of the fact's own day first.

    A record is of the fact when one's cycle holds the day of the other; what was paid once stands for its day.
    """
    rows = _on_arrays(session, _RECORDS, book_id, "asks", (ask._asdict() for ask in asks))
    return [(row.pop("n"), AwardRecord(**row)) for row in rows]


_SUMS = text("""
    SELECT k.n, sum(a.points)::bigint AS points
      FROM json_to_recordset(CAST(:asks AS json))
           k (n int, rule text, of_household boolean, counted uuid, first date, last date),
           LATERAL (SELECT a.points, a.transaction_id FROM points_awards a
                     WHERE NOT k.of_household AND a.book_id = :book_id AND a.passbook_id = k.counted
                       AND a.rule_code = k.rule AND a.performed_on BETWEEN k.first AND k.last AND a.points > 0
                    UNION ALL
                    SELECT a.points, a.transaction_id FROM points_awards a
                     WHERE k.of_household AND a.book_id = :book_id AND a.household_id = k.counted
                       AND a.rule_code = k.rule AND a.performed_on BETWEEN k.first AND k.last AND a.points > 0) a
     WHERE NOT EXISTS (SELECT 1 FROM points_transactions r
                        WHERE r.book_id = :book_id AND r.reverses_id = a.transaction_id)
     GROUP BY k.n
""")


def sums_for_caps(
    session: Session, book_id: int, asks: Sequence[tuple[int, str, bool, UUID, date, date]]
) -> dict[int, int]:
    """What was paid and not undone: (n, rule, of a household?, whose, first day, last day) → points by n."""
    names = ("n", "rule", "of_household", "counted", "first", "last")
    rows = _on_arrays(session, _SUMS, book_id, "asks", (dict(zip(names, ask, strict=True)) for ask in asks))
    return {row["n"]: row["points"] for row in rows}


# `now` is how the streak stood in the fact's own cycle; `before` how many cycles in a row lie before it. A record says
# how many led up to it when it was told; what was told later joins on there, so the walk goes on until one lacks.
_STREAKS = text("""
    WITH RECURSIVE asks AS MATERIALIZED (
        SELECT * FROM json_to_recordset(CAST(:asks AS json))
                      k (n int, rule text, passbooks uuid[], step interval, form int, now date, before date)),
    walk AS (
        SELECT k.n, k.rule, k.passbooks, k.step, k.form, k.now AS at, true AS own, 0 AS streak, 0 AS total FROM asks k
        UNION ALL
        SELECT k.n, k.rule, k.passbooks, k.step, k.form, k.before, false, 0, 0 FROM asks k
        UNION ALL
        SELECT w.n, w.rule, w.passbooks, w.step, w.form, (w.at - w.step * s.streak)::date, w.own, s.streak,
               w.total + s.streak
          FROM walk w,
               LATERAL (SELECT max(a.streak) AS streak
                          FROM unnest(w.passbooks) p (id),
                               LATERAL (SELECT a.streak, a.transaction_id FROM points_awards a
                                         WHERE a.book_id = :book_id AND a.passbook_id = p.id AND a.rule_code = w.rule
                                           AND a.performed_on BETWEEN w.at AND (w.at + w.step)::date - 1
                                           AND char_length(a.cycle) = w.form AND a.cycle <> 'once' OFFSET 0) a
                         WHERE NOT EXISTS (SELECT 1 FROM points_transactions r
                                            WHERE r.book_id = :book_id AND r.reverses_id = a.transaction_id)) s
         WHERE s.streak IS NOT NULL AND w.total < :most AND NOT (w.own AND w.total > 0))
    SELECT n, max(total) FILTER (WHERE own) AS now, max(total) FILTER (WHERE NOT own) AS before FROM walk GROUP BY n
""").bindparams(most=STREAK_MAX)


class StreakAsk(NamedTuple):
    """Whose streak in which rule; how long a cycle and its name are; the first days of this cycle and the last one."""

    n: int
    rule: str
    passbooks: Sequence[UUID]
    step: str
    form: int
    now: date
    before: date


def streaks_before(session: Session, book_id: int, asks: Sequence[StreakAsk]) -> dict[int, tuple[int, int]]:
    """How a streak stands in the cycle of each ask, and how many cycles in a row lie before it; by n, 0 for none."""
    rows = _on_arrays(session, _STREAKS, book_id, "asks", (ask._asdict() for ask in asks))
    return {row["n"]: (row["now"], row["before"]) for row in rows}


def _on_arrays(
    session: Session, statement: Any, book_id: int, name: str, rows: Iterable[Mapping[str, object]]
) -> list[dict[str, Any]]:
    """Run a statement that is driven by rows given as JSON; none, none."""
    given = list(rows)
    if not given:
        return []
    values = {"book_id": book_id, name: json.dumps(given, default=str, ensure_ascii=False)}
    return [dict(row) for row in session.execute(statement, values).mappings()]
