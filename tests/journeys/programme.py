"""What the journey of a year needs: two people at each desk, files as offices have them, jobs at a simulated time."""

import csv
import io
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, product
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
from app.points.service.export import export_book
from tests.points.test_export import FORMS, start_judge

ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = UUID("7d9f0c2e-5b0e-4f6e-9c0a-0a1b2c3d4e5f")
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
        while (job := run_in_transaction(take_job, actor=SYSTEM)) is not None:
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
        """What the schedule does every night: count what two books owe each other, and tell the other."""
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


def take_job(uow: UnitOfWork) -> tuple[str, dict[str, Any]] | None:
    """Take the oldest queued job out: its name and arguments."""
    row = uow.session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE id = (SELECT min(id) FROM procrastinate_jobs WHERE status = 'todo')"
            " RETURNING task_name, args"
        )
    ).one_or_none()
    return None if row is None else (row.task_name, row.args)


TITLE = "美丽华都社区 积分存折登记表(2025年底)"
HEADINGS = ["姓名 ", "联系电话", "楼栋", "单元", "室", "存折号", "余额(分)", "到期日"]
BUILDING, EXPIRES = 2, 7


def paper_workbook(rows: list[list[Any]], *, saved: str = "") -> bytes:
    """A workbook as a community office has it: a title over all columns, one merged cell for a building's residents,
    days that are days, a line of totals."""
    book = Workbook()
    sheet = book.active
    sheet.append([TITLE])
    sheet.merge_cells("A1:H1")
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append(row)
    first = 3
    for building, group in groupby(rows, key=lambda row: row[BUILDING]):
        last = first + len(list(group)) - 1
        if last > first:
            sheet.merge_cells(start_row=first, end_row=last, start_column=BUILDING + 1, end_column=BUILDING + 1)
        assert sheet.cell(first, BUILDING + 1).value == building
        first = last + 1
    sheet.append(["合计", None, None, None, None, None, f"=SUM(G3:G{first - 1})"])
    book.properties.description = saved  # what Excel writes anew with each saving, were it a second later
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def paper_csv(rows: list[list[Any]]) -> bytes:
    """The same list as Excel saves it on a Chinese Windows: GBK, short days, every row with its building."""
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\r\n")
    lines.writerow([TITLE, *[""] * (len(HEADINGS) - 1)])
    lines.writerow(HEADINGS)
    for row in rows:
        lines.writerow([f"{cell.year}/{cell.month}/{cell.day}" if isinstance(cell, date) else cell for cell in row])
    return made.getvalue().encode("gbk")


class Judges:
    """Our own audit at once; hledger and beancount, which are none of our code, beside what the journey does next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at_work: list[tuple[str, subprocess.Popen[str]]] = []

    def look(self, month: str, books: list[str]) -> None:
        """Let all of them look at the books of this month."""
        self.hear()
        verdict = audit_books(db.engine, book=None, workers=1)
        assert verdict.clean, verdict.findings
        for code, form in product(books, FORMS):
            path = self.folder / f"{month}-{code}.{form}"
            with path.open("w", encoding="utf-8") as file:
                export_book(db.engine, book=code, form=form, write=file.write)
            self.at_work.append((path.name, start_judge(form, path)))

    def hear(self) -> list[str]:
        """What they said of the books they were given last: nothing, or the journey ends here."""
        heard = []
        for name, judge in self.at_work:
            out, err = judge.communicate()
            assert (judge.returncode, out, err) == (0, "", ""), (name, out[-2000:], err[-2000:])
            heard.append(name)
        self.at_work = []
        return heard


def month_days(year: int) -> list[tuple[int, date, date]]:
    """(month, its fifteenth, the third of the next): when people act and when the month is closed."""
    days = []
    for month in range(1, 13):
        following = date(year + month // 12, month % 12 + 1, 1)
        days.append((month, date(year, month, 15), following + timedelta(days=2)))
    return days
