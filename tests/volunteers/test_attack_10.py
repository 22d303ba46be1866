"""Attack 10: a coordinator awards himself, his own, or a friend who awards him. Through the system, over HTTP."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.risk.service import find_rings_step
from app.volunteers.errors import AwardDeclined, AwardOffRoster, AwardToKin, PolicyPoints, StayOwn
from app.volunteers.terms import Verdict
from tests.places.ground import lay
from tests.points.api import refused, statements
from tests.points.ledger import ANNA, BORIS, named
from tests.volunteers.desk import Desk, Street
from tests.volunteers.test_gatherings import JUDGE, Site


@pytest.fixture
def desk(api, acts):
    made = Desk(api, acts)
    made.policy()
    return made


@pytest.fixture
def street(acts):
    ground = lay(acts.uow, book=acts.book.code, name=f"区 {acts.book.code}")
    return Street(acts, ground.estate(buildings=1, units=1)["1号楼"].id)


def row(points=20, who=BORIS, **more):
    return {"resident_id": str(who), "chosen_points": points} | more


# --- himself and his own


@pytest.fixture
def sister(desk, street, acts):
    """Anna is the coordinator's sister; both have accounts, and live apart."""
    coordinator, anna = street.account(desk.id_of("coordinator")), street.account(uuid4())
    street.moves_in(coordinator, desk.id_of("coordinator"))
    street.moves_in(anna, ANNA)
    street.declare(anna, coordinator)
    acts.uow.session.flush()
    return anna


def test_attack_10_nobody_awards_declared_relatives_and_somebody_else_may(desk, street, acts, sister):
    assert refused(desk.tell()) == (403, AwardToKin.code, ["resident_id"])
    items = desk.roster(row(who=ANNA), row())["items"]
    assert [(each["state"], each["refusal"] and each["refusal"]["code"]) for each in items] == [
        ("declined", AwardToKin.code),
        ("awarded", None),
    ]
    assert desk.roster(row(who=ANNA), path="/awards/preview")["declined"] == 1
    assert desk.tell(by="another").json["state"] == "awarded"
    assert acts.available(ANNA) == 20
    street.end(sister)
    assert desk.tell(activity="另一项").json["state"] == "awarded"


def test_attack_10_relatives_count_where_the_coordinator_lives_elsewhere(desk, street, acts):
    coordinator, anna = street.account(desk.id_of("coordinator")), street.account(uuid4())
    street.moves_in(anna, ANNA)
    street.declare(coordinator, anna)
    acts.uow.session.flush()
    assert refused(desk.tell())[1] == AwardToKin.code


def test_attack_10_whoever_lives_with_him_by_his_account_is_his_own(desk, street, acts):
    coordinator, anna = street.account(desk.id_of("coordinator")), street.account(uuid4())
    home = street.moves_in(coordinator, named("elsewhere"))
    street.moves_in(anna, ANNA, home)
    acts.uow.session.flush()
    assert refused(desk.tell())[1] == AwardToKin.code


def test_attack_10_nobody_confirms_for_himself_his_own_or_what_he_gave(desk, street, acts):
    check = desk.tell(150).json["check_id"]
    for by in ("coordinator", "aunt"):
        if by == "aunt":
            aunt, anna = street.account(desk.id_of("aunt")), street.account(uuid4())
            street.moves_in(anna, ANNA)
            street.declare(aunt, anna)
            acts.uow.session.flush()
        assert refused(desk.confirm(check, by=by))[1] == "volunteers.check_own"
        assert refused(desk.reject(check, by=by))[1] == "volunteers.check_own"
    own = desk.tell(150, desk.id_of("treasurer")).json["check_id"]
    assert refused(desk.confirm(own))[1] == "volunteers.check_own"
    assert acts.available(ANNA) == 0


# --- without a roster


def test_attack_10_on_paper_one_gives_only_so_much_alone(desk, acts):
    assert desk.tell(100).json["state"] == "awarded"
    held = desk.tell(101, BORIS).json
    assert (held["state"], held["id"], held["transaction_id"], held["points"]) == ("held", None, None, 101)
    assert acts.available(BORIS) == 0
    [waits] = desk.waiting()
    assert (waits["id"], waits["why"], waits["points"]) == (held["check_id"], "off_roster", 101)
    assert desk.decision(held["check_id"]).features["is_off_roster"] is True


def test_attack_10_parts_do_not_pass_the_limit_in_sum(desk, acts):
    """Attack 7 as well: on three sheets, or in one batch under two names of the activity."""
    told = [desk.tell(40, activity=f"第 {n} 张").json["state"] for n in range(3)]
    assert told == ["awarded", "awarded", "held"]
    states = [desk.roster(row(60), activity=f"名 {n}")["items"][0]["state"] for n in range(2)]
    assert states == ["awarded", "held"]
    assert desk.tell(40, activity="别人发的", by="another").json["state"] == "awarded"
    assert desk.later(hours=25).tell(40, activity="第二天").json["state"] == "awarded"
    assert acts.available(ANNA) == 160


@pytest.fixture
def stayed(desk, acts):
    """Boris was on site for two hours, at what `event` pays; `LEADER` counted him."""
    site = Site(acts, rule="event")
    site.stay(BORIS)
    site.count(1)
    acts.uow.session.flush()
    return site, Desk(desk.later(hours=3).api, acts)


def leads(desk, points, who, **more):
    """An award by another coordinator that names the gathering."""
    return desk.tell(points, who, by="another", **more)


def test_attack_10_whoever_checked_in_is_on_the_roster_for_as_long_as_he_stayed(stayed):
    site, desk = stayed
    named_it = {"activity_id": str(site.gathering.id)}
    assert leads(desk, 101, ANNA, **named_it).json["state"] == "held"  # was not there
    assert leads(desk, 101, BORIS, minutes=121, **named_it).json["state"] == "held"  # not so long
    desk.reject(desk.waiting()[1]["id"])
    assert leads(desk, 101, BORIS, activity_id=str(uuid4())).json["state"] == "held"  # no gathering
    features = desk.decision(desk.waiting()[0]["id"]).features
    assert (features["mode"], features["is_off_roster"]) == ("paper", True)


def test_attack_10_on_the_roster_more_is_given_alone_and_not_everything(stayed, acts):
    site, desk = stayed
    named_it = {"activity_id": str(site.gathering.id), "minutes": 120}
    assert leads(desk, 240, BORIS, **named_it).json["state"] == "awarded"
    desk.policy(paper_points_max=0, alone_points_max=30)
    assert desk.tell(1, by="another").json["state"] == "held"


def test_attack_10_a_check_in_is_no_roster_for_another_rule(stayed, acts):
    site, desk = stayed
    by_time = {"activity_id": str(site.gathering.id), "rule": "hours", "chosen_points": None}
    desk.policy(paper_points_max=0)
    body = {"minutes": 120, "activity": "河道巡查"}
    assert leads(desk, 0, BORIS, **by_time, **body).json["state"] == "held"
    features = desk.decision(desk.waiting()[0]["id"]).features
    assert (features["mode"], features["is_off_roster"]) == ("paper", True)
    own = {"activity_id": str(site.gathering.id), "minutes": 120}
    assert leads(desk, 50, BORIS, **own).json["state"] == "awarded"
    desk.policy(roster_required=True)
    assert refused(leads(desk, 0, BORIS, **by_time | {"minutes": 60}))[1] == AwardOffRoster.code


def test_attack_10_a_check_in_is_good_for_one_award(stayed, acts):
    """Told by others, under another name or with other points, it is the same or none."""
    site, desk = stayed
    named_it = {"activity_id": str(site.gathering.id), "minutes": 120}
    paid = leads(desk, 150, BORIS, **named_it).json
    assert paid["state"] == "awarded"
    assert leads(desk, 150, BORIS, **named_it).json["id"] == paid["id"]
    for changes in ({}, {"activity": "另一个名目"}, {"evidence": "x"}):
        answer = leads(desk, 149, BORIS, **named_it | changes)
        assert refused(answer)[:2] == (409, "points.fact_changed")
    assert site.pay().declined == 1
    assert acts.available(BORIS) == 150


def test_attack_10_check_ins_that_nobody_counted_or_too_many_are_no_roster(desk, acts):
    site, third = Site(acts, rule="event"), named("third")
    for who in (ANNA, BORIS, third):
        site.stay(who)
    acts.uow.session.flush()
    later = Desk(desk.later(hours=3).api, acts)
    named_it = {"activity_id": str(site.gathering.id), "minutes": 120}
    assert leads(later, 101, BORIS, **named_it).json["state"] == "held"
    site.count(2)
    acts.uow.session.flush()
    assert leads(later, 101, ANNA, **named_it).json["state"] == "held"  # three check-ins, two heads
    site.decide(ANNA, accepted=False)
    acts.uow.session.flush()
    assert leads(later, 101, third, **named_it).json["state"] == "awarded"


def test_attack_10_a_book_may_want_a_roster_for_everything(stayed):
    site, desk = stayed
    desk.policy(roster_required=True)
    assert refused(desk.tell(1)) == (403, AwardOffRoster.code, ["activity_id"])
    here = {"activity_id": str(site.gathering.id), "by": "another"}
    told = desk.roster(row(1, ANNA, minutes=60), row(1, minutes=60), **here)
    assert [each["state"] for each in told["items"]] == ["declined", "awarded"]
    [unsaid] = desk.roster(row(2), activity="没写时长", **here)["items"]
    assert unsaid["state"] == "declined"
    [later] = desk.roster(row(3, minutes=60), activity="另一天", performed_on="2026-06-14", **here)["items"]
    assert later["state"] == "declined"


def test_attack_10_limits_fit_each_other(desk):
    answer = desk.api.post("/award-policy", {**desk.policy(), "set_at": None})
    assert answer.status_code == 422
    wrong = {"roster_required": False, "paper_points_max": 9, "alone_points_max": 8, "sample_permille": 0}
    for path, body in (("/award-policy", wrong), ("/award-policy-proposals", wrong | {"reason": "x"})):
        assert refused(desk.api.post(path, body)) == (422, PolicyPoints.code, ["paper_points_max"])


# --- what anti-fraud says


def test_attack_10_two_who_award_each_other_are_held_from_the_night_on(desk, acts):
    pair = ("coordinator", "another")
    for n in range(3):
        for giver, taker in (pair, pair[::-1]):
            assert desk.tell(5, desk.id_of(taker), by=giver, activity=f"第 {n} 次").json["state"] == "awarded"
    tomorrow = desk.later(days=1)
    where = find_rings_step(tomorrow.acts.uow, acts.book.code, None)
    while where is not None:
        where = find_rings_step(tomorrow.acts.uow, acts.book.code, where)
    for giver, taker in (pair, pair[::-1]):
        held = tomorrow.tell(5, desk.id_of(taker), by=giver, activity="第二天").json
        assert held["state"] == "held"
        assert desk.decision(held["check_id"]).reasons == ["RECIPROCITY", "OFF_ROSTER"]
    # what goes to others is not between the two
    assert tomorrow.tell(5, BORIS, activity="第二天").json["state"] == "awarded"


def test_attack_10_what_anti_fraud_wants_looked_at_is_not_paid_before(desk, acts):
    desk.list_on("watched", ANNA)
    desk.list_on("blocked", BORIS)
    told = desk.roster(row(5, ANNA), row(5, BORIS), row(5, named("c")))
    assert [each["state"] for each in told["items"]] == ["held", "held", "awarded"]
    assert (told["awarded"], told["held"], told["declined"], told["points"]) == (1, 2, 0, 5)
    assert [each["why"] for each in desk.waiting()] == ["review", "blocked"]
    assert (acts.available(ANNA), acts.available(BORIS)) == (0, 0)


def test_attack_10_what_anti_fraud_declines_is_refused_noted_and_stays_so(desk, acts):
    desk.list_on("watched", BORIS)
    desk.list_on("blocked", BORIS)
    for _ in range(2):
        assert refused(desk.tell(250, BORIS))[:2] == (403, AwardDeclined.code)
    noted = text("SELECT count(*) FROM risk_decisions WHERE outcome = 'decline' AND kind = 'award' AND book_id = :book")
    assert acts.uow.session.scalar(noted, {"book": acts.ledger.id}) == 1
    assert desk.roster(row(250), activity="另一项")["items"][0]["refusal"]["code"] == AwardDeclined.code
    assert desk.waiting() == []


def test_attack_10_the_third_award_between_two_who_award_each_other_waits_the_same_day(desk, street, acts):
    """By their accounts, before any night; who is awarded and has awarded nobody back is paid."""
    for name in ("coordinator", "another"):
        street.moves_in(street.account(desk.id_of(name)), desk.id_of(name))
    acts.uow.session.flush()
    there, back = (desk.id_of("another"), "coordinator"), (desk.id_of("coordinator"), "another")
    told = [desk.tell(1, who, by=by, activity=f"{n}") for n, (who, by) in enumerate((there, there, back))]
    assert [each.json["state"] for each in told] == ["awarded", "awarded", "held"]
    decision = desk.decision(told[2].json["check_id"])
    assert (decision.features["returned_awards_30d"], "RECIPROCITY" in decision.reasons) == (2, True)
    assert desk.tell(1, by="another").json["state"] == "awarded"
    assert desk.tell(1, *there[:1], by=there[1], activity="再一次").json["state"] == "awarded", "one came back so far"


def test_attack_10_when_rules_cannot_be_asked_nothing_is_paid_silently(desk, acts):
    broken = text(
        "INSERT INTO risk_rule_sets (book_id, version, id, definition, state, proposed_by, proposed_at, published_by,"
        " published_at) VALUES (:book, 1, :id, CAST(:plain AS jsonb), 'active', :id, now(), :other, now())"
    )
    values = {"book": acts.ledger.id, "id": uuid4(), "other": uuid4(), "plain": json.dumps({"rules": 5})}
    acts.uow.session.execute(broken, values)
    assert desk.tell(1).json["state"] == "held"
    [waits] = desk.waiting()
    assert (waits["why"], acts.available(ANNA)) == ("undecided", 0)
    assert desk.confirm(waits["id"]).json["state"] == "confirmed"
    assert acts.available(ANNA) == 1


def test_attack_10_a_batch_is_counted_as_if_one_came_after_another(desk, acts):
    """The hundredth row knows of the ninety-nine before it, and three hundred take few statements more than one."""
    desk.policy(paper_points_max=1000, alone_points_max=1000)
    with statements(every=True) as few:
        desk.roster(row(1), activity="一人")
    with statements(every=True) as many:
        told = desk.roster(*[row(200, named(f"v{n}")) for n in range(300)], activity="三百人")
    assert len(many) <= len(few) + 4  # those that are held, and the two ways to write a decision
    assert (told["awarded"], told["held"]) == (249, 51)  # over 50,000 points a day a coordinator is looked at
    assert acts.available(named("v0")) == 200


def test_attack_10_the_decision_windows_reach_back_a_day(desk):
    held = desk.tell(150).json["check_id"]
    assert desk.decision(held).features["pair_points_1d"] == 0
    assert desk.tell(1, activity="另一项").json["state"] == "held"  # what waits counts
    desk.reject(held)
    assert desk.tell(1, activity="第三项").json["state"] == "awarded"


# --- stays at gatherings


@pytest.mark.parametrize("tie", ["home", "relative"])
def test_attack_10_nobody_decides_on_the_stay_of_who_lives_with_him_or_is_his_relative(acts, street, tie):
    site = Site(acts)
    anna, judge = street.account(uuid4()), street.account(JUDGE.id)
    home = street.moves_in(anna, ANNA)
    if tie == "home":
        street.moves_in(judge, named("his passbook"), home)
    else:
        street.declare(judge, anna)
    site.stay()
    for accepted in (True, False):
        with pytest.raises(StayOwn):
            site.decide(ANNA, accepted=accepted)
    other = replace(JUDGE, id=named("another judge"))
    assert site.decide(ANNA, accepted=True, actor=other).verdict is Verdict.ACCEPTED
