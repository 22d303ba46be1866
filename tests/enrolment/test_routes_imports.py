"""A file of residents from upload to undo, over HTTP."""

import io
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from app.enrolment import errors
from app.enrolment import service as enrolment
from app.enrolment.service import committing
from app.enrolment.terms import CSV, FILE_BYTES_MAX, XLSX
from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM, Role
from app.points import service as points
from tests.enrolment.desk import HEADER, LI, WANG, ZHAO, as_csv, as_xlsx, counts
from tests.fixtures.servers import ROOT
from tests.fixtures.work import NOW
from tests.points.api import refused
from tests.points.ledger import open_ledger

LIST = [HEADER, LI, WANG, ZHAO]
PLACES = ("name", "phone", "building", "unit", "room", "passbook_no")


def rows(count, points_=10, *, first=0):
    return [
        [f"居民{n:06}", f"138{n:08}", n // 20 + 1, 1, n % 20 + 1, f"P{n:06}", points_, "2027-12-31"]
        for n in range(first, first + count)
    ]


# --- who may


def test_an_auditor_reads_what_opening_points_rest_on_with_masked_telephones_and_changes_nothing(desk):
    refused_file = desk.check(as_csv(HEADER, [*LI[:6], "四十五", LI[7]]))
    done = desk.take_in(as_xlsx(*LIST))
    read = desk.api.walk("/imports", Role.AUDITOR, limit=1)
    assert [found["id"] for found in read] == [done["id"], refused_file["id"]]
    assert desk.api.get(f"/imports/{done['id']}", Role.AUDITOR).json == done
    told = desk.api.get(f"/imports/{refused_file['id']}/problems", Role.AUDITOR)
    assert [item["cell"] for item in told.json["items"]] == ["G2"]
    residents = desk.api.walk("/residents", Role.AUDITOR, limit=2)
    assert residents == desk.residents()
    assert [each["phone"] for each in residents] == ["138****5678", "139****5678", None]
    assert LI[1] not in told.text + str(residents)
    for path, body in (("commit", {}), ("undo", {"reason": "x"})):
        assert refused(desk.api.post(f"/imports/{done['id']}/{path}", body, Role.AUDITOR))[0] == 403
    assert desk.api.get("/imports/template.csv", Role.AUDITOR).status_code == 403


# --- taking in


def test_a_list_is_checked_then_taken_in(desk, acts):
    found = desk.check(as_xlsx(*LIST))
    assert (found["state"], found["rows_total"], found["rows_done"], found["errors"]) == ("checked", 3, 3, 0)
    assert found["points_total"] == 1245
    assert desk.residents() == []
    assert desk.commit(found["id"]).status_code == 202
    assert desk.show(found["id"])["state"] == "committing"
    desk.work()
    done = desk.show(found["id"])
    assert (done["state"], done["failure"]) == ("committed", None)
    li, wang, zhao = desk.residents()
    assert [li[name] for name in PLACES] == ["李桂芳", "138****5678", "3", "2", "501", "A001"]
    assert zhao["phone"] is None
    assert len({person["household_id"] for person in (li, wang, zhao)}) == 3
    assert (acts.trial()["resident"], acts.trial()["points_liability"]) == (1245, 12450)
    assert acts.available(UUID(wang["id"])) == 1200
    assert desk.api.get("/residents?passbook_no=a001").json["items"] == [li]
    assert desk.api.get("/residents?passbook_no=nobody").json["items"] == []


def test_the_ledger_says_who_took_it_in_and_which_import_it_was(desk, session, ledger, person):
    found = desk.take_in(as_csv(*LIST))
    query = "SELECT actor_id, cause, evidence, lines FROM points_transactions WHERE code = 'opening'"
    row = session.execute(text(query))
    treasurer = person(Role.TREASURER, book=ledger.book.code).id
    assert list(map(tuple, row)) == [(treasurer, f"import:{found['id']}:1", f"import:{found['id']}", 5)]


def test_people_of_one_home_are_one_household(desk, session):
    desk.take_in(as_csv(HEADER, LI, ["张强", "13700000001", "3栋", "02单元", "501室", "B1", 5, "2027-01-01"]))
    homes = session.execute(text("SELECT DISTINCT household_id FROM points_households")).all()
    assert len(homes) == 1


def test_a_whole_telephone_number_leaves_by_no_answer(desk):
    found = desk.check(as_csv(*LIST))
    desk.commit(found["id"])
    desk.work()
    answers = [desk.api.get("/residents"), desk.api.get(f"/imports/{found['id']}"), desk.api.get("/imports")]
    answers.append(desk.api.get(f"/imports/{found['id']}/problems"))
    assert all("13812345678" not in answer.text for answer in answers)


def test_nothing_of_people_is_kept_once_it_is_taken_in(desk, session):
    desk.take_in(as_csv(*LIST))
    for table in ("enrolment_files", "enrolment_pieces", "enrolment_lines"):
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_thousands_of_rows_go_in_by_pages_and_the_audit_is_clean(desk, acts, ledger, session):
    found = desk.take_in(as_csv(HEADER, *rows(2500)))
    assert found["rows_done"] == 2500
    assert session.scalar(text("SELECT count(*) FROM points_transactions WHERE code = 'opening'")) == 3
    assert acts.trial()["resident"] == 25_000
    assert len(desk.residents()) == 2500


def test_an_imported_passbook_is_checked_by_an_outsider(desk, acts, tmp_path):
    desk.take_in(as_csv(*LIST))
    li = UUID(desk.residents()[0]["id"])
    acts.redeem(li, 5)
    file = tmp_path / "passbook.json"
    file.write_text(desk.api.get(f"/passbooks/{li}/export").text, encoding="utf-8")
    command = [sys.executable, ROOT / "tools" / "verify_passbook.py", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# --- the same again


def test_the_same_file_twice_changes_nothing(desk, session, ledger):
    found = desk.take_in(as_csv(*LIST))
    before = counts(session, ledger)
    again = desk.upload(as_csv(*LIST))
    assert (again.status_code, again.json["id"], again.json["state"]) == (202, found["id"], "committed")
    desk.work()
    assert counts(session, ledger) == before
    assert refused(desk.commit(found["id"]))[1] == "enrolment.import_not_ready"


def test_a_file_whose_jobs_were_lost_is_checked_on_when_it_comes_again(desk):
    first = desk.upload(as_csv(*LIST)).json
    assert desk._next() is not None  # the job is lost before it was begun
    again = desk.upload(as_csv(*LIST)).json
    assert again["id"] == first["id"]
    desk.run(desk._next())
    assert desk._next() is not None  # and lost in the middle
    desk.upload(as_csv(*LIST))
    desk.upload(as_csv(*LIST))
    desk.work()
    done = desk.show(first["id"])
    assert (done["state"], done["rows_done"], done["points_total"]) == ("checked", 3, 1245)


def test_a_passbook_that_is_enrolled_cannot_come_with_another_file(desk, session, ledger):
    desk.take_in(as_csv(*LIST))
    before = counts(session, ledger)
    found = desk.check(as_csv(HEADER, LI, ["陈静", "13600000001", "1", "1", "101", "C1", 3, "2027-01-01"]))
    assert (found["state"], desk.codes(found)) == ("refused", [("F2", "passbook_taken")])
    assert refused(desk.commit(found["id"]))[1] == "enrolment.import_not_ready"
    assert counts(session, ledger) == before


def test_a_passbook_that_was_taken_over_by_hand_cannot_come_with_a_file(desk, acts):
    body = {"budget_id": str(desk.ledger.budget_id), "rows": []}
    body["rows"] = [{"resident_id": str(UUID(int=5)), "points": 3, "expires_on": "2027-01-31", "passbook_no": "A001"}]
    assert desk.api.post("/opening-balances", body).status_code == 200
    assert desk.codes(desk.check(as_csv(*LIST))) == [("F2", "passbook_taken")]


def test_a_passbook_that_came_with_a_file_cannot_be_taken_over_by_hand(desk):
    desk.take_in(as_csv(*LIST))
    body = {"budget_id": str(desk.ledger.budget_id), "rows": []}
    body["rows"] = [{"resident_id": str(UUID(int=5)), "points": 3, "expires_on": "2027-01-31", "passbook_no": "A001"}]
    answer = desk.api.post("/opening-balances", body)
    assert refused(answer) == (409, "points.passbook_taken_over", ["passbook_no"])


def test_two_files_with_one_passbook_are_taken_in_once(desk, acts, session):
    first = desk.check(as_csv(*LIST))
    second = desk.check(as_csv(HEADER, LI))
    for found in (first, second):
        assert desk.commit(found["id"]).status_code == 202
    desk.work()
    assert desk.show(first["id"])["state"] == "committed"
    late = desk.show(second["id"])
    assert (late["state"], late["failure"]["code"]) == ("checked", errors.RowsChanged.code)
    assert acts.trial()["resident"] == 1245


# --- all or nothing


def test_one_bad_row_among_thousands_changes_nothing_and_is_named(desk, session, ledger):
    before = counts(session, ledger)
    many = rows(3000)
    many[1729][6] = "十分"
    found = desk.check(as_csv(HEADER, *many))
    assert (found["state"], found["errors"], desk.codes(found)) == ("refused", 1, [("G1731", "points_form")])
    assert refused(desk.commit(found["id"]))[:2] == (409, "enrolment.import_not_ready")
    assert desk.work() == 0
    assert counts(session, ledger) == before


def test_a_budget_that_is_too_small_is_said_before_and_changes_nothing(desk, session, ledger):
    found = desk.check(as_csv(HEADER, *rows(3, points_=50_000)))
    answer = desk.commit(found["id"])
    assert refused(answer) == (409, "points.budget_too_small", ["budget_id"])
    assert "50000" in answer.json["detail"]


def test_a_budget_that_shrank_while_the_job_waited_leaves_nothing_behind(desk, acts, session, ledger):
    found = desk.check(as_csv(HEADER, *rows(2000, points_=45)))
    assert desk.commit(found["id"]).status_code == 202
    acts.award(UUID(int=9), 20_000)
    before = counts(session, ledger)
    desk.work()
    stopped = desk.show(found["id"])
    assert (stopped["state"], stopped["failure"]["code"]) == ("checked", "points.budget_too_small")
    assert counts(session, ledger) == before
    acts.fund(1_000_000)
    acts.mint(100_000)
    assert desk.commit(found["id"]).status_code == 202
    desk.work()
    assert desk.show(found["id"])["state"] == "committed"


def test_a_failure_in_the_middle_leaves_nothing_and_the_next_try_succeeds(desk, session, ledger, monkeypatch):
    found = desk.check(as_csv(HEADER, *rows(2500)))
    desk.commit(found["id"])
    before = counts(session, ledger)
    real = points.open_passbooks

    def fail_at_the_third(uow, book, *, first_page, **more):
        if first_page == 3:
            raise RuntimeError("power cut")
        return real(uow, book, first_page=first_page, **more)

    monkeypatch.setattr(committing, "PART_ROWS", 1000)
    with monkeypatch.context() as patched:
        patched.setattr(points, "open_passbooks", fail_at_the_third)
        with pytest.raises(RuntimeError, match="power cut"):
            desk.work()
    assert counts(session, ledger) == before
    assert desk.show(found["id"])["state"] == "committing"
    assert desk.commit(found["id"]).status_code == 202
    desk.work()
    assert desk.show(found["id"])["state"] == "committed"


def test_a_day_that_passed_between_check_and_commit_stops_the_file(desk, session, ledger, acts):
    found = desk.check(as_csv(HEADER, [*LI[:-1], "2026-06-15"], WANG))
    desk.commit(found["id"])
    job = desk._next()
    tomorrow = NOW + timedelta(days=1)
    run_in_transaction(lambda uow: enrolment.commit_import(uow, **job.args), actor=SYSTEM, now=tomorrow)
    stopped = desk.show(found["id"])
    assert (stopped["state"], stopped["failure"]["code"]) == ("checked", "enrolment.rows_changed")
    assert acts.trial().get("resident", 0) == 0


def test_jobs_that_come_twice_change_nothing(desk, acts):
    found = desk.check(as_csv(*LIST))
    desk.commit(found["id"])
    desk.commit(found["id"])
    desk.work()
    again = {"book_id": desk.ledger.id, "import_id": found["id"]}
    for job in (enrolment.read_file, enrolment.check_rows):
        run_in_transaction(lambda uow, job=job: job(uow, **again), actor=SYSTEM, now=NOW)
    for job in (enrolment.commit_import, enrolment.undo_import):
        more = again | {"book": desk.api.book}
        run_in_transaction(lambda uow, job=job, more=more: job(uow, **more), actor=SYSTEM, now=NOW)
    assert desk.show(found["id"])["state"] == "committed"
    assert acts.trial()["resident"] == 1245


# --- undo


def test_an_import_is_undone_as_a_whole_and_the_file_can_come_again(desk, acts, session, ledger):
    before = counts(session, ledger) | {"points_accounts": None, "points_transactions": None, "points_lots": None}
    before["points_outcomes"] = None
    found = desk.take_in(as_csv(HEADER, *rows(1500)))
    assert desk.undo(found["id"], "测试数据").status_code == 202
    assert desk.show(found["id"])["state"] == "undoing"
    desk.work()
    done = desk.show(found["id"])
    assert (done["state"], done["undo_reason"]) == ("undone", "测试数据")
    assert acts.trial()["resident"] == 0
    assert {name: counts(session, ledger)[name] for name, count in before.items() if count is not None} == {
        name: count for name, count in before.items() if count is not None
    }
    assert refused(desk.undo(found["id"]))[1] == "enrolment.import_not_ready"
    again = desk.take_in(as_csv(HEADER, *rows(1500)))
    assert again["id"] != found["id"]
    assert acts.trial()["resident"] == 15_000


def test_an_undo_after_somebody_spent_is_refused_with_the_name(desk, acts):
    found = desk.take_in(as_csv(*LIST))
    li = UUID(desk.residents()[0]["id"])
    acts.redeem(li, 1)
    answer = desk.undo(found["id"], lang="en")
    assert refused(answer)[:2] == (409, errors.UndoTooLate.code)
    assert "李桂芳 (A001)" in answer.json["detail"]
    assert desk.show(found["id"])["state"] == "committed"


def test_spending_while_the_undo_waits_stops_it(desk, acts):
    found = desk.take_in(as_csv(*LIST))
    li = UUID(desk.residents()[0]["id"])
    desk.undo(found["id"])
    acts.redeem(li, 1)
    desk.work()
    stopped = desk.show(found["id"])
    assert (stopped["state"], stopped["failure"]["code"]) == ("committed", "enrolment.undo_too_late")
    assert "李桂芳" in stopped["failure"]["detail"]
    assert acts.trial()["resident"] == 1244


def test_whoever_earned_points_meanwhile_stays_enrolled_after_an_undo(desk, acts):
    found = desk.take_in(as_csv(*LIST))
    wang = UUID(desk.residents()[1]["id"])
    acts.award(wang, 7)
    desk.undo(found["id"])
    desk.work()
    assert desk.show(found["id"])["state"] == "undone"
    assert [person["name"] for person in desk.residents()] == ["王建国"]
    assert acts.available(wang) == 7


def test_only_a_committed_import_is_undone(desk):
    found = desk.check(as_csv(*LIST))
    assert refused(desk.undo(found["id"])) == (409, "enrolment.import_not_ready", [])
    assert refused(desk.api.post(f"/imports/{found['id']}/undo", {"reason": " "}))[2] == ["reason"]


# --- the edge


def test_imports_of_another_book_are_missing(desk, uow):
    other = open_ledger(uow)
    found = desk.check(as_csv(*LIST))
    with pytest.raises(errors.ImportMissing):
        enrolment.show_import(uow, book=other.book.code, import_id=UUID(found["id"]))
    assert refused(desk.api.get(f"/imports/{UUID(int=1)}")) == (404, "enrolment.import_missing", ["import_id"])


def test_lists_are_paged(desk):
    made = [desk.check(as_csv(HEADER, [*LI[:5], f"X{n}", 1, "2027-01-01"]))["id"] for n in range(3)]
    assert [item["id"] for item in desk.api.walk("/imports", limit=2)] == made[::-1]
    bad = desk.check(as_csv(HEADER, *[["", "1", "", "", "", "", "x", "y"] for _ in range(5)]))
    items = desk.api.walk(f"/imports/{bad['id']}/problems", limit=3)
    assert len(items) == bad["errors"] + bad["warnings"] == 25
    assert [(item["line"], item["field"]) for item in items] == sorted((i["line"], i["field"]) for i in items)
    assert refused(desk.api.get(f"/imports/{bad['id']}/problems?cursor=x"))[2] == ["cursor"]


def test_an_upload_says_what_it_takes(desk):
    assert refused(desk.upload(b"x", "application/json")) == (415, "web.upload_type_wrong", ["Content-Type"])
    assert refused(desk.upload(b"", CSV)) == (400, "web.upload_empty", ["body"])
    too_much = b"x" * (FILE_BYTES_MAX + 1)
    answer = desk.upload(too_much, XLSX)
    assert refused(answer) == (413, "web.upload_too_large", ["body"])
    assert "20" in answer.json["detail"]
    assert refused(desk.upload(b"x", budget_id="7"))[2] == ["budget_id"]
    assert refused(desk.upload(b"x", budget_id=str(UUID(int=7)))) == (404, "points.budget_missing", ["budget_id"])


def test_a_file_may_be_larger_than_other_bodies(desk, app):
    padding = b"\n" * (app.config["MAX_CONTENT_LENGTH"] + 10)
    assert desk.check(as_csv(*LIST) + padding)["state"] == "checked"


def test_an_upload_is_repeated_by_its_key_and_other_content_is_refused(desk):
    first = desk.upload(as_csv(*LIST), key="k1")
    again = desk.upload(as_csv(*LIST), key="k1")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(desk.upload(as_csv(HEADER, LI), key="k1"))[1] == "web.idempotency_key_reused"


def test_templates_can_be_filled_in_and_their_example_is_not_imported(desk):
    filled = desk.api.get("/imports/template.csv")
    assert filled.headers["Content-Type"].startswith(CSV)
    assert filled.headers["Content-Disposition"].endswith('residents.csv"')
    assert filled.data.startswith(b"\xef\xbb\xbf")
    assert desk.check(filled.data)["failure"]["code"] == "enrolment.rows_missing"
    assert desk.check(filled.data + as_csv(LI))["rows_total"] == 1
    book = desk.api.get("/imports/template.xlsx")
    assert book.headers["Content-Type"] == XLSX
    opened = load_workbook(io.BytesIO(book.data))
    opened.worksheets[0].append(LI)
    made = io.BytesIO()
    opened.save(made)
    found = desk.check(made.getvalue())
    assert (found["state"], found["rows_total"]) == ("checked", 1)
