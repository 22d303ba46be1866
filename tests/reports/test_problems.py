"""Many reports of one problem: attack 14 of the catalogue, over HTTP; and clerks who mend what was put together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.kernel.actor import Role
from app.reports import terms
from tests.fixtures.work import NOW
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named
from tests.points.programme import publish

CLERK, RESIDENT = Role.CLERK, Role.RESIDENT
LAT, LNG = 31.2304567, 120.1234567
METRE = 1 / 111_195


def spot(metres=0.0, accuracy_m=10.0):
    """So many metres north of the place."""
    return {"lat": LAT + metres * METRE, "lng": LNG, "datum": "wgs84", "accuracy_m": accuracy_m}


@pytest.fixture
def seen(api):
    """File a report; each is worded otherwise unless told."""
    count = iter(range(1000))

    def file(who=ANNA, position=None, at=api, **changes):
        n = next(count)
        body = {"text": f"路灯不亮 {n}", "place": f"{n}号楼旁", "category": "lighting", "position": position or spot()}
        answer = at.post("/reports", body | changes, RESIDENT, person_id=who)
        assert answer.status_code == 201, answer.text
        return answer.json

    return file


@pytest.fixture
def accept(api):
    def decide(report, at=api, **who):
        answer = at.post(f"/reports/{report['id']}/accept", {}, CLERK, **who)
        assert answer.status_code == 200, answer.text
        return answer.json

    return decide


@pytest.fixture
def joining(acts):
    """The rule that pays whoever confirms: one point, three a day."""
    publish(acts.uow, acts.ledger, terms.CONFIRM_RULE, "1", points_max=1, person_day_max=3)


def test_attack_14_twenty_accounts_at_one_spot_earn_as_one_and_a_few(acts, api, seen, accept, joining):
    crowd = [named(f"account {n}") for n in range(20)]
    reports = [seen(who, spot(metres=n * 2)) for n, who in enumerate(crowd)]
    assert len({report["problem_id"] for report in reports}) == 1
    assert [report["note"] for report in reports] == [None] + ["已有人上报,感谢确认。"] * 19
    decided = [accept(report) for report in reports]
    assert [report["standing"] for report in decided] == ["first"] + ["confirms"] * 5 + ["thanked"] * 14
    assert [report["points"] for report in decided] == [10] + [1] * 5 + [0] * 14
    assert [acts.available(who) for who in crowd] == [10] + [1] * 5 + [0] * 14
    assert accept(reports[1]) == decided[1]  # again is a replay
    assert accept(reports[19]) == decided[19]


def test_attack_14_one_account_that_reports_it_again_and_again_earns_once(acts, seen, accept, joining):
    reports = [seen(ANNA) for _ in range(4)]
    assert [accept(report)["points"] for report in reports] == [10, 0, 0, 0]
    confirming = [seen(BORIS) for _ in range(3)]
    assert [accept(report)["points"] for report in confirming] == [1, 0, 0]
    assert (acts.available(ANNA), acts.available(BORIS)) == (10, 1)


def test_attack_14_who_confirmed_yesterday_confirms_nothing_more_today(api, seen, accept, joining):
    accept(seen(ANNA))
    assert accept(seen(BORIS))["points"] == 1
    tomorrow = replace(api, at=(NOW + timedelta(days=1)).isoformat())
    assert accept(seen(BORIS, at=tomorrow), at=tomorrow)["standing"] == "thanked"


def test_attack_14_confirming_has_a_cap_for_each_day(seen, accept, joining):
    for n in range(4):
        accept(seen(ANNA, spot(metres=n * 500)))
    assert [accept(seen(BORIS, spot(metres=n * 500)))["points"] for n in range(4)] == [1, 1, 1, 0]


def test_without_a_rule_for_it_who_confirms_is_thanked(acts, seen, accept):
    assert accept(seen(ANNA))["points"] == 10
    decided = accept(seen(BORIS))
    assert (decided["standing"], decided["points"], decided["rule"]) == ("thanked", 0, None)
    assert acts.available(BORIS) == 0


@pytest.mark.parametrize(
    "changes", [{"category": "waste"}, {"position": spot(metres=75)}, {"position": spot(metres=-75)}]
)
def test_another_category_or_far_away_is_a_problem_of_its_own(seen, accept, changes):
    first, second = seen(ANNA), seen(BORIS, **changes)
    assert (first["problem_id"] != second["problem_id"], second["note"]) == (True, None)
    assert [accept(report)["points"] for report in (first, second)] == [10, 10]


@pytest.mark.parametrize("metres", [-45, 45])
def test_a_problem_is_found_across_the_lines_of_the_grid(seen, metres):
    """Somewhere along a cell of 74 m a line lies between two spots that are 45 m apart."""
    for n in range(4):
        first, second = (seen(who, spot(1000 * n + 20 * n + more)) for who, more in ((ANNA, 0), (BORIS, metres)))
        assert first["problem_id"] == second["problem_id"]


def test_a_position_counts_on_any_datum(seen):
    first = seen(ANNA, {"lat": 31.2284, "lng": 120.1281, "datum": "gcj02"})
    shown = seen(BORIS, {"lat": 31.2284, "lng": 120.1281, "datum": "wgs84"})
    assert first["problem_id"] != shown["problem_id"]  # half a kilometre beside it


def test_without_a_position_the_words_of_the_place_count(seen):
    first = seen(ANNA, spot(accuracy_m=5000), place="3号楼 A门")  # it may err by too much to be used
    assert seen(BORIS, spot(accuracy_m=5000), place="３号楼a门。")["problem_id"] == first["problem_id"]
    assert seen(BORIS, spot(accuracy_m=5000), place="4号楼a门")["problem_id"] != first["problem_id"]
    assert seen(BORIS, spot(900), place="3号楼A门")["problem_id"] == first["problem_id"]  # where one has none


def test_a_place_of_letters_that_are_many_is_filed(seen):
    """U+FDFA stands for eighteen letters: 200 of them would not fit into an index."""
    assert seen(place="\ufdfa" * 200)["problem_id"]


def test_after_a_week_of_silence_it_is_a_new_problem(api, seen, accept):
    def later(days):
        return replace(api, at=(NOW + timedelta(days=days)).isoformat())

    first = seen(ANNA)
    assert seen(ANNA, at=later(6))["problem_id"] == first["problem_id"]
    assert seen(ANNA, at=later(12))["problem_id"] == first["problem_id"]
    assert seen(ANNA, at=later(20))["problem_id"] != first["problem_id"]


def test_when_the_first_is_rejected_the_next_that_is_accepted_earns(api, seen, accept):
    first, second = seen(ANNA), seen(BORIS)
    assert api.post(f"/reports/{first['id']}/reject", {"reason": "看不清"}, CLERK).status_code == 200
    assert (accept(second)["standing"], accept(second)["points"]) == ("first", 10)


def test_the_reports_of_a_problem_are_listed_by_the_page(api, seen):
    reports = [seen(who) for who in (ANNA, BORIS, ANNA)]
    path = f"/problems/{reports[0]['problem_id']}/reports"
    listed = api.walk(path, CLERK, limit=2)
    assert [each["id"] for each in listed] == [report["id"] for report in reversed(reports)]
    assert refused(api.get(path, RESIDENT)) == (403, "web.role_denied", [])
    assert refused(api.get(f"/problems/{named('none')}/reports", CLERK))[:2] == (404, "reports.problem_missing")


def test_who_parts_a_report_says_why_and_another_accepts_it(acts, api, seen, accept):
    """SecondNeeded refuses the clerk who split it."""
    first, second = seen(ANNA), seen(BORIS)
    accept(first)
    parted = api.post(f"/reports/{second['id']}/split", {"reason": "另一盏灯"}, CLERK).json
    assert (parted["needs_second"], parted["note"]) == (True, None)
    assert parted["problem_id"] != first["problem_id"]
    alone = api.post(f"/reports/{second['id']}/accept", {}, CLERK)
    assert refused(alone) == (409, "reports.second_needed", [])
    assert accept(second, name="second clerk")["points"] == 10
    kept = acts.uow.session.execute(text("SELECT reason, from_problem_id, to_problem_id FROM reports_moves")).all()
    assert [(reason, str(old), str(new)) for reason, old, new in kept] == [
        ("另一盏灯", first["problem_id"], parted["problem_id"])
    ]


def test_a_report_is_joined_by_hand_until_it_is_decided(api, seen, accept):
    """AlreadyDecided, ProblemMissing and a reason that is left out are refused."""
    first, far = seen(ANNA), seen(BORIS, spot(500))
    accept(first)

    def join(problem_id, report=far, **changes):
        body = {"problem_id": problem_id, "reason": "同一盏灯"} | changes
        return api.post(f"/reports/{report['id']}/join", body, CLERK)

    assert refused(join(str(named("none")))) == (404, "reports.problem_missing", ["problem_id"])
    assert refused(join(first["problem_id"], reason="")) == (422, "web.invalid", ["reason"])
    assert join(first["problem_id"]).json["problem_id"] == first["problem_id"]
    assert accept(far, name="second clerk")["standing"] == "thanked"
    assert refused(join(far["problem_id"]))[:2] == (409, "reports.already_decided")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "lamps"}, "category"),
        ({"position": {"lat": 120.1, "lng": 31.2, "datum": "wgs84"}}, "position.lat"),
        ({"position": {"lat": 31.2, "lng": 120.1}}, "position.datum"),
    ],
)
def test_what_is_no_category_and_no_position_is_named(api, changes, field):
    answer = api.post("/reports", {"text": "x", "place": "y"} | changes, RESIDENT)
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json["errors"]}
