"""A book's case whose treasurer is gone: another takes it over, and who was gone judges nothing in it still."""

import pytest

from app.kernel.actor import Actor, Role
from app.risk import errors, service
from app.risk.terms import CaseState, Label
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


def test_nobody_takes_over_what_is_about_himself(desk):
    desk.publish(rule("any", "points > 10", 60))
    case = {"book": desk.code, "case_id": desk.case_of(desk.decide())}
    service.take_case(desk.as_(ONE), **case)
    with pytest.raises(errors.OwnRisk):
        service.take_over_case(desk.as_(Actor(id=TWO.id, roles=TWO.roles, resident_id=ANNA)), **case, text="x")
