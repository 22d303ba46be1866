"""What anti-fraud is told at the till, and what a rule may do to a refund: nothing unseen, and never to a reverse."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity.models import Device, Household, Person, Residency, RiskRank
from app.identity.queries import find_installation, note_network
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.merchants import errors, service
from app.merchants.models import Redemption
from app.merchants.service import gifts, reserving
from app.merchants.service.taking import Consent
from app.points.errors import PointsInsufficient
from app.risk import service as risk
from app.risk.models import Case, DecisionRow
from app.risk.rules.features import FEATURES, Source
from app.risk.terms import EventKind, Outcome, Pivot
from sandbox.fraud.acts import Act
from sandbox.fraud.joined import Books, facts_of
from tests.identity.conftest import areas, keyring
from tests.merchants.counter import Counter, offer
from tests.points.api import refused, statements
from tests.points.ledger import ANNA, named
from tests.risk.facts import ONE, in_use, rule
from tests.risk.facts import Desk as RiskDesk

__all__ = ["areas", "keyring"]

ACCOUNT, DEVICE, HOME = named("anna's account"), named("anna's telephone"), named("anna's home")
REFUND = frozenset({EventKind.REFUND})
BOTH = frozenset({EventKind.REDEEM, EventKind.REFUND})


@pytest.fixture
def counter(api, acts, shop):
    """A till at the shop, whose offer takes ten points for a yuan and half the bill; Anna has 10,100 points."""
    acts.award(ANNA, 10_000)
    offer(acts.uow, acts.book.code, shop.id)
    return Counter.at(api, acts.uow, shop.id)


@pytest.fixture
def rules(acts):
    """The desk where the book's rules are published."""
    return RiskDesk(acts.uow, acts.book)


@dataclass
class Neighbour:
    """Anna with an account of forty days, a telephone of thirty hours, in a home; what she shows a till."""

    uow: UnitOfWork
    book: str
    actor: Actor

    def code(self) -> str:
        return service.issue_code(replace(self.uow, actor=self.actor), book=self.book).code

    def rank(self, rank: int, *, days_ago: int) -> None:
        day = local_date(self.uow.now - timedelta(days=days_ago))
        details = {"scene": "sign_in", "wanted_at": self.uow.now, "asked_at": self.uow.now}
        self.uow.session.add(RiskRank(id=self.uow.new_id(), person_id=ACCOUNT, day=day, rank=rank, **details))
        self.uow.session.flush()


@pytest.fixture
def anna(acts, areas):
    return moved_in(acts, areas, days=40)


@pytest.fixture
def newcomer(acts, areas):
    """Anna, three days after she made her account."""
    return moved_in(acts, areas, days=3)


def moved_in(acts: Any, areas: Any, *, days: int) -> Neighbour:
    """Anna in her home, with an account so many days old."""
    uow, book = acts.uow, acts.book.code
    uow.session.add(Person(id=ACCOUNT, name="安娜", registered_at=uow.now - timedelta(days=days, hours=1)))
    uow.session.add(Household(id=HOME, area_id=areas.id("building-1"), room="501", opened_at=uow.now))
    uow.session.flush()
    telephone(uow, DEVICE, hours=30)
    lives(uow, book, ACCOUNT, ANNA)
    actor = Actor(ANNA, frozenset({Role.RESIDENT}), book=book, person_id=ACCOUNT, device_id=DEVICE)
    return Neighbour(uow, book, actor)


def telephone(uow: UnitOfWork, device_id: UUID, *, hours: int) -> None:
    """A telephone of Anna's account, first seen so many hours ago."""
    seen = uow.now - timedelta(hours=hours, minutes=59)
    index = device_id.bytes * 2
    uow.session.add(
        Device(
            id=device_id, person_id=ACCOUNT, install_index=index, model="phone", first_seen_at=seen, last_seen_at=seen
        )
    )
    uow.session.flush()


def lives(uow: UnitOfWork, book: str, person_id: UUID, resident_id: UUID) -> None:
    """Confirm somebody to live in Anna's home."""
    uow.session.add(
        Residency(
            id=uow.new_id(),
            person_id=person_id,
            household_id=HOME,
            book=book,
            resident_id=resident_id,
            relation="owner",
            name="x",
            state="confirmed",
            claimed_at=uow.now,
            decided_by=named("grid worker"),
            decided_at=uow.now,
        )
    )
    uow.session.flush()


def decided(uow: UnitOfWork, kind: EventKind = EventKind.REDEEM) -> DecisionRow:
    """The newest decision of a kind."""
    query = text("SELECT book_id, id FROM risk_decisions WHERE kind = :kind ORDER BY id DESC LIMIT 1")
    found = uow.session.execute(query, {"kind": kind}).one()
    return uow.session.get_one(DecisionRow, (found.book_id, found.id))


def told(row: Any, *names: str) -> tuple[Any, ...]:
    return tuple(row.features[name] for name in names)


ACCOUNT_FACTS = ("account_age_days", "device_age_hours", "risk_rank", "is_related_to_staff", "is_step_up_passed")


# --- what is told of a payment


def test_a_payment_is_decided_on_with_what_is_known_of_the_account(acts, counter, anna):
    counter.take(100, code=anna.code())
    row = decided(acts.uow)
    assert told(row, *ACCOUNT_FACTS) == (40, 30, None, False, False)
    assert (row.person_id, row.household_id) == (ACCOUNT, HOME)
    assert row.device_id == find_installation(acts.uow.session, DEVICE) is not None
    assert told(row, "points_share_percent", "household_count_1d", "device_residents_30d") == (10, 0, 1)


def test_a_gift_is_decided_on_with_the_same(acts, counter, anna):
    gift = gifts.offer_gift(
        acts.uow, book=acts.book.code, shop_id=counter.shop_id, title="x", description="", points=100, stock=1
    )
    acts.uow.session.flush()
    reserving.reserve_gift(replace(acts.uow, actor=anna.actor), book=acts.book.code, gift_id=gift.id)
    row = decided(acts.uow)
    assert told(row, *ACCOUNT_FACTS) == (40, 30, None, False, False)
    assert (row.person_id, row.household_id) == (ACCOUNT, HOME)
    assert row.device_id == find_installation(acts.uow.session, DEVICE) is not None
    assert told(row, "mode", "points_share_percent", "household_count_1d") == ("gift", None, 0)


def test_of_whom_nothing_is_known_nothing_is_told(acts, counter):
    counter.take(100)
    row = decided(acts.uow)
    assert told(row, *ACCOUNT_FACTS) == (None, None, None, False, False)
    assert (row.household_id, row.device_id) == (None, None)


def test_a_rank_counts_while_it_is_fresh(acts, counter, anna):
    anna.rank(4, days_ago=30)
    counter.take(10, code=anna.code())
    assert told(decided(acts.uow), "risk_rank") == (None,)
    anna.rank(3, days_ago=29)
    anna.rank(1, days_ago=2)
    counter.take(10, code=anna.code())
    assert told(decided(acts.uow), "risk_rank") == (1,)


def test_who_lives_with_staff_is_told_and_looked_at(acts, counter, anna):
    who, resident = named("the shop's cook"), named("the cook's passbook")
    acts.uow.session.add(Person(id=who, name="厨师", registered_at=acts.uow.now))
    acts.uow.session.flush()
    lives(acts.uow, acts.book.code, who, resident)
    acts.uow.session.execute(
        text(
            "INSERT INTO merchants_people (id, merchant_id, kind, name, person_id, registered_by, registered_at)"
            " VALUES (:id, :merchant_id, 'staff', '厨师', :id, :id, now())"
        ),
        {"id": who, "merchant_id": counter.shop_id},
    )
    counter.take(10, code=anna.code())
    row = decided(acts.uow)
    assert told(row, "is_related_to_staff") == (True,)
    assert (row.outcome, row.reasons) == ("review", ["KIN_DEAL"])


def test_attack_16_large_points_from_a_telephone_of_today_wait_for_the_resident(acts, counter, anna):
    telephone(acts.uow, named("another telephone"), hours=3)
    other = replace(anna, actor=replace(anna.actor, device_id=named("another telephone")))
    asked = counter.ask(code=other.code(), fen=20_000, points=501)
    assert (asked.status_code, asked.json["state"]) == (201, "pending_confirm")
    row = decided(acts.uow)
    assert (row.outcome, row.reasons) == ("block_and_review", ["DEV_NEW"])
    assert told(row, "device_age_hours", "is_step_up_passed") == (3, False)
    assert acts.available(ANNA) == 10_100


def come_in(uow: UnitOfWork, count: int) -> None:
    """Anna's account is of this week, and so are others that sign in from her network."""
    for person_id in [ACCOUNT, *(named(f"newcomer {number}") for number in range(1, count))]:
        if person_id != ACCOUNT:
            uow.session.add(Person(id=person_id, name="", registered_at=uow.now - timedelta(days=1)))
            uow.session.flush()
        note_network(uow.session, person_id, network_index=bytes(32), now=uow.now)


@pytest.mark.parametrize(
    ("count", "days", "outcome", "reasons"),
    [(11, 28, "approve", []), (12, 28, "review", ["NET_CROWD"]), (100, 27, "approve", []), (100, None, "approve", [])],
)
def test_attack_15_who_spends_at_once_among_many_as_new_is_looked_at_and_goes_on(
    acts, counter, newcomer, count, days, outcome, reasons
):
    """Also a house that signs up in a campaign: nobody there is stopped, nor asked to confirm.

    In a book's first four weeks everybody is new, and nobody is looked at for it.
    """
    if days is not None:
        in_use(acts.uow, acts.book.id, days=days)
    come_in(acts.uow, count)
    earned = {"kind": EventKind.AWARD, "book_id": acts.book.id, "resident_id": ANNA, "points": 100}
    risk.decide(acts.uow, risk.Event(**earned, subject_id=named("an award")))
    assert counter.take(100, code=newcomer.code())["state"] == "captured"
    row = decided(acts.uow)
    assert (row.outcome, row.reasons) == (outcome, reasons)
    names = ("account_age_days", "device_new_accounts_7d", "network_new_accounts_7d", "book_days_in_use")
    assert told(row, *names) == (3, 1, count, days or 0)


@pytest.mark.parametrize("score", [60, 100])
def test_more_than_he_has_is_no_case_of_anti_fraud(acts, counter, rules, score):
    """A zero too many at the till: it would be blocked or declined if he had them, but he has not."""
    rules.publish(rule("much", "points >= 5000", score))
    answer = counter.ask(fen=2_000_000, points=100_000)
    assert refused(answer) == (409, "merchants.points_too_few", []), answer.text
    assert counted(acts.uow) == 0
    acts.freeze(ANNA)
    answer = counter.ask(fen=200_000, points=5_000)
    assert refused(answer) == (403, "merchants.redemption_refused", []), answer.text
    assert counted(acts.uow) == 0
    assert acts.uow.session.query(Case).count() == 0


def test_nobody_is_asked_to_confirm_what_he_does_not_have(acts, counter):
    answer = counter.ask(fen=2_000_000, points=100_000)
    assert refused(answer) == (409, "merchants.points_too_few", []), answer.text


@pytest.mark.parametrize("score", [0, 60, 100])
def test_nor_to_prove_himself_for_a_gift_of_more_than_that(acts, counter, rules, score):
    rules.publish(rule("much", "points >= 5000", score))
    gift = gifts.offer_gift(
        acts.uow, book=acts.book.code, shop_id=counter.shop_id, title="x", description="", points=50_000, stock=1
    )
    acts.uow.session.flush()
    actor = Actor(ANNA, frozenset({Role.RESIDENT}), book=acts.book.code)
    with pytest.raises(PointsInsufficient):
        reserving.reserve_gift(replace(acts.uow, actor=actor), book=acts.book.code, gift_id=gift.id)


def counted(uow: UnitOfWork) -> int:
    found: int = uow.session.scalar(text("SELECT count(*) FROM risk_decisions WHERE kind = 'redeem'"))
    return found


def test_of_an_account_that_is_not_new_nobody_counts_who_is(acts, counter, anna):
    come_in(acts.uow, 12)
    counter.take(100, code=anna.code())
    row = decided(acts.uow)
    assert told(row, "device_new_accounts_7d", "network_new_accounts_7d") == (None, None)


def test_what_is_told_takes_no_statement_of_its_own(acts, counter, anna):
    code, bare = anna.code(), counter.code()
    with statements(every=True) as unknown:
        counter.take(10, code=bare)
    with statements(every=True) as known:
        counter.take(10, code=code)
    assert len(known) == len(unknown)
    asked = [each for each in known if "identity_devices" in each]
    assert all("ties.own" in each for each in asked)  # only as a part of the one
    assert all(len(each) <= 4096 for each in asked)  # longer ones the driver reads anew each time


# --- confirming


def consent_of(acts, anna, asked, *, proven):
    uow = replace(acts.uow, actor=anna.actor)
    service.confirm_redemption(
        uow, book=acts.book.code, redemption_id=UUID(asked["id"]), consent=Consent(proven=proven)
    )
    acts.uow.session.flush()
    return acts.uow.session.get_one(Redemption, UUID(asked["id"]))


@pytest.mark.parametrize("proven", [False, True])
def test_that_the_resident_confirmed_and_how_is_on_record(acts, counter, anna, rules, proven):
    rules.publish(rule("ask", "points >= 50", 60))
    asked = counter.ask(code=anna.code(), points=50).json
    assert asked["state"] == "pending_confirm"
    before = acts.uow.session.get_one(Redemption, UUID(asked["id"]))
    assert (before.confirmed_at, before.is_proven) == (None, None)
    done = consent_of(acts, anna, asked, proven=proven)
    assert (done.state, done.confirmed_at, done.is_proven) == ("held", acts.uow.now, proven)
    assert done.outcome == decided(acts.uow).outcome == "block_and_review"  # the decision stays as it was made


def test_a_fingerprint_that_comes_with_the_quote_is_told(acts, counter, anna, rules):
    rules.publish(rule("new", "points >= 50 and not is_step_up_passed", 60, defaults={"is_step_up_passed": False}))
    scene = counter.api.post(f"/shops/{counter.shop_id}/sign", {}).json["scene"]
    states = []
    for proven in (True, False):
        quote = counter.quote(scene, order_fen=9000, points=100).json
        confirmed = service.read_confirmation(
            actor=anna.actor, quote_id=UUID(quote["quote_id"]), result=None, signature=None
        )
        uow = replace(acts.uow, actor=anna.actor)
        confirmed = replace(confirmed, consent=Consent(proven=proven))
        receipt = service.confirm_quote(uow, book=acts.book.code, confirmed=confirmed)
        row = decided(acts.uow)
        states.append((receipt.state, row.outcome, *told(row, "is_step_up_passed")))
    assert states == [("held", "approve", True), ("held", "block_and_review", False)]


# --- refunds


def test_a_refund_is_decided_on_before_points_come_back(acts, counter, anna):
    taken = counter.take(100, code=anna.code())
    other = counter.take(40, code=anna.code())
    counter.refund(other["out_trade_no"], 40)
    later = counter.later(hours=5)
    assert later.refund(taken["out_trade_no"], 60).status_code == 201
    row = decided(acts.uow, EventKind.REFUND)
    assert (row.outcome, row.points, row.resident_id, row.household_id) == ("approve", 60, ANNA, HOME)
    assert (row.terminal_id, row.cashier_id, row.shop_id) == (counter.pen.terminal_id, None, counter.shop_id)
    assert told(row, "hours_since_payment", "refund_percent", "account_age_days") == (5, 60, 40)
    assert told(row, "taken_at_shops_30d", "returned_at_shops_30d", "resident_count_1d") == (140, 40, 1)


def test_a_cashiers_refund_is_decided_on_too(acts, till):
    till.refund(till.pay(60), 20)
    row = decided(acts.uow, EventKind.REFUND)
    assert (row.terminal_id, row.cashier_id) == (None, named("cashier"))


def refunds_of(acts):
    rows = acts.uow.session.execute(
        text("SELECT outcome, reasons, case_id IS NOT NULL FROM risk_decisions WHERE kind = 'refund' ORDER BY id")
    )
    return [tuple(row) for row in rows]


def test_attack_23_who_gives_back_most_of_what_he_takes_is_looked_at_and_paid_back(acts, counter):
    for _ in range(4):
        taken = counter.take(200)
        assert counter.refund(taken["out_trade_no"], 200).status_code == 201
    assert refunds_of(acts) == [
        ("approve", [], False),
        ("review", ["RETURN_RATIO"], True),
        ("review", ["RETURN_RATIO"], True),
        ("review", ["RETURN_RATIO"], True),
    ]
    assert acts.available(ANNA) == 10_100  # a right of who returns goods: seen, and not stopped


def test_attack_23_a_rule_that_stops_a_refund_moves_nothing_and_says_nothing(acts, counter, rules):
    taken = counter.take(100)
    rules.publish(rule("gives-back", "points >= 50", 60, kinds=REFUND))
    first = counter.refund(taken["out_trade_no"], 50, "R-1")
    assert refused(first) == (403, errors.RefundStopped.code, [])
    assert "gives-back" not in first.text
    rules.publish(rule("other", "points >= 5000", 60, kinds=REFUND))
    assert refused(counter.refund(taken["out_trade_no"], 50, "R-1")) == (403, errors.RefundStopped.code, [])
    assert acts.available(ANNA) == 10_000
    assert refunds_of(acts) == [("block_and_review", ["OTHER"], True)]
    moved = acts.uow.session.execute(text("SELECT asked, points FROM risk_facts WHERE kind = 'refund'")).all()
    assert [tuple(row) for row in moved] == [(50, 0)]
    assert counter.refund(taken["out_trade_no"], 50, "R-2").status_code == 201  # by the rules of now, a new number


def test_a_refund_that_was_stopped_goes_through_once_people_have_looked(acts, counter, rules):
    taken = counter.take(100)
    rules.publish(rule("gives-back", "points >= 50", 60, kinds=REFUND))
    counter.refund(taken["out_trade_no"], 50)
    row = decided(acts.uow, EventKind.REFUND)
    risk.snooze_rule(
        rules.as_(ONE), book=rules.code, decision_id=row.id, rule="gives-back", reason="goods were returned", days=7
    )
    acts.uow.session.flush()
    assert counter.refund(taken["out_trade_no"], 50).status_code == 201
    assert acts.available(ANNA) == 10_050


def test_a_rule_that_declines_a_refund_is_as_coarse(acts, counter, rules):
    taken = counter.take(100)
    rules.publish(rule("never", "points >= 50", 100, kinds=REFUND))
    for _ in range(2):
        answer = counter.refund(taken["out_trade_no"], 50, "R-1")
        assert refused(answer) == (403, errors.RefundRefused.code, [])
    assert acts.available(ANNA) == 10_000
    assert counter.look(taken["out_trade_no"]).json["refunded_points"] == 0


def test_what_the_communitys_people_give_back_is_not_asked_about(acts, till, rules):
    payment = till.pay(60)
    rules.publish(rule("never", "points >= 0", 100, kinds=REFUND))
    given_back = service.refund_payment(
        till.treasurer, book=till.book, payment_id=payment.redemption.id, points=20, out_refund_no="R-1"
    )
    assert given_back.state == "refunded"
    assert refunds_of(acts) == []
    with pytest.raises(errors.RefundRefused):
        till.refund(payment, 20)


def test_more_than_is_left_is_the_ledgers_to_decline_and_no_fact(acts, counter):
    taken = counter.take(100)
    for _ in range(2):
        assert refused(counter.refund(taken["out_trade_no"], 101, "R-1"))[1] == "points.amount_over"
    assert refunds_of(acts) == []


def test_rules_that_cannot_be_asked_let_a_refund_through_seen(acts, counter, rules):
    taken = counter.take(100)
    made = rules.save(rule("any", "points >= 0", 0, kinds=REFUND))
    acts.uow.session.execute(
        text(
            "INSERT INTO risk_rule_sets (book_id, version, id, definition, state, proposed_by, proposed_at,"
            " published_by, published_at) SELECT book_id, 7, gen_random_uuid(), CAST('{}' AS jsonb), 'active',"
            " proposed_by, proposed_at, gen_random_uuid(), proposed_at FROM risk_rule_sets WHERE book_id = :book_id"
        ),
        {"book_id": made.book_id},
    )
    assert counter.refund(taken["out_trade_no"], 50).status_code == 201
    assert refunds_of(acts) == [("review", ["ENGINE_FAILED"], True)]


SEEN = ("resident_count_1h", "resident_points_1h", "shop_count_1h", "shop_points_1h", "terminal_count_10m")


def test_what_the_ledger_declines_counts_in_no_later_judgement(acts, counter):
    """Neither what was declined at once, nor what was judged, waited to be confirmed, and had no points by then."""
    poor = counter.code(named("somebody without points"))
    assert refused(counter.ask(code=poor, points=100, capture="auto"))[1] == "merchants.points_too_few"
    waiting = counter.ask(fen=100_000, points=5_000)
    assert waiting.json["state"] == "pending_confirm"
    for _ in range(5):
        counter.take(2_000, fen=40_000)
    short = counter.own(f"/{waiting.json['id']}/confirm", {})
    assert refused(short)[1] == "points.insufficient"
    counter.take(20)
    row = decided(acts.uow)
    assert told(row, *SEEN) == (5, 10_000, 5, 10_000, 5)
    assert told(row, "resident_returned_30d") == (0,)  # nothing was given back either


def test_what_rules_would_stop_and_cannot_be_paid_counts_nowhere(acts, counter, rules):
    """A payment and a gift that are refused for the passbook before, or instead of, being stopped or proven."""
    rules.publish(rule("much", "points >= 500", 100, at_least=Outcome.BLOCK_AND_REVIEW))
    poor = named("somebody without points")
    assert refused(counter.ask(code=counter.code(poor), points=500))[1] == "merchants.points_too_few"
    for points in (500, 400_000):
        gift = gifts.offer_gift(
            acts.uow, book=acts.book.code, shop_id=counter.shop_id, title="x", description="", points=points, stock=1
        )
        acts.uow.session.flush()
        asked = counter.api.post(f"/gifts/{gift.id}/reserve", {}, Role.RESIDENT, person_id=poor)
        assert refused(asked)[1] == "points.insufficient"
    rules.publish(
        rule("none", "points >= 10000000", 0)
    )  # what is worth more than a tap confirms waits without any rule
    asked = counter.api.post(f"/gifts/{gift.id}/reserve", {}, Role.RESIDENT, person_id=poor)
    assert refused(asked)[1] == "points.insufficient"
    counter.take(20)
    assert told(decided(acts.uow), *SEEN) == (0, 0, 0, 0, 0)
    counter.take(20, code=counter.code(ANNA))
    assert told(decided(acts.uow), *SEEN) == (1, 20, 1, 20, 1)
    assert acts.uow.session.scalar(text("SELECT count(*) FROM risk_facts WHERE kind = 'redeem'")) == 2


def test_what_anti_fraud_declines_goes_on_counting(acts, counter, rules):
    """Otherwise whoever is refused could try again as often as he likes."""
    rules.publish(rule("much", "points >= 500", 100, at_least=Outcome.DECLINE))
    assert refused(counter.ask(points=500))[1] == "merchants.redemption_refused"
    counter.take(20)
    assert told(decided(acts.uow), "resident_count_1h", "resident_points_1h", "shop_count_1h") == (1, 0, 1)


# --- the month of `make fraud`


def given(row):
    """The facts of a stored decision that its caller gave."""
    caller = {name for name, each in FEATURES.items() if each.source is Source.CALLER}
    return {name: value for name, value in row.features.items() if name in caller and value is not None}


def test_the_simulated_month_is_told_what_a_till_tells(acts, counter, anna):
    at, books = acts.uow.now, Books()
    facts = {"account_age_days": 40, "device_age_hours": 30, "distance_metres": 5000, "is_duplicate_photo": True}
    bought = Act(
        kind="redeem",
        at=at,
        subject=named("a"),
        resident=ANNA,
        points=100,
        order_fen=10_000,
        mode="code",
        facts=facts,
    )
    taken = counter.take(100, code=anna.code())
    assert given(decided(acts.uow)) == facts_of(bought, books)
    books.keep(bought)
    back = Act(
        kind="refund",
        at=at + timedelta(hours=5),
        subject=named("b"),
        resident=ANNA,
        points=60,
        facts={"account_age_days": 40},
        refunds=bought.subject,
    )
    counter.later(hours=5).refund(taken["out_trade_no"], 60)
    assert given(decided(acts.uow, EventKind.REFUND)) == facts_of(back, books)


# --- reverses


@pytest.mark.parametrize("score", [60, 100])
def test_no_rule_stops_a_till_that_undoes_what_it_does_not_know(acts, counter, rules, score):
    held, taken = counter.hold(10), counter.take(20)
    pending = counter.ask(number="T-3", fen=100_000, points=3000).json
    rules.publish(rule("never", "points >= 0", score, kinds=BOTH, at_least=Outcome.DECLINE, pivot=Pivot.SHOP))
    before = acts.uow.session.scalar(text("SELECT count(*) FROM risk_decisions"))
    assert counter.refund(taken["out_trade_no"], 5).status_code == 403
    for asked in (held, taken, pending):
        for _ in range(2):
            assert counter.reverse(asked["out_trade_no"]).json["state"] == "reversed"
    assert counter.reverse("T-unknown").json["state"] == "tombstone"
    refused_one = counter.ask(number="T-9", points=10)
    assert refused_one.status_code == 403
    assert counter.reverse("T-9").json["state"] == "declined"
    assert acts.available(ANNA) == 10_100
    after = acts.uow.session.scalar(text("SELECT count(*) FROM risk_decisions"))
    assert after - before == 2  # the refund and the new request: of the reverses nothing is decided
