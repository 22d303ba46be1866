"""A book's case whose treasurer is gone: another takes it over, and who was gone judges nothing in it still."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.risk import errors, service
from app.risk.terms import CaseState, Label
from tests.identity.conftest import Areas
from tests.points.ledger import ANNA
from tests.risk.facts import ONE, THREE, TWO, rule


def test_what_a_treasurer_left_behind_is_taken_over_and_he_judges_nothing_of_it(desk):
    """ONE holds no role here by now."""
    desk.publish(rule("any", "points > 10", 60))
    held = desk.decide()
    case = {"book": desk.code, "case_id": desk.case_of(held)}
    service.take_case(desk.as_(ONE), **case)
    taken = service.take_over_case(desk.as_(TWO), **case, text="前任已离任")
    assert (taken.case.taken_by, taken.case.state) == (TWO.id, CaseState.INVESTIGATING)
    assert [(each.kind, each.done_by, each.text) for each in taken.events] == [
        ("taken_over", TWO.id, "前任已离任"),
        ("taken", ONE.id, None),
    ]
    with pytest.raises(errors.CaseTaken):
        service.close_case(desk.as_(ONE), **case, revision=1, label=Label.FALSE_POSITIVE, text="x")
    resident = Actor(id=ANNA, roles=frozenset({Role.RESIDENT}))
    appealed = service.appeal(desk.as_(resident), book=desk.code, decision_id=held.id, text="x").appeal
    answer = {"book": desk.code, "appeal_id": appealed.id, "overturned": False, "answer": "x"}
    for who in (ONE, TWO):
        with pytest.raises(errors.AppealByJudge):
            service.answer_appeal(desk.as_(who), **answer)
    service.answer_appeal(desk.as_(THREE), **answer)
    service.close_case(desk.as_(TWO), **case, revision=1, label=Label.CONFIRMED_RISK, text="x")
    with pytest.raises(errors.CaseClosed):
        service.take_over_case(desk.as_(ONE), **case, text="x")


PERSON = "INSERT INTO identity_people (id, name, registered_at) VALUES (:id, 'x', :now)"
GRANT = """
    INSERT INTO identity_grants (id, person_id, role, area_id, valid_from, reason, granted_by, granted_at, takes_two,
                                 approved_by, approved_at)
    VALUES (:id, :person_id, 'treasurer', :area_id, :now, 'x', :id, :now, true, :area_id, :now)
"""


def make_treasurer(desk, actor):
    """Somebody who holds the role in the book, by a grant."""
    session, areas = desk.uow.session, Areas(desk.uow.session).build()
    session.execute(text("UPDATE places_areas SET book = :book WHERE book = 'anju'"), {"book": desk.code})
    session.execute(text(PERSON), {"id": actor.id, "now": desk.uow.now})
    values = {"id": uuid4(), "person_id": actor.id, "area_id": areas.id("anju"), "now": desk.uow.now}
    session.execute(text(GRANT), values)


def test_a_case_is_not_taken_from_a_treasurer_who_works_on_it(desk):
    """CaseWorkedOn for three working days after what was done last. NOW is a Monday."""
    make_treasurer(desk, ONE)
    desk.publish(rule("any", "points > 10", 60))
    case = {"book": desk.code, "case_id": desk.case_of(desk.decide())}
    service.take_case(desk.as_(ONE), **case)
    service.comment_case(desk.later(days=1).as_(ONE), **case, text="问过店家")
    for days in (0, 2, 4):
        with pytest.raises(errors.CaseWorkedOn) as caught:
            service.take_over_case(desk.later(days=days).as_(TWO), **case, text="x")
        assert "3 working days" in caught.value.detail("en")
    taken = service.take_over_case(desk.later(days=8).as_(TWO), **case, text="长期未处理")
    assert taken.case.taken_by == TWO.id


def test_nobody_takes_over_what_is_about_himself(desk):
    desk.publish(rule("any", "points > 10", 60))
    case = {"book": desk.code, "case_id": desk.case_of(desk.decide())}
    service.take_case(desk.as_(ONE), **case)
    with pytest.raises(errors.OwnRisk):
        service.take_over_case(desk.as_(Actor(id=TWO.id, roles=TWO.roles, resident_id=ANNA)), **case, text="x")
