"""The second person: what waits is confirmed or rejected once, lapses, is told again; what is drawn is looked at."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.volunteers import service
from app.volunteers.errors import AwardRejected, AwardWaiting, CheckDecided, CheckMissing, CheckOutgrown
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import publish
from tests.volunteers.desk import Desk


@pytest.fixture
def desk(api, acts):
    made = Desk(api, acts)
    made.policy()
    return made


def test_what_is_confirmed_is_paid_in_the_name_of_who_gave_it(desk, acts):
    held = desk.tell(150).json
    done = desk.confirm(held["check_id"], reason="看过签到表").json
    assert (done["state"], done["decided_by"]) == ("confirmed", str(desk.id_of("treasurer")))
    assert acts.available(ANNA) == 150
    [award] = desk.api.walk("/awards/own", Role.COORDINATOR, limit=5)
    assert award["award"]["id"] == done["award_id"]
    told_again = desk.tell(150).json
    assert (told_again["state"], told_again["id"]) == ("awarded", done["award_id"])


def test_again_is_a_replay_and_otherwise_is_refused(desk, acts):
    one, other = (desk.tell(150, activity=name).json["check_id"] for name in ("甲", "乙"))
    for _ in range(2):
        assert desk.confirm(one).json["state"] == "confirmed"
        assert desk.reject(other).json["state"] == "rejected"
    assert refused(desk.reject(one)) == (409, CheckDecided.code, [])
    assert refused(desk.confirm(other)) == (409, CheckDecided.code, [])
    assert refused(desk.confirm(str(uuid4()))) == (404, CheckMissing.code, ["check_id"])
    assert acts.available(ANNA) == 150


def test_told_again_it_waits_once(desk):
    checks = {desk.tell(150).json["check_id"] for _ in range(2)}
    items = desk.roster(*[{"resident_id": str(ANNA), "chosen_points": 150}] * 2, activity="楼道清扫")["items"]
    assert {each["check_id"] for each in items} == checks
    assert [each["replayed"] for each in items] == [True, True]
    assert len(desk.waiting()) == 1


def test_the_same_service_does_not_wait_in_two_forms(desk):
    desk.tell(150)
    assert refused(desk.tell(1)) == (409, AwardWaiting.code, [])
    assert refused(desk.tell(150, by="another"))[1] == AwardWaiting.code


def test_what_was_rejected_stays_so_and_its_correction_is_looked_at(desk, acts):
    check = desk.tell(150).json["check_id"]
    desk.reject(check, reason="人没来")
    answer = desk.tell(150)
    assert refused(answer) == (409, AwardRejected.code, [])
    assert "人没来" in answer.json["detail"]
    assert desk.tell(1).json["state"] == "held"
    [waits] = desk.waiting()
    assert waits["why"] == "told_anew"
    assert refused(desk.tell(2, by="another"))[1] == AwardWaiting.code
    desk.confirm(waits["id"])
    assert acts.available(ANNA) == 1


def test_what_the_ledger_refuses_now_waits_on(desk, acts):
    check = desk.tell(150).json["check_id"]
    rows = [{"resident_id": str(named(f"v{n}")), "chosen_points": 5_000} for n in range(20)]
    desk.policy(paper_points_max=1_000_000, alone_points_max=1_000_000)
    for waits in desk.roster(*rows, by="another")["items"]:
        desk.confirm(waits["check_id"])
    assert refused(desk.confirm(check))[1] == "points.insufficient"
    assert [each["id"] for each in desk.waiting()] == [check]
    acts.fund(10_000)
    acts.mint(1000)
    assert desk.confirm(check).json["state"] == "confirmed"


def test_the_allotment_of_who_gave_it_pays(desk, acts):
    allotment = acts.allot(named("station"), 200, spender_ids=(desk.id_of("coordinator"),))
    check = desk.tell(150, allotment_id=str(allotment)).json["check_id"]
    assert desk.confirm(check).json["state"] == "confirmed"
    assert acts.left_in(allotment) == 50


def test_nobody_looks_for_thirty_days_and_it_may_be_told_again(desk, acts):
    check = desk.tell(150).json["check_id"]
    for day, lapsed in ((29, 0), (30, 1), (31, 0)):
        assert service.expire_checks(desk.later(days=day).acts.uow) == lapsed
    assert refused(desk.confirm(check))[1] == CheckDecided.code
    [gone] = desk.waiting("expired")
    later = desk.later(days=31)
    again = later.tell(150).json
    assert (gone["id"], again["check_id"], again["state"]) == (check, check, "held")
    assert later.confirm(check).json["state"] == "confirmed"
    assert acts.available(ANNA) == 150


def by_events(desk, **changes):
    return desk.tell(rule="by-events", chosen_points=None, events=4, **changes)


def test_attack_10_a_rule_changed_meanwhile_pays_no_more_than_the_second_person_is_shown(desk, acts):
    """CheckOutgrown: told at 200 points, two thousand by the rule of now. Told again, it is shown as it is."""
    publish(acts.uow, acts.ledger, "by-events", "50 * events", points_max=5000)
    check = by_events(desk).json["check_id"]
    assert [each["points"] for each in desk.waiting()] == [200]
    publish(acts.uow, acts.ledger, "by-events", "500 * events", points_max=5000)
    answer = desk.confirm(check)
    assert refused(answer) == (409, CheckOutgrown.code, ["check_id"])
    assert "200 分" in answer.json["detail"]
    assert "2000 分" in answer.json["detail"]
    assert (acts.available(ANNA), desk.waiting()) == (0, [])
    assert by_events(desk).json["check_id"] == check
    [anew] = desk.waiting()
    assert anew["points"] == 2000
    done = desk.confirm(check).json
    assert (done["state"], done["points"], acts.available(ANNA)) == ("confirmed", 2000, 2000)


def test_what_a_rule_of_now_pays_less_is_paid_and_said_so(desk, acts):
    publish(acts.uow, acts.ledger, "by-events", "50 * events")
    check = by_events(desk).json["check_id"]
    publish(acts.uow, acts.ledger, "by-events", "10 * events")
    done = desk.confirm(check).json
    assert (done["points"], acts.available(ANNA)) == (40, 40)


# --- drawn by chance


def test_some_are_drawn_and_looked_at_when_they_are_paid(desk, acts):
    desk.policy(sample_permille=1000)
    assert desk.tell(20).json["state"] == "awarded"
    assert desk.tell(20).json["state"] == "awarded"
    [drawn] = desk.waiting()
    assert (drawn["why"], drawn["expires_at"], acts.available(ANNA)) == ("sample", None, 20)
    rejected = desk.reject(drawn["id"], reason="照片不符").json
    assert rejected["state"] == "rejected"
    [proposal] = desk.api.walk("/proposals?state=open", limit=5)
    assert (proposal["kind"], proposal["payload"]["award_id"]) == ("undo", drawn["award_id"])
    assert desk.api.post(f"/proposals/{proposal['id']}/approve", {}, name="deputy").status_code == 200
    assert acts.available(ANNA) == 0
    assert desk.api.walk("/award-checks/given", Role.COORDINATOR, limit=5) == []  # he need not know that it was drawn


def test_about_as_many_are_drawn_as_the_book_says_and_always_the_same(desk):
    desk.policy(sample_permille=200)
    rows = [{"resident_id": str(named(f"v{n}")), "chosen_points": 1} for n in range(200)]
    for _ in range(2):
        desk.roster(*rows)
        drawn = len(desk.waiting())
        assert 15 <= drawn <= 70
    assert len(desk.waiting()) == drawn


# --- who sees what


def test_each_sees_what_is_his_and_no_more(desk):
    check = desk.tell(150).json["check_id"]
    [given] = desk.api.walk("/award-checks/given", Role.COORDINATOR, limit=1)
    assert given["id"] == check
    assert {"why", "decision_id", "decided_by"} & set(given) == set()
    assert desk.api.walk("/award-checks/given", Role.COORDINATOR, limit=1, name="another") == []
    mine = desk.tell(150, desk.id_of("resident")).json["check_id"]
    [own] = desk.api.walk("/passbook/award-checks", Role.RESIDENT, limit=1)
    assert (own["id"], own["points"], own["state"]) == (mine, 150, "open")
    assert {"why", "reason", "decision_id", "coordinator_id"} & set(own) == set()
    assert [each["id"] for each in desk.waiting(role=Role.AUDITOR)] == [check, mine]


def test_the_policy_of_now_is_shown(desk, api):
    shown = desk.policy(sample_permille=5)
    assert api.get("/award-policy").json == shown
    assert (shown["sample_permille"], shown["paper_points_max"]) == (5, 100)


def test_the_database_wants_two_people_and_one_decision(desk, acts):
    check = desk.tell(150).json["check_id"]
    session = acts.uow.session

    def change(**values):
        columns = ", ".join(f"{name} = :{name}" for name in values)
        with session.begin_nested():
            session.execute(
                text(f"UPDATE volunteers_award_checks SET {columns} WHERE id = :id"),
                values | {"id": check},
            )

    coordinator = desk.id_of("coordinator")
    decided = {"state": "rejected", "decided_at": acts.uow.now, "reason": "x"}
    for wrong in (
        decided | {"decided_by": coordinator},
        decided | {"decided_by": ANNA},
        {"state": "confirmed", "decided_by": uuid4(), "decided_at": acts.uow.now},
        decided | {"decided_by": None},
    ):
        with pytest.raises(Exception) as caught:
            change(**wrong)
        assert isinstance(caught.value.__cause__ or caught.value.orig, psycopg.errors.CheckViolation)
    desk.reject(check)
    with pytest.raises(Exception, match="decided once"):
        change(state="open", decided_by=None, decided_at=None)
    with pytest.raises(Exception, match="permission denied"):
        change(awarded_by=uuid4())
    waits = desk.tell(151, activity="另一次").json["check_id"]
    for wrong in ({"points": 152}, {"points": 1}, {"title": "x"}, {"why": "large"}):
        check = waits
        with pytest.raises(Exception, match="what waits is what was told"):
            change(**wrong)


def test_a_preview_tells_what_will_wait(desk, acts):
    told = desk.roster({"resident_id": str(BORIS), "chosen_points": 150}, path="/awards/preview")
    assert (told["held"], told["items"][0]["state"], desk.waiting()) == (1, "held", [])
    assert acts.available(BORIS) == 0
