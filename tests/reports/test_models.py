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


def test_a_clerk_cannot_be_the_second_too(acts):
    service.file_report(acts.uow, book=acts.book.code, text="路灯不亮", place="3号楼")
    acts.uow.session.flush()
    paid = "state = 'accepted', standing = 'thanked', points = 0, decided_at = filed_at"
    with pytest.raises(IntegrityError, match="ck_reports_reports_two_people"), acts.uow.session.begin_nested():
        acts.uow.session.execute(
            text(f"UPDATE reports_reports SET {paid}, needs_second = true, first_seen_by = id, decided_by = id")
        )


@pytest.mark.parametrize(
    "change",
    ["first_report_id = NULL, first_reporter_id = NULL", "confirmed = 0", "last_at = last_at - interval '1 s'"],
)
def test_who_was_first_and_how_many_confirmed_stay(acts, change):
    service.file_report(acts.uow, book=acts.book.code, text="路灯不亮", place="3号楼")
    acts.uow.session.flush()
    acts.uow.session.execute(
        text("UPDATE reports_problems SET first_report_id = id, first_reporter_id = id, confirmed = 2")
    )
    with pytest.raises(IntegrityError, match="a problem refused to change"), acts.uow.session.begin_nested():
        acts.uow.session.execute(text(f"UPDATE reports_problems SET {change}"))


@pytest.mark.parametrize("statement", ["DELETE FROM reports_moves", "UPDATE reports_moves SET reason = 'x'"])
def test_what_clerks_moved_is_never_changed(session, statement):
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))
