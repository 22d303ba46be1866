"""One resident enrolled without a file: an import of one row, checked, compared and committed at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete

from app.enrolment import queries
from app.enrolment.errors import BalanceDenied, BalanceUnpaid, ImportNotReady, ResidentDoubtful, RowRefused
from app.enrolment.models import Import, Line, Problem, Resident
from app.enrolment.rules import words
from app.enrolment.rules.checking import Checker
from app.enrolment.rules.layouts import Layout, as_json
from app.enrolment.rules.tables import Picked
from app.enrolment.service.checking import copy_rows, stage, write_problems
from app.enrolment.service.committing import WAITING_JOB, take_in
from app.enrolment.service.comparing import compare_lines
from app.enrolment.service.imports import register
from app.enrolment.terms import BY_HAND, LIKENESSES_LEFT, Field, ImportState, Severity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.periods import local_date
from app.points import queries as points_queries

FIELDS = (
    *(Field.NAME, Field.PHONE, Field.BUILDING, Field.UNIT, Field.ROOM),
    *(Field.PASSBOOK_NO, Field.POINTS, Field.EXPIRES_ON),
)
LAYOUT = Layout("", {name: at for at, name in enumerate(FIELDS)})
PROBLEMS_SHOWN = 20
BREAKS = {"zh": ";", "en": "; "}


@dataclass(frozen=True, slots=True)
class NewResident:
    """Somebody as a row of a list says it; texts as they were typed, empty ones for what is not known."""

    name: str
    passbook_no: str
    phone: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    points: int = 0
    expires_on: str = ""


def enrol_resident(
    uow: UnitOfWork, *, book: str, budget_id: UUID | None, accept_doubts: bool, resident: NewResident
) -> Resident:
    """Enrol somebody by the rules of a row of a list, and open the passbook; the same again changes nothing.

    It is an import of one row, and can be undone as one. Refuses BookMissing, BudgetMissing, BalanceUnpaid,
    BalanceDenied (a clerk), RowRefused, ResidentDoubtful unless `accept_doubts`, RowsChanged, BudgetTooSmall and what
    `points.open_passbooks` refuses.
    """
    ledger = points_queries.get_book(uow.session, book)
    _check_balance(uow, ledger.id, resident.points, budget_id)
    values = [str(getattr(resident, name)) for name in FIELDS]
    queries.lock_imports_of_book(uow.session, ledger.id)
    content = json.dumps(values, ensure_ascii=False).encode()
    made = register(uow, ledger.id, budget_id, content, BY_HAND)
    if made is None:
        return _twin(uow, ledger.id, content, budget_id)
    found = queries.get_import(uow.session, ledger.id, made)
    _check(uow, found, values, accept_doubts=accept_doubts)
    take_in(uow, found, book)
    found.state = str(ImportState.COMMITTED)
    found.committed_by, found.committed_at = uow.actor.id, uow.now
    uow.session.execute(delete(Line).where(Line.book_id == ledger.id, Line.import_id == made))
    uow.defer(WAITING_JOB, book=book, after=None)
    return _enrolled(uow, found)


def _check_balance(uow: UnitOfWork, book_id: int, points: int, budget_id: UUID | None) -> None:
    if budget_id is not None:
        points_queries.get_budget(uow.session, book_id, budget_id)
    if not points:
        return
    if Role.TREASURER not in uow.actor.roles:
        raise BalanceDenied
    if budget_id is None:
        raise BalanceUnpaid


def _check(uow: UnitOfWork, found: Import, values: Sequence[str], *, accept_doubts: bool) -> None:
    """Judge the row and compare it with the enrolled, as a file's jobs do. Refuses RowRefused, ResidentDoubtful."""
    checker = Checker([LAYOUT], local_date(uow.now))
    person = checker.check(Picked(1, hidden=False, values=values))
    found.layout = as_json([LAYOUT], {})
    found.rows_total = found.rows_done = 1
    stage(uow, copy_rows(uow, found, [person]))
    write_problems(uow, found, checker.problems)
    uow.session.flush()
    compare_lines(uow, found)
    problems = queries.list_problems(uow.session, found.book_id, found.id, after=None, limit=PROBLEMS_SHOWN)
    wrong = [problem for problem in problems if problem.severity == Severity.ERROR]
    if wrong:
        raise RowRefused(**_said(wrong))
    doubts = [problem for problem in problems if problem.code not in LIKENESSES_LEFT]
    if doubts and not accept_doubts:
        raise ResidentDoubtful(**_said(doubts))
    found.warnings = len(problems)


def _said(problems: Sequence[Problem]) -> dict[str, str]:
    said = {
        lang: between.join(words.sentence(each.code, each.field, "", each.detail, lang) for each in problems)
        for lang, between in BREAKS.items()
    }
    return said | {"field": problems[0].field}


def _twin(uow: UnitOfWork, book_id: int, content: bytes, budget_id: UUID | None) -> Resident:
    twin = queries.find_import_of_content(uow.session, book_id, sha256(content).digest(), budget_id)
    if twin is None or twin.state != ImportState.COMMITTED:  # it is being undone
        raise ImportNotReady(state=ImportState.UNDOING if twin is None else twin.state)
    return _enrolled(uow, twin)


def _enrolled(uow: UnitOfWork, found: Import) -> Resident:
    [(_, resident_id)] = queries.list_enrolled(uow.session, found.book_id, found.id, after=None, limit=1)
    return queries.get_resident(uow.session, found.book_id, resident_id)
