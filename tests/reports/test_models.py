import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.reports import service


@pytest.mark.parametrize("statement", ["DELETE FROM reports_reports", "UPDATE reports_reports SET text = 'x'"])
def test_what_was_reported_is_never_changed(session, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


@pytest.mark.parametrize(
    "change",
    [
        "state = 'accepted'",
        "state = 'rejected'",
        "state = 'lost'",
        "reason = 'too soon'",
        "state = 'rejected', decided_by = id, decided_at = filed_at",
    ],
)
def test_a_half_decided_report_is_refused(acts, change):
    service.file_report(acts.uow, book=acts.book.code, text="路灯不亮", place="3号楼")
    acts.uow.session.flush()
    with pytest.raises(IntegrityError, match="ck_reports_reports_decided"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE reports_reports SET {change}"))
