"""Cases, appeals, backtests, the nightly graph."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.risk import errors, service
from app.risk.models import Case, FactRow, Finding
from app.risk.queries import Wanted, WhichCases
from app.risk.rules.backtesting import precision_percent, recall_percent
from app.risk.terms import AppealState, CaseState, EventKind, Label, Outcome, Pivot, Reason
from tests.points.ledger import ANNA, BORIS, SHOP, named
from tests.risk.facts import COORDINATOR, ONE, TERMINAL, THREE, TWO, rule, spent

RESIDENT = Actor(id=ANNA, roles=frozenset({Role.RESIDENT}))


@pytest.fixture
def held(desk):
    """A decision of Anna's that was held up."""
    desk.publish(rule("any", "points > 10", 60), rule("large", "points > 1000", 10))
    return desk.decide()


def test_a_case_is_taken_commented_and_closed_once(desk, held):
    case = {"book": desk.code, "case_id": desk.case_of(held)}
    with pytest.raises(errors.CaseTaken):  # nobody closes what he did not take
        service.close_case(desk.as_(ONE), **case, revision=1, label=Label.FALSE_POSITIVE, text="x")
    assert service.take_case(desk.as_(ONE), **case).case.state == CaseState.INVESTIGATING
    assert len(service.take_case(desk.as_(ONE), **case).events) == 1
    with pytest.raises(errors.CaseTaken):
        service.take_case(desk.as_(TWO), **case)
    with pytest.raises(errors.CaseTaken):
        service.close_case(desk.as_(TWO), **case, revision=1, label=Label.FALSE_POSITIVE, text="x")
    service.comment_case(desk.as_(TWO), **case, text="问过本人")
    closed = service.close_case(desk.as_(ONE), **case, revision=1, label=Label.VALUABLE_ALERT, text="无问题")
    assert (closed.case.state, closed.case.label) == (CaseState.CLOSED, Label.VALUABLE_ALERT)
    assert [event.kind for event in closed.events] == ["closed", "commented", "taken"]
    assert [decision.id for decision in closed.decisions] == [held.id]
    for act in (service.take_case, lambda uow, **c: service.comment_case(uow, **c, text="x")):
        with pytest.raises(errors.CaseClosed):
            act(desk.as_(ONE), **case)
    assert desk.case_of(desk.decide()) != case["case_id"]  # what happens next is another case
    with pytest.raises(errors.CaseMissing):
        service.show_case(desk.uow, book=desk.code, case_id=uuid4())
    with pytest.raises(errors.CaseMissing):
        service.take_case(desk.uow, book=desk.code, case_id=uuid4())


def relatives(desk, person_id, relative_id):
    session = desk.uow.session
    for each in (person_id, relative_id):
        session.execute(
            text("INSERT INTO identity_people (id, name, registered_at) VALUES (:id, 'x', now())"), {"id": each}
        )
    session.execute(
        text(
            "INSERT INTO identity_relatives (id, person_id, relative_id, kind, declared_by, declared_at)"
            " VALUES (gen_random_uuid(), :a, :b, 'sibling', :a, now())"
        ),
        {"a": person_id, "b": relative_id},
    )


@pytest.mark.parametrize("part", ["resident_id", "person_id", "cashier_id", "coordinator_id", "relative", "shop_id"])
def test_nobody_works_on_a_case_in_which_he_has_a_part(desk, part):
    """Whomever the case is about: here a shop, a device or a household of others."""
    desk.publish(rule("any", "points > 10", 30, pivot=Pivot.DEVICE))
    if part == "relative":
        relatives(desk, TWO.id, named("his sister"))
    mine = {"relative": {"cashier_id": named("his sister")}, "shop_id": {}}.get(part, {part: TWO.id})
    one, other = named("a device"), named("another device")
    decision = desk.decide(device_id=one, **mine)
    desk.decide(device_id=one, resident_id=BORIS)
    case = {"book": desk.code, "case_id": desk.case_of(decision)}
    asked = case | {"house_shops": lambda _uow, _others: [SHOP] if part == "shop_id" else []}
    for act in (
        service.take_case,
        lambda uow, **c: service.comment_case(uow, **c, text="x"),
        lambda uow, **c: service.close_case(uow, **c, revision=2, label=Label.FALSE_POSITIVE, text="x"),
    ):
        with pytest.raises(errors.OwnRisk):
            act(desk.as_(TWO), **asked)
    assert service.take_case(desk.as_(ONE), **case).case.taken_by == ONE.id
    theirs = desk.decide(device_id=other, resident_id=BORIS, cashier_id=named("a stranger"))
    service.take_case(desk.as_(TWO), book=desk.code, case_id=desk.case_of(theirs))


def test_cases_and_their_decisions_are_paged(desk, held):
    for _ in range(3):
        desk.decide()
    desk.decide(resident_id=BORIS)
    first = service.list_cases(desk.uow, book=desk.code, which=WhichCases(), limit=1, cursor=None)
    rest = service.list_cases(desk.uow, book=desk.code, which=WhichCases(), limit=1, cursor=first.next_cursor)
    assert [each.about_id for each in (*first.items, *rest.items)] == [BORIS, ANNA]
    assert rest.next_cursor is None
    page = service.list_case_decisions(desk.uow, book=desk.code, case_id=desk.case_of(held), limit=3, cursor=None)
    assert len(page.items) == 3
    assert page.next_cursor


def test_decisions_are_listed_by_all_that_is_given(desk, held):
    other = desk.decide(resident_id=BORIS, terminal_id=TERMINAL, coordinator_id=COORDINATOR)
    plain = desk.decide(points=1)

    def listed(**wanted):
        page = service.list_decisions(desk.uow, book=desk.code, wanted=Wanted(**wanted), limit=9, cursor=None)
        return [each.id for each in page.items]

    (reason,) = desk.row(held).reasons
    today = {"starts_at": desk.uow.now - timedelta(hours=1), "ends_at": desk.uow.now + timedelta(hours=1)}
    yesterday = {name: instant - timedelta(days=1) for name, instant in today.items()}
    assert listed(reason=reason) == listed(reason=reason, **today) == [other.id, held.id]
    assert listed(reason=Reason.RING) == listed(**yesterday) == listed(kind=EventKind.REDEEM, **yesterday) == []
    assert listed(shop_id=SHOP, kind=EventKind.REDEEM) == [other.id, held.id]
    assert listed(terminal_id=TERMINAL) == listed(coordinator_id=COORDINATOR) == [other.id]
    assert listed(shop_id=BORIS) == listed(person_id=ANNA) == []
    assert listed(outcome=Outcome.APPROVE, **today) == [plain.id]
    asked = {"book": desk.code, "wanted": Wanted(**today), "limit": 1}
    first = service.list_decisions(desk.uow, **asked, cursor=None)
    second = service.list_decisions(desk.uow, **asked, cursor=first.next_cursor)
    assert [each.id for each in (*first.items, *second.items)] == [other.id, held.id]
    assert second.next_cursor is None
    for wanted in (
        {"outcome": Outcome.APPROVE},
        {"outcome": Outcome.APPROVE, "starts_at": today["starts_at"]},
        {"outcome": Outcome.APPROVE, "starts_at": desk.uow.now - timedelta(days=8), "ends_at": desk.uow.now},
        {"outcome": Outcome.APPROVE, "starts_at": today["ends_at"], "ends_at": today["starts_at"]},
        today | {"starts_at": desk.uow.now - timedelta(days=93)},
        {"resident_id": ANNA, "outcome": Outcome.DECLINE, "starts_at": today["starts_at"]},
        {"reason": Reason.RING, "starts_at": desk.uow.now - timedelta(days=99), "ends_at": desk.uow.now},
    ):
        with pytest.raises(errors.ListedPeriod):
            listed(**wanted)

    assert listed() == [other.id, held.id]
    assert listed(resident_id=ANNA) == [held.id]
    assert listed(outcome=Outcome.DECLINE) == []
    assert listed(kind=EventKind.AWARD) == []
    assert service.show_decision(desk.uow, book=desk.code, decision_id=held.id).score == 60


def test_a_resident_appeals_and_who_had_no_part_in_it_answers(desk, held):
    mine = desk.as_(RESIDENT)
    (own,) = service.list_own_decisions(mine, book=desk.code, limit=5, cursor=None).items
    assert (own.decision.id, own.appeal) == (held.id, None)
    case = {"book": desk.code, "case_id": desk.case_of(held)}
    service.take_case(desk.as_(ONE), **case)
    appealed = service.appeal(mine, book=desk.code, decision_id=held.id, text="我在自家楼下买菜")
    with pytest.raises(errors.AppealedBefore):
        service.appeal(mine, book=desk.code, decision_id=held.id, text="x")
    answer = {"book": desk.code, "appeal_id": appealed.appeal.id, "overturned": True, "answer": "抱歉打扰"}
    for who in (ONE, Actor(id=desk.uow.actor.id, roles=ONE.roles)):  # who took the case; who acted in the decision
        with pytest.raises(errors.AppealByJudge):
            service.answer_appeal(desk.as_(who), **answer)
    for who in (replace(TWO, id=ANNA), replace(TWO, resident_id=ANNA)):
        with pytest.raises(errors.OwnRisk):
            service.answer_appeal(desk.as_(who), **answer)
    with pytest.raises(errors.AppealMissing):
        service.answer_appeal(desk.as_(TWO), **(answer | {"appeal_id": uuid4()}))
    waiting = service.list_appeals(desk.uow, book=desk.code, state=AppealState.OPEN, limit=5, cursor=None)
    assert [each.id for each in waiting.items] == [appealed.appeal.id]
    service.answer_appeal(desk.as_(TWO), **answer)
    with pytest.raises(errors.AppealAnswered):
        service.answer_appeal(desk.as_(THREE), **answer)
    (own,) = service.list_own_decisions(mine, book=desk.code, limit=5, cursor=None).items
    assert (own.appeal.state, own.appeal.answer) == (AppealState.OVERTURNED, "抱歉打扰")
    events = service.show_case(desk.uow, **case).events
    assert [event.kind for event in events] == ["answered", "appealed", "taken"]


def test_one_appeals_against_ones_own_in_time_and_only_where_there_is_something(desk, held):
    fine = desk.decide(points=1)
    with pytest.raises(errors.AppealNeedless):
        service.appeal(desk.as_(RESIDENT), book=desk.code, decision_id=fine.id, text="x")
    with pytest.raises(errors.DecisionMissing):
        service.appeal(desk.as_(replace(RESIDENT, id=BORIS)), book=desk.code, decision_id=held.id, text="x")
    late = desk.later(days=60, seconds=1)
    with pytest.raises(errors.AppealLate):
        service.appeal(late.as_(RESIDENT), book=desk.code, decision_id=held.id, text="x")


WAITING = text(
    "SELECT id, args FROM procrastinate_jobs WHERE task_name = 'risk.run_backtest' AND id > :done ORDER BY id"
)


def work(desk):
    """Run the queued steps of backtests, as the worker would, until none waits; answers how many there were."""
    done = steps = 0
    while waiting := desk.uow.session.execute(WAITING, {"done": done}).all():
        for done, arguments in waiting:  # noqa: B007 - the last one counts
            JOBS["risk.run_backtest"](desk.uow, **arguments)
            desk.uow.session.flush()
            steps += 1
    return steps


def test_a_backtest_says_what_a_version_would_have_done_and_how_right_it_would_be(desk):
    desk.publish(rule("any", "points > 10", 30))
    bad = [desk.decide(points=500, resident_id=named("bad")) for _ in range(3)]
    good = [desk.decide(points=50, resident_id=named("good")) for _ in range(2)]
    sorry = desk.decide(points=600, resident_id=ANNA)
    desk.decide(points=5)
    for decision, label in ((bad[0], Label.CONFIRMED_RISK), (good[0], Label.FALSE_POSITIVE)):
        case = {"book": desk.code, "case_id": desk.case_of(decision)}
        read = service.take_case(desk.as_(ONE), **case).case.revision
        service.close_case(desk.as_(ONE), **case, revision=read, label=label, text="x")
    appeal = service.appeal(desk.as_(RESIDENT), book=desk.code, decision_id=sorry.id, text="x").appeal
    service.answer_appeal(desk.as_(TWO), book=desk.code, appeal_id=appeal.id, overturned=True, answer="x")
    version = desk.save(rule("large", "points > 100", 60)).version
    day = date(2026, 6, 15)
    made = service.start_backtest(desk.as_(ONE), book=desk.code, version=version, first=day, last=day)
    assert work(desk) == 1
    desk.uow.session.refresh(made)
    assert made.state == "done"
    assert made.result["tried"] == 7
    assert made.result["matrix"] == {
        "review": {"block_and_review": {"facts": 4, "points": 2100}, "approve": {"facts": 2, "points": 100}},
        "approve": {"approve": {"facts": 1, "points": 5}},
    }
    assert made.result["labelled"] == {
        "confirmed_risk": {"flagged": 3, "passed": 0},
        "false_positive": {"flagged": 1, "passed": 2},
    }
    assert (precision_percent(made.result), recall_percent(made.result)) == (75, 100)
    assert (made.result["points_held_up"], made.result["points_let_go"]) == (2100, 0)
    assert made.result["rules"]["large"] == {"hits": 4, "right": 3, "wrong": 1}
    assert service.list_backtests(desk.uow, book=desk.code, limit=5, cursor=None).items == [made]


def test_a_backtest_goes_page_by_page_and_twice_is_once(desk, monkeypatch):
    monkeypatch.setattr("app.risk.service.backtests.BACKTEST_PAGE", 2)
    desk.publish(rule("any", "points > 10", 30))
    for _ in range(5):
        desk.decide()
    day = date(2026, 6, 15)
    made = service.start_backtest(desk.as_(ONE), book=desk.code, version=1, first=day, last=day)
    assert work(desk) == 3
    desk.uow.session.refresh(made)
    assert (made.result["tried"], made.state) == (5, "done")
    service.run_backtest(desk.uow, book_id=desk.book.id, backtest_id=str(made.id), before=None)
    assert made.result["tried"] == 5


def test_a_backtest_is_of_a_version_and_a_period(desk):
    desk.save(rule("any", "points > 10"))
    for first, last in ((date(2026, 6, 2), date(2026, 6, 1)), (date(2026, 1, 1), date(2026, 6, 1))):
        with pytest.raises(errors.BacktestPeriod):
            service.start_backtest(desk.as_(ONE), book=desk.code, version=1, first=first, last=last)
    with pytest.raises(errors.RuleSetMissing):
        service.start_backtest(desk.as_(ONE), book=desk.code, version=9, first=date(2026, 6, 1), last=date(2026, 6, 1))
    for _ in range(2):
        service.start_backtest(desk.as_(ONE), book=desk.code, version=1, first=date(2026, 6, 1), last=date(2026, 6, 1))
    with pytest.raises(errors.BacktestsFull):
        service.start_backtest(desk.as_(TWO), book=desk.code, version=1, first=date(2026, 6, 1), last=date(2026, 6, 1))
    work(desk)
    service.start_backtest(desk.as_(TWO), book=desk.code, version=1, first=date(2026, 6, 1), last=date(2026, 6, 1))
    with pytest.raises(errors.BacktestMissing):
        service.show_backtest(desk.as_(ONE), book=desk.code, backtest_id=uuid4())


def night(desk):
    """The whole round of a book."""
    where = None
    while True:
        where = service.find_rings_step(desk.uow, desk.code, where)
        if where is None:
            return


RING = [named(f"ring {number}") for number in range(5)]
PHONE, DEN = named("ring phone"), named("ring shop")


def plant(desk, residents=RING):
    for resident in residents:
        for _ in range(5):
            service.decide(
                desk.uow,
                spent(book_id=desk.book.id, resident_id=resident, device_id=PHONE, shop_id=DEN, points=200),
            )


@pytest.fixture
def lenient(desk):
    desk.publish(rule("any", "points > 100000", 30), rule("ring", "ring_size >= 4", 40, defaults={"ring_size": 0}))


def test_a_planted_ring_becomes_a_feature_and_one_case(desk, lenient):
    for number in range(12):
        for shop in (SHOP, named("other")):
            desk.decide(
                resident_id=named(f"honest {number}"), device_id=named(f"phone {number}"), shop_id=shop, points=300
            )
    night(desk)
    session = desk.uow.session
    assert (
        session.scalars(select(Finding.kind).where(Finding.book_id == desk.book.id, Finding.kind == "ring")).all() == []
    )
    plant(desk)
    night(desk)
    cases = session.scalars(select(Case).where(Case.book_id == desk.book.id)).all()
    assert {(case.about, case.about_id) for case in cases} == {("shop", DEN), ("device", PHONE)}
    assert desk.decide(resident_id=RING[0], shop_id=SHOP).outcome is Outcome.REVIEW
    assert desk.decide(resident_id=named("honest 1"), shop_id=SHOP).outcome is Outcome.APPROVE
    again = desk.later(days=1)
    night(again)
    assert len(session.scalars(select(Case).where(Case.book_id == desk.book.id, Case.about == "shop")).all()) == 1
    file = service.show_case(desk.uow, book=desk.code, case_id=next(c.id for c in cases if c.about == "shop"))
    assert ([finding.kind for finding in file.findings], file.case.revision) == (["ring"], 1), "it counts as come in"
    assert str(RING[0]) in file.findings[0].evidence["residents"]


@pytest.mark.parametrize("back", ["later", "grown", "the same"])
def test_attack_9_a_ring_whose_case_is_closed_is_looked_at_again_when_it_comes_back_or_grows(desk, lenient, back):
    plant(desk)
    night(desk)
    mine = select(Case).where(Case.book_id == desk.book.id, Case.about == "shop").order_by(Case.id)
    [case] = desk.uow.session.scalars(mine)
    desk.uow.session.refresh(case)
    service.take_case(desk.as_(ONE), book=desk.code, case_id=case.id)
    closing = {"revision": case.revision, "label": Label.CONFIRMED_RISK, "text": "x"}
    service.close_case(desk.as_(ONE), book=desk.code, case_id=case.id, **closing)
    again = desk.later(days=200 if back == "later" else 2)
    if back == "later":
        plant(again)
    if back == "grown":
        plant(again, [named(f"ring {number}") for number in range(5, 8)])
    for _ in range(2):
        night(again)
    cases = desk.uow.session.scalars(mine).all()
    assert [each.state for each in cases] == (["closed"] if back == "the same" else ["closed", "pending"])
    if back != "the same":
        assert [each.kind for each in service.show_case(desk.uow, book=desk.code, case_id=cases[1].id).findings] == [
            "ring"
        ]


def test_what_is_found_no_longer_is_no_feature_any_more(desk, lenient):
    plant(desk)
    night(desk)
    assert desk.later(days=2).decide(resident_id=RING[0]).outcome is Outcome.REVIEW
    assert desk.later(days=4).decide(resident_id=RING[0]).outcome is Outcome.APPROVE


def test_the_round_goes_page_by_page_and_a_page_read_again_counts_once(desk, lenient, monkeypatch):
    plant(desk)
    monkeypatch.setattr("app.risk.service.rings.PAGE", 7)
    monkeypatch.setattr("app.risk.service.rings.WRITTEN_AT_ONCE", 3)
    first = service.find_rings_step(desk.uow, desk.code, None)
    again = service.find_rings_step(desk.uow, desk.code, first)
    service.find_rings_step(desk.uow, desk.code, first)  # the transaction was run again
    assert sum(again.dealings.spent.values()) == 14 * 200
    night(desk)
    found = desk.uow.session.scalars(
        select(Finding).where(Finding.book_id == desk.book.id, Finding.kind == "ring")
    ).all()
    assert {each.about_id for each in found} == {*RING, PHONE, DEN}


def test_what_windows_no_longer_count_is_forgotten(desk, lenient):
    decision = desk.decide()
    assert service.purge_facts(desk.later(days=119).uow) == 0
    assert service.purge_facts(desk.later(days=121).uow) == 1
    assert desk.uow.session.scalars(select(FactRow).where(FactRow.book_id == desk.book.id)).all() == []
    assert desk.row(decision).points == 50
