"""The treasurer's desk in short words: files made here, uploads, and the queued jobs run at once."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.enrolment.terms import CSV, XLSX
from app.infra.unit_of_work import run_in_transaction
from app.jobs.catalogue import JOBS
from app.kernel.actor import SYSTEM, Role
from tests.fixtures.work import NOW
from tests.points.api import Api
from tests.points.ledger import Ledger

HEADER = ["姓名", "电话", "楼栋", "单元", "室", "存折号", "余额", "到期日"]
LI = ["李桂芳", "13812345678", "3", "2", "501", "A001", 45, "2026-12-31"]
WANG = ["王建国", "13912345678", "3", "2", "502", "A002", "1,200", "2027年6月30日"]
ZHAO = ["赵敏", "", "5", "1", "101", "A003", 0, ""]


def as_csv(*rows: list[Any], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """The rows as a CSV file."""
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows(rows)
    return made.getvalue().encode(encoding)


def as_workbook(sheets: dict[str, list[list[Any]]], change=None) -> bytes:
    """Sheets of rows as a workbook; `change(book)` does what else a person might have done to it."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def as_xlsx(*rows: list[Any], change=None) -> bytes:
    """The rows as a workbook; `change(sheet)` does what else a person might have done to it."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(sheet)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def counts(session: Session, ledger: Ledger) -> dict[str, int]:
    """Rows of everything that an import fills, but for its own report."""
    tables = ("points_accounts", "points_transactions", "points_lots", "points_outcomes", "points_households")
    tables += ("points_paper_passbooks", "enrolment_residents")
    return {
        table: session.scalar(text(f"SELECT count(*) FROM {table} WHERE book_id = :b"), {"b": ledger.id})
        for table in tables
    }


@dataclass
class Desk:
    """Imports into one ledger over HTTP; jobs run when `work` is called."""

    api: Api
    ledger: Ledger
    session: Session

    def upload(self, content: bytes, media_type: str = CSV, *, lang: str = "zh-CN", key: str = "", **query: Any) -> Any:
        wanted = {"budget_id": str(self.ledger.budget_id)} | query
        headers = self.api._headers(Role.TREASURER, lang) | ({"Idempotency-Key": key} if key else {})
        return self.api.client.post(
            f"/v1/books/{self.api.book}/imports",
            data=content,
            content_type=media_type,
            headers=headers,
            query_string=wanted,
        )

    def check(self, content: bytes, media_type: str | None = None) -> dict[str, Any]:
        """Upload and check: the import as it then stands."""
        kind = media_type or (XLSX if content.startswith(b"PK") else CSV)
        answer = self.upload(content, kind)
        assert answer.status_code == 202, answer.text
        self.work()
        return self.show(answer.json["id"])

    def take_in(self, content: bytes) -> dict[str, Any]:
        """Upload, check, commit: the import as it then stands."""
        found = self.check(content)
        assert found["state"] == "checked", (found, self.problems(found))
        answer = self.commit(found["id"])
        assert answer.status_code == 202, answer.text
        self.work()
        return self.show(found["id"])

    def commit(self, import_id: str, **more: Any) -> Any:
        return self.api.post(f"/imports/{import_id}/commit", {}, **more)

    def undo(self, import_id: str, reason: str = "wrong list", **more: Any) -> Any:
        return self.api.post(f"/imports/{import_id}/undo", {"reason": reason}, **more)

    def show(self, import_id: str) -> dict[str, Any]:
        return self.api.get(f"/imports/{import_id}").json

    def problems(self, found: dict[str, Any], *, lang: str = "zh-CN") -> list[dict[str, Any]]:
        answer = self.api.get(f"/imports/{found['id']}/problems?limit=100", lang=lang)
        assert answer.status_code == 200, answer.text
        return answer.json["items"]

    def codes(self, found: dict[str, Any], severity: str = "error") -> list[tuple[str, str]]:
        """(cell or field, code) of the problems of one severity."""
        return [
            (item["cell"] or item["field"], item["code"])
            for item in self.problems(found)
            if item["severity"] == severity
        ]

    def residents(self) -> list[dict[str, Any]]:
        return self.api.walk("/residents", limit=50)

    def work(self) -> int:
        """Run the jobs that wait, and those they queue."""
        done = 0
        while (job := self._next()) is not None:
            self.run(job)
            done += 1
        return done

    def run(self, job: Any) -> None:
        """Run one job as the worker does."""
        run_in_transaction(lambda uow: JOBS[job.task_name](uow, **job.args), actor=SYSTEM, now=NOW)

    def _next(self) -> Any:
        self.session.expire_all()
        first = "SELECT min(id) FROM procrastinate_jobs"
        query = f"DELETE FROM procrastinate_jobs WHERE id = ({first}) RETURNING task_name, args"
        return self.session.execute(text(query)).one_or_none()
