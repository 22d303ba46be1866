"""What a resident reads of his own: what became of it in plain words, and nothing of who had the passbook before."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.risk import errors, service
from app.risk.terms import EventKind
from tests.identity.conftest import Areas
from tests.points.ledger import ANNA, SHOP, named
from tests.risk.facts import ONE, rule, spent
from tests.risk.test_near import HOUSEHOLD, PERSON

RESIDENT = Actor(id=ANNA, roles=frozenset({Role.RESIDENT}))
HELD = """INSERT INTO identity_residencies (id, person_id, household_id, book, resident_id, relation, name, state,
           claimed_at, decided_by, decided_at, ended_by, ended_at, ended_why)
    VALUES (gen_random_uuid(), :who, :home, :book, :resident, 'owner', 'x', :state,
           :since, :by, :since, CASE WHEN :state = 'ended' THEN CAST(:by AS uuid) END, CAST(:until AS timestamptz),
           CASE WHEN :state = 'ended' THEN 'x' END)"""


def own(desk):
    return service.list_own_decisions(desk.as_(RESIDENT), book=desk.code, limit=9, cursor=None).items


def test_who_has_a_passbook_after_another_reads_nothing_of_the_other(desk):
    """Neither the decision nor the answer to an appeal, and cannot appeal against it."""
    session, home, areas = desk.uow.session, uuid4(), Areas(desk.uow.session).build()
    session.execute(text(HOUSEHOLD), {"home": home, "area": areas.id("anju")})
    desk.publish(rule("any", "points > 10", 60))
    theirs = desk.later(days=-3).decide()
    assert [each.decision.id for each in own(desk)] == [theirs.id]  # nobody's account holds it
    lives = {"home": home, "book": desk.code, "resident": ANNA, "by": ONE.id}
    for name, since, until in (("the first", -10, -2), ("the second", -1, None)):
        session.execute(text(PERSON), {"who": named(name)})
        times = {"since": desk.later(days=since).uow.now, "until": until and desk.later(days=until).uow.now}
        state = {"state": "ended" if until else "confirmed", "who": named(name)}
        session.execute(text(HELD), lives | times | state)
    mine = desk.later(hours=-2).decide()
    assert [each.decision.id for each in own(desk)] == [mine.id]
    with pytest.raises(errors.DecisionMissing):
        service.appeal(desk.as_(RESIDENT), book=desk.code, decision_id=theirs.id, text="x")
    assert service.appeal(desk.as_(RESIDENT), book=desk.code, decision_id=mine.id, text="x").appeal.state == "open"


@pytest.mark.parametrize(("shop", "told"), [(None, "看过才到账"), (SHOP, "已经办成")])
def test_an_award_that_waits_says_so_and_one_for_a_purchase_does_not_wait(desk, api, shop, told):
    """As shops in the mall pay them (docs/mall.md): a review lets the points go out."""
    desk.publish(rule("any", "points > 10", 30, kinds=frozenset({EventKind.AWARD})))
    service.decide(desk.uow, spent(kind=EventKind.AWARD, book_id=desk.book.id, shop_id=shop))
    [mine] = api.get("/risk/own-decisions", Role.RESIDENT, person_id=ANNA).json["items"]
    assert told in mine["text"]
