"""Anti-fraud decides before a report pays: looked at later, held for a second member of staff, or refused."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.risk import service as risk
from app.risk.rules.definitions import RuleDefinition, RuleSetDefinition
from app.risk.terms import EventKind, Outcome, Pivot, Reason
from tests.points.api import refused
from tests.points.ledger import ANNA
from tests.risk.facts import ONE, THRESHOLDS, TWO

CLERK, RESIDENT = Role.CLERK, Role.RESIDENT
CASES = text("SELECT count(*) FROM risk_cases")
DECIDED = text("SELECT outcome FROM risk_decisions WHERE kind = 'award'")

BROKEN = text(
    "INSERT INTO risk_rule_sets (book_id, version, id, definition, state, proposed_by, proposed_at, published_by,"
    " published_at) SELECT book_id, 7, :id, '{}', 'active', proposed_by, proposed_at, :id, proposed_at"
    " FROM risk_rule_sets WHERE book_id = :book"
)
"""A newer version that nobody can read."""


@pytest.fixture
def doubt(acts):
    """Let one rule decide that speaks of every award, with this score."""

    def save(score, *, in_force=True):
        speaking = RuleDefinition(
            id="doubt",
            title="doubt",
            kinds=frozenset({EventKind.AWARD}),
            when="points > 0",
            score=score,
            reason=Reason.OTHER,
            pivot=Pivot.RESIDENT,
        )
        made = RuleSetDefinition(title="doubts", thresholds=THRESHOLDS, rules=(speaking,))
        first, second = replace(acts.uow, actor=ONE), replace(acts.uow, actor=TWO)
        saved = risk.save_rule_set(first, book=acts.book.code, definition=made)
        if in_force:
            risk.publish_rule_set(second, book=acts.book.code, version=saved.version)

    return save


@pytest.fixture
def accept(api):
    filed = api.post("/reports", {"text": "路灯不亮", "place": "3号楼"}, RESIDENT, person_id=ANNA).json

    def decide(lang="zh-CN", **who):
        return api.post(f"/reports/{filed['id']}/accept", {}, CLERK, lang=lang, **who)

    return decide


def test_what_is_to_be_looked_at_is_paid_and_has_a_case(acts, doubt, accept):
    doubt(30)
    assert accept().json["points"] == 10
    assert (acts.uow.session.scalar(DECIDED), acts.uow.session.scalar(CASES)) == (Outcome.REVIEW, 1)
    assert acts.available(ANNA) == 10


def test_what_is_blocked_stays_open_until_a_second_accepts(acts, doubt, accept):
    """SecondNeeded refuses the first, however often he asks."""
    doubt(60)
    held = accept()
    assert (held.status_code, held.json["state"], held.json["needs_second"]) == (200, "filed", True)
    assert refused(accept()) == (409, "reports.second_needed", [])
    assert acts.available(ANNA) == 0
    assert accept(name="second clerk").json["points"] == 10
    assert accept(name="second clerk").json["state"] == "accepted"
    assert acts.available(ANNA) == 10


def test_attack_30_the_second_clerk_pays_what_the_first_saw_and_nothing_else(acts, api, doubt, accept):
    """Ten points are blocked and seen by one; ten thousand, by another rule, are nobody's to pay alone."""
    doubt(60)
    held = accept().json
    assert (held["seen_rule"], held["seen_chosen_points"], held["seen_points"]) == ("report.valid", None, 10)
    much = {"rule": "report.chosen", "chosen_points": 10_000}
    path = f"/reports/{held['id']}/accept"
    other = api.post(path, much, CLERK, name="second clerk").json
    assert (other["state"], other["needs_second"], other["seen_points"]) == ("filed", True, 10_000)
    assert acts.available(ANNA) == 0
    decided = acts.uow.session.execute(text("SELECT points FROM risk_decisions WHERE kind = 'award' ORDER BY id"))
    assert list(decided.scalars()) == [10, 10_000], "each is decided on as what it is"
    counted = acts.uow.session.execute(text("SELECT asked, points FROM risk_facts WHERE kind = 'award' ORDER BY asked"))
    assert [tuple(row) for row in counted] == [(10, 0), (10_000, 10_000)], "what nobody pays is not counted"
    assert refused(api.post(path, much, CLERK, name="second clerk"))[1] == "reports.second_needed"
    assert refused(api.post(path, {}, CLERK, name="second clerk"))[1] == "reports.second_needed"
    less = much | {"chosen_points": 9_999}
    assert api.post(path, less, CLERK, name="third clerk").json["state"] == "filed", "not what the second one saw"
    assert api.post(path, less, CLERK).json["points"] == 9_999, "two people saw it, and meant the same"


def test_what_is_declined_is_refused_and_stays_noted(acts, doubt, accept):
    """AwardDeclined, in both languages; the decision stays, and a second member of staff changes nothing."""
    doubt(100)
    answer = accept()
    assert refused(answer) == (403, "reports.award_declined", [])
    assert "暂不能发放积分" in answer.json["detail"]
    assert "No points can be paid" in accept("en", name="second clerk").json["detail"]
    assert list(acts.uow.session.scalars(DECIDED)) == [Outcome.DECLINE]
    assert acts.available(ANNA) == 0


def test_rules_that_fail_never_let_one_person_pay(acts, doubt, accept):
    doubt(5, in_force=False)
    acts.uow.session.execute(BROKEN, {"id": uuid4(), "book": acts.ledger.id})
    assert accept().json["needs_second"] is True
    assert acts.available(ANNA) == 0
    assert accept(name="second clerk").json["points"] == 10
