"""A case of signing in whose officer is gone, over HTTP: another takes it over, not before its time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity.queries import may_act_as
from app.kernel.actor import SYSTEM, Role
from app.risk.errors import CaseWorkedOn
from app.risk.service import take_over_case
from app.risk.terms import IDLE_WORKING_DAYS, Outcome
from tests.identity.test_sign_ins_judged import office
from tests.points.api import refused

__all__ = ["office"]

GONE = text("UPDATE identity_grants SET ended_at = :now, ended_by = person_id, ended_why = 'x' WHERE person_id = :id")
FROZEN = text(
    "INSERT INTO identity_freezes (id, person_id, frozen_by, frozen_at, reason) VALUES (:other, :id, :other, :now, 'x')"
)


@pytest.fixture
def case(office):
    """A case that the first officer took; somebody is paused over it."""
    office.rule("device_people_30d >= 1", Outcome.BLOCK_AND_REVIEW, defaults={"device_people_30d": 0})
    assert office.sign_in().json["is_paused"]
    [made] = office.ask("GET", "/cases").json["items"]
    return office.ask("POST", f"/cases/{made['id']}/take", {}).json["case"]


def take_over(office, case, **who):
    return office.ask("POST", f"/cases/{case['id']}/take-over", {"text": "原经办人已调离"}, **who)


def test_attack_30_a_case_is_not_taken_from_who_works_on_it(office, case, desk):
    """CaseWorkedOn, in both languages; what he does in it is working on it."""
    answer = take_over(office, case, officer=1)
    assert refused(answer) == (409, CaseWorkedOn.code, ["case_id"])
    assert "3 个工作日" in answer.json["detail"]
    assert take_over(office, case).json["events"][0]["kind"] == "taken", "it is his own already"
    assert IDLE_WORKING_DAYS == 3
    officer = desk.uow.session.scalar(text("SELECT taken_by FROM risk_cases"))
    other = desk.uow.session.scalar(
        text("SELECT person_id FROM identity_grants WHERE role = 'district' AND person_id <> :id"), {"id": officer}
    )
    for days, waits in ((2, True), (20, False)):
        later = desk.at(timedelta(days=days)).as_person(other)
        if waits:
            with pytest.raises(CaseWorkedOn):
                take_over_case(later, book=None, case_id=UUID(case["id"]), text="x")
        else:
            taken = take_over_case(later, book=None, case_id=UUID(case["id"]), text="原经办人长期未处理")
            assert (taken.case.taken_by, taken.events[0].kind) == (other, "taken_over")


@pytest.mark.parametrize("how", [GONE, FROZEN])
def test_a_case_whose_officer_is_gone_is_taken_over_and_closed(office, case, desk, how):
    values = {"id": case["taken_by"], "now": desk.uow.now, "other": case["id"]}
    desk.uow.session.execute(how, {name: values[name] for name in how.compile().params})
    label = {"label": "false_positive", "text": "本人", "revision": case["revision"]}
    assert refused(office.ask("POST", f"/cases/{case['id']}/close", label, officer=1))[1] == "risk.case_taken"
    taken = take_over(office, case, officer=1).json
    assert [each["kind"] for each in taken["events"]] == ["taken_over", "taken"]
    assert taken["events"][0]["text"] == "原经办人已调离"
    assert office.ask("POST", f"/cases/{case['id']}/close", label, officer=1).status_code == 200
    assert office.scalar("SELECT count(*) FROM identity_people WHERE paused_at IS NOT NULL") == 0


def test_who_may_act_in_a_book_is_said_as_the_gate_says_it(desk):
    treasurer = desk.holder("会计", Role.TREASURER, "street").person_id
    desk.uow.session.flush()

    def may(**changes):
        asked = {"role": Role.TREASURER, "book": "meilihua", "now": desk.uow.now}
        return may_act_as(desk.uow.session, treasurer, **asked | changes)

    assert may()
    assert may(book=None)
    assert not may(role=Role.CLERK)
    assert not may(book="no-such-book")
    local = desk.holder("另一位会计", Role.TREASURER, "anju").person_id
    desk.uow.session.flush()
    assert not may_act_as(desk.uow.session, local, role=Role.TREASURER, book="meilihua", now=desk.uow.now)
    desk.uow.session.execute(GONE, {"id": treasurer, "now": desk.uow.now})
    assert not may()
    assert not may_act_as(desk.uow.session, SYSTEM.id, role=Role.TREASURER, book="meilihua", now=desk.uow.now)
