"""What the journey of a year needs: two people at each desk, files as offices have them, jobs at a simulated time."""

import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from flask import Flask
from openpyxl import Workbook
from sqlalchemy import text

from app.infra.db import db
from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.jobs.catalogue import JOBS
from app.jobs.schedule import SCHEDULE
from app.jobs.terms import Rounds
from app.kernel.actor import SYSTEM, Actor, Role
from app.points.service.audit import audit_books
from app.points.service.export import Format, export_book

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = UUID("7d9f0c2e-5b0e-4f6e-9c0a-0a1b2c3d4e5f")
BEAN_CHECK = Path(sys.executable).with_name("bean-check")
HLEDGER = shutil.which("hledger")
NETTING = "points.state_nettings"
DAILY = ("points.expire_points", "points.close_allotments", "points.give_notices", "points.raise_alerts")


def person(name: str) -> UUID:
    """The id of somebody of the journey."""
    return uuid5(PEOPLE, name)


@dataclass
class Community:
    """One book over HTTP, at a simulated day."""

    app: Flask
    book: str
    day: date = date(2026, 1, 5)

    @property
    def now(self) -> datetime:
        """Ten in the morning of the day."""
        return datetime(self.day.year, self.day.month, self.day.day, 10, tzinfo=ZONE)

    def ask(
        self, method: str, path: str, role: Role, *, who: str | UUID = "", shop: UUID | None = None, **sent: Any
    ) -> Any:
        """A request as somebody in a role (by name, or by the id that enrolment gave); answers what came back."""
        id_ = who if isinstance(who, UUID) else person(who or role)
        actor = Actor(id_, frozenset({role}), None if role is Role.DISTRICT else self.book, shop, str(who))
        token = self.app.extensions["linli.token_office"].sign(actor, token_id=person("token"), now=datetime.now(ZONE))
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Language": "zh",
            "Linli-Demo-Clock": self.now.isoformat(),
        }
        address = path if path.startswith("/v1") else f"/v1/books/{self.book}{path}"
        return self.app.test_client().open(address, method=method, headers=headers, **sent)

    def get(self, path: str, role: Role = Role.AUDITOR, **more: Any) -> Any:
        """Read; the answer must be good."""
        answer = self.ask("GET", path, role, **more)
        assert answer.status_code == 200, (path, answer.text)
        return answer.json

    def post(self, path: str, body: Any = None, role: Role = Role.TREASURER, **more: Any) -> Any:
        """Do; the answer must be good."""
        answer = self.ask("POST", path, role, json=body or {}, **more)
        assert answer.status_code in {200, 201, 202}, (path, answer.status_code, answer.text)
        return answer.json

    def approve(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """The deputy approves what somebody proposed."""
        return self.post(f"/proposals/{proposal['id']}/approve", who="deputy")

    def work(self) -> None:
        """Run the queued jobs as if it were this day, one transaction each, until none is left."""
        while (job := run_in_transaction(_take_job, actor=SYSTEM)) is not None:
            name, arguments = job
            run_in_transaction(lambda uow, n=name, a=arguments: JOBS[n](uow, **a), actor=SYSTEM, now=self.now)

    def run_daily(self) -> None:
        """What the schedule does once a day, for all books."""
        for name in DAILY:
            rounds = SCHEDULE[name]
            assert isinstance(rounds, Rounds)
            for key in run_in_transaction(rounds.keys, actor=SYSTEM, now=self.now):
                self._run_steps(rounds, key)

    def run_netting(self) -> None:
        """What the schedule does once a month: count what two books owe each other, and tell the other."""
        for key in run_in_transaction(SCHEDULE[NETTING].keys, actor=SYSTEM, now=self.now):
            self._run_steps(SCHEDULE[NETTING], key)
        self.work()

    def _run_steps(self, rounds: Any, key: object) -> None:
        where: object = None
        while True:
            where = run_in_transaction(lambda uow, w=where: rounds.step(uow, key, w), actor=SYSTEM, now=self.now)
            if where is None:
                break

    def later(self, day: date) -> "Community":
        """The same, another day."""
        return Community(self.app, self.book, day)


def _take_job(uow: UnitOfWork) -> tuple[str, dict[str, Any]] | None:
    row = uow.session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')"
            " RETURNING task_name, args"
        )
    ).one_or_none()
    return None if row is None else (row.task_name, row.args)


def paper_list(rows: list[list[Any]]) -> bytes:
    """A workbook as a community office has it: a title, merged buildings, numbers that should be texts."""
    book = Workbook()
    sheet = book.active
    sheet.append(["美丽华都社区 积分存折登记表(2025年底)"])
    sheet.merge_cells("A1:H1")
    sheet.append(["姓名", "电话", "楼栋", "单元", "室", "存折号", "余额", "到期日"])
    for row in rows:
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def judge_books(folder: Path, books: list[str], outsiders: bool) -> None:
    """Our own audit, and where `outsiders` hledger and beancount, must find nothing wrong."""
    verdict = audit_books(db.engine, book=None, workers=1)
    assert verdict.clean, verdict.findings
    for code in books if outsiders else ():
        for form, command in _judges(folder / f"{code}.txt"):
            with (folder / f"{code}.txt").open("w", encoding="utf-8") as file:
                export_book(db.engine, book=code, form=form, write=file.write)
            told = subprocess.run(
                command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
            )
            assert told.returncode == 0, (form, told.stdout[-2000:], told.stderr[-2000:])


def _judges(path: Path) -> list[tuple[Format, list[Any]]]:
    found: list[tuple[Format, list[Any]]] = [(Format.BEANCOUNT, [BEAN_CHECK, path])]
    if HLEDGER:
        found.append((Format.HLEDGER, [HLEDGER, "-f", path, "check", "--strict", "ordereddates"]))
    return found


def month_days(year: int) -> list[tuple[int, date, date]]:
    """(month, its fifteenth, the third of the next): when people act and when the month is closed."""
    days = []
    for month in range(1, 13):
        following = date(year + month // 12, month % 12 + 1, 1)
        days.append((month, date(year, month, 15), following + timedelta(days=2)))
    return days
