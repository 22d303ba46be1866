"""What anti-fraud wants confirmed is proven by fingerprint or face; a tap does for little, and for little in a day."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.merchants import service
from app.merchants.service.taking import Consent
from tests.merchants.counter import Counter, offer
from tests.points.api import refused
from tests.points.ledger import ANNA
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

NEEDED = (403, "merchants.step_up_needed", ["signature"])


@pytest.fixture
def counter(api, acts, shop):
    """A till at a shop, Anna with 1,100 points, and a rule that has everything above nine points confirmed."""
    acts.award(ANNA, 1000)
    offer(acts.uow, acts.book.code, shop.id)
    RiskDesk(acts.uow, acts.book).publish(rule("ask", "points >= 10", 60))
    return Counter.at(api, acts.uow, shop.id)


def ask(counter, points, **order):
    answer = counter.ask(points=points, fen=100_000, **order)
    assert (answer.status_code, answer.json["state"]) == (201, "pending_confirm"), answer.text
    return answer.json["id"]


def tap(counter, asked):
    return counter.own(f"/{asked}/confirm", {})


def prove(acts, person, asked):
    """Confirm by fingerprint: what WeChat says of one is tried in test_scanning."""
    actor = person(Role.RESIDENT, book=acts.book.code, person_id=ANNA)
    uow = replace(acts.uow, actor=actor)
    receipt = service.confirm_redemption(
        uow, book=acts.book.code, redemption_id=UUID(asked), consent=Consent(proven=True)
    )
    acts.uow.session.flush()
    return receipt


def test_attack_16_what_is_blocked_takes_proof_and_not_a_tap(acts, counter, person):
    asked = ask(counter, 501)
    assert len(counter.own(f"/{asked}").json["challenge"]) == 64
    for _ in range(2):
        assert refused(tap(counter, asked)) == NEEDED
    assert acts.available(ANNA) == 1100
    assert prove(acts, person, asked).state == "held"


def test_a_phone_without_a_sensor_confirms_little_by_a_tap(counter):
    asked = ask(counter, 500)
    assert counter.own(f"/{asked}").json["challenge"] is not None  # who can is asked to
    assert tap(counter, asked).json["state"] == "held"


def test_attack_16_taps_do_not_pass_the_limit_in_parts(acts, counter, person):
    first, second, third = (ask(counter, points) for points in (300, 200, 10))
    assert tap(counter, first).status_code == 200
    assert tap(counter, second).status_code == 200
    assert refused(tap(counter, third)) == NEEDED
    assert prove(acts, person, third).state == "held"
    tomorrow = counter.later(hours=14)
    assert tap(tomorrow, ask(tomorrow, 500)).json["state"] == "held"


def test_what_was_proven_or_given_back_leaves_room_for_taps(acts, counter, person):
    prove(acts, person, ask(counter, 500))
    asked = ask(counter, 500, number="T-1")
    assert tap(counter, asked).json["state"] == "held"
    assert counter.reverse("T-1").json["state"] == "reversed"
    assert tap(counter, ask(counter, 10)).json["state"] == "held"


def test_who_scanned_and_tapped_is_asked_for_proof_and_the_case_stays(acts, counter, person):
    scene = counter.order(number="T-1", fen=100_000, points=600, capture="auto").json["scene"]
    quote = counter.quote(scene).json
    assert quote["challenge"] is None  # nobody was asked about it yet
    for _ in range(2):
        mine = counter.own("", {"quote_id": quote["quote_id"]})
        assert (mine.status_code, mine.json["state"], len(mine.json["challenge"])) == (201, "pending_confirm", 64)
    assert counter.look("T-1").json["state"] == "pending_confirm"
    cases = "SELECT count(*) FROM risk_decisions WHERE outcome = 'block_and_review' AND case_id IS NOT NULL"
    assert acts.uow.session.scalar(text(cases)) == 1
    assert refused(tap(counter, mine.json["id"])) == NEEDED
    assert prove(acts, person, mine.json["id"]).state == "captured"


def test_what_nobody_blocked_is_tapped_as_ever(acts, counter):
    acts.award(ANNA, 20_000)
    RiskDesk(acts.uow, acts.book).publish(rule("none", "points >= 100000", 60))
    asked = counter.ask(points=3000, fen=100_000).json
    assert (asked["state"], counter.own(f"/{asked['id']}").json["challenge"]) == ("pending_confirm", None)
    assert tap(counter, asked["id"]).json["state"] == "held"
