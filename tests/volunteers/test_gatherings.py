"""Gatherings: a code that changes on the leader's screen, scans in and out, heads, and what is paid.

Among them attacks 11 (a faked position) and 12 (the code goes round in a chat) of the catalogue.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg.errors
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from app.kernel.actor import Actor, Role
from app.kernel.geo import Datum, Source, locate
from app.risk.terms import Outcome
from app.volunteers import errors, service, terms
from app.volunteers.models import Stay
from app.volunteers.rules import codes, stays
from app.volunteers.service import scanning
from app.volunteers.terms import Verdict
from tests.points.api import refused
from tests.points.ledger import ANNA, BORIS, named

LEADER = Actor(named("leader"), frozenset({Role.COORDINATOR}))
JUDGE = Actor(named("judge"), frozenset({Role.TREASURER}))
LAT, LNG = 31.2304567, 120.1234567


def spot(metres=0.0, accuracy_m=20.0, wobble=0.0):
    """So many metres north of the place."""
    return locate(LAT + (metres + wobble) / 111_195, LNG, Datum.WGS84, source=Source.DEVICE, accuracy_m=accuracy_m)


class Site:
    """One gathering from ten to twelve, and the clock of it."""

    def __init__(self, acts, *, starts_in=0, hours=2, position=None, **changes):
        self.acts, self.uow = acts, acts.uow
        self.start = acts.uow.now + timedelta(minutes=starts_in)
        self.gathering = service.open_gathering(
            replace(acts.uow, actor=LEADER),
            book=acts.book.code,
            **{
                "title": "河道巡查",
                "rule": "hours",
                "starts_at": self.start,
                "ends_at": self.start + timedelta(hours=hours),
                "minutes_min": 30,
                "position": position or spot(),
            }
            | changes,
        )
        acts.uow.session.flush()
        self.where = {"book": acts.book.code, "gathering_id": self.gathering.id}

    def at(self, minutes, actor, seconds=0):
        return replace(self.uow, actor=actor, now=self.start + timedelta(minutes=minutes, seconds=seconds))

    def code(self, minutes, seconds=0):
        return service.show_code(self.at(minutes, LEADER, seconds), **self.where).code

    def scan(self, minutes, who=ANNA, *, position=None, code=None, device_id=None, person_id=None):
        actor = Actor(who, frozenset({Role.RESIDENT}), device_id=device_id, person_id=person_id)
        uow = self.at(minutes, actor)
        here = position or spot(wobble=(who.int + minutes) % 97 / 10)
        done = service.scan_in_or_out(uow, **self.where, site_code=code or self.code(minutes), position=here)
        uow.session.flush()
        return done

    def stay(self, who=ANNA, **ways):
        self.scan(0, who, **ways)
        return self.scan(120, who, **ways)

    def views(self):
        page = service.list_stays(self.at(130, LEADER), **self.where, limit=100, cursor=None)
        return {view.stay.resident_id: view for view in page.items}

    def count(self, heads):
        return service.count_heads(self.at(121, LEADER), **self.where, heads=heads)

    def pay(self):
        return service.pay_stays(self.at(130, LEADER), **self.where)

    def decide(self, who, *, accepted, actor=JUDGE):
        return service.decide_stay(
            self.at(131, actor), **self.where, resident_id=who, accepted=accepted, reason="核对过"
        )


@pytest.fixture
def site(acts):
    return Site(acts)


# --- the ordinary way


def test_minutes_come_from_the_scans_and_are_paid_by_the_rule_once(acts, site):
    site.scan(-20)
    site.scan(95)
    site.count(1)
    first, again = site.pay(), site.pay()
    assert (first.awarded, first.points) == (again.awarded, again.points) == (1, 15)
    assert first.items[0].outcome.record.minutes == 95  # nobody is paid for coming early
    assert acts.available(ANNA) == 15


def test_whoever_does_not_scan_out_is_not_paid(acts, site):
    site.scan(0)
    site.count(1)
    assert site.pay().items == []


def test_after_the_scan_out_it_is_answered_as_it_was(site):
    done = site.stay()
    assert site.scan(125).out_at == done.out_at


def test_codes_change_every_half_minute(site):
    assert site.code(0) == site.code(0, 29)
    assert site.code(0) != site.code(0, 30)
    shown = service.show_code(site.at(0, LEADER, 10), **site.where)
    assert (len(shown.code), shown.refresh_at) == (8, site.start + timedelta(seconds=30))


def test_only_the_leader_sees_code_and_counts_and_pays(site):
    other = Actor(named("other leader"), frozenset({Role.COORDINATOR}))
    for act in (service.show_code, service.pay_stays, lambda uow, **w: service.count_heads(uow, **w, heads=1)):
        with pytest.raises(errors.GatheringMissing):
            act(site.at(0, other), **site.where)


@pytest.mark.parametrize(
    "changes",
    [{"hours": 0}, {"hours": -1}, {"hours": 15}, {"hours": 1, "minutes_min": 61}],
)
def test_times_that_do_not_fit_are_refused(acts, changes):
    with pytest.raises(errors.GatheringTimes):
        Site(acts, **changes)


# --- attack 12: the code goes round


def test_attack_12_a_code_is_over_after_a_minute_at_most(site):
    old = site.code(0)
    assert codes.is_fresh(old, site.gathering.key, site.gathering.id, site.start + timedelta(seconds=59))
    with pytest.raises(errors.CodeStale):
        site.scan(1, code=old)
    with pytest.raises(errors.CodeStale):
        site.scan(1, code="00000000")
    assert site.views() == {}


def test_attack_12_the_code_of_one_gathering_is_none_at_another(acts, site):
    with pytest.raises(errors.CodeStale):
        site.scan(0, code=Site(acts).code(0))


def test_attack_12_the_scan_out_is_on_site_and_after_the_minimum_stay(site):
    site.scan(0)
    with pytest.raises(errors.LeftTooEarly):
        site.scan(29)
    with pytest.raises(errors.CodeStale):
        site.scan(120, code=site.code(0))
    assert site.views()[ANNA].minutes is None


@pytest.mark.parametrize("minutes", [-31, 151])
def test_attack_12_before_and_after_nobody_checks_in(site, minutes):
    with pytest.raises(errors.GatheringNotNow):
        site.scan(minutes, code="12345678")
    with pytest.raises(errors.GatheringNotNow):
        site.code(minutes)


def sign_in(uow, name, install):
    """A person with a device of this installation; answers both ids."""
    person_id, device_id = named(name), uuid4()
    uow.session.execute(
        text("INSERT INTO identity_people (id, name, registered_at) VALUES (:id, :name, now())"),
        {"id": person_id, "name": name},
    )
    uow.session.execute(
        text(
            "INSERT INTO identity_devices (id, person_id, install_index, model, first_seen_at, last_seen_at)"
            " VALUES (:id, :person_id, :install, 'PHONE', now(), now())"
        ),
        {"id": device_id, "person_id": person_id, "install": install * 32},
    )
    return person_id, device_id


def test_attack_12_one_telephone_for_ten_people_is_flagged_and_a_telephone_each_is_not(acts, site):
    for number in range(10):
        person_id, device_id = sign_in(acts.uow, f"friend {number}", b"\x07")
        site.scan(number, named(f"friend {number}"), device_id=device_id, person_id=person_id)
        person_id, device_id = sign_in(acts.uow, f"own {number}", bytes([100 + number]))
        site.scan(number, named(f"own {number}"), device_id=device_id, person_id=person_id)
    verdicts = {who: view.verdict for who, view in site.views().items()}
    assert [verdicts[named(f"own {number}")] for number in range(10)] == [Verdict.GOOD] * 10
    assert [verdicts[named(f"friend {number}")] for number in range(10)] == [Verdict.GOOD] * 2 + [Verdict.REVIEW] * 8


def test_attack_12_more_scans_than_heads_pay_nobody_until_people_looked(acts, site):
    for who in (ANNA, BORIS, named("chat")):
        site.stay(who)
    with pytest.raises(errors.HeadsUncounted):
        site.pay()
    site.count(2)
    assert site.count(2).heads == 2
    with pytest.raises(errors.HeadsCounted):
        site.count(3)
    with pytest.raises(errors.HeadsFewer):
        site.pay()
    site.decide(named("chat"), accepted=False)
    assert {row.service.resident_id for row in site.pay().items} == {ANNA, BORIS}
    assert acts.available(named("chat")) == 0


def test_attack_12_nobody_checks_in_with_himself(site):
    with pytest.raises(errors.LeaderInside):
        site.scan(0, LEADER.id)


def test_a_gathering_is_full_at_last(site, monkeypatch):
    monkeypatch.setattr(terms, "STAYS_MAX", 1)
    site.scan(0)
    with pytest.raises(errors.GatheringFull):
        site.scan(0, BORIS)


# --- attack 11: where the telephone says it is


def test_attack_11_from_far_away_is_reviewed_and_not_paid(acts, site):
    site.stay(position=spot(3000))
    site.stay(BORIS, position=spot(200))
    site.count(2)
    assert {who: view.verdict for who, view in site.views().items()} == {
        ANNA: Verdict.REVIEW,
        BORIS: Verdict.GOOD,
    }
    assert [row.service.resident_id for row in site.pay().items] == [BORIS]
    assert site.decide(ANNA, accepted=True).verdict is Verdict.ACCEPTED
    assert site.pay().awarded == 2


def test_attack_11_faster_than_a_train_is_reviewed(acts):
    far = Site(acts, starts_in=-120, hours=1.5, position=spot(400_000))
    far.scan(0, position=spot(400_000))
    here = Site(acts)
    here.scan(0)
    assert here.views()[ANNA].verdict is Verdict.REVIEW


def test_attack_11_the_very_same_coordinates_again_are_reviewed(acts, site):
    Site(acts, starts_in=-600).scan(0, position=spot(7))
    site.scan(0, position=spot(7))
    site.scan(0, BORIS, position=spot(7))
    assert {who: view.verdict for who, view in site.views().items()} == {
        ANNA: Verdict.REVIEW,
        BORIS: Verdict.GOOD,  # two people may stand at one lamp
    }


def test_attack_11_what_is_declined_stays_noted(acts, site, monkeypatch):
    judged = scanning.decide
    monkeypatch.setattr(scanning, "decide", lambda uow, event: replace(judged(uow, event), outcome=Outcome.DECLINE))
    with pytest.raises(errors.CheckInDeclined):
        site.scan(0)
    assert acts.uow.session.scalar(text("SELECT count(*) FROM risk_decisions WHERE kind = 'check_in'")) == 1
    assert site.views() == {}


def test_speed_is_of_real_distance_and_never_of_nothing():
    before = stays.Place(at=codes.ends_at(spot_time()), position=spot())
    assert stays.speed_kmh(None, spot(), spot_time()) is None
    assert stays.speed_kmh(before, spot(900), before.at) is None
    assert stays.speed_kmh(before, spot(50_000), before.at + timedelta(hours=1)) == 50
    assert stays.speed_kmh(before, spot(2000), before.at) == 120  # no time at all counts as a minute


def spot_time():
    return codes.datetime.fromtimestamp(1_781_488_800, codes.UTC)


# --- deciding, reading, forgetting


def test_a_stay_is_decided_once_by_who_had_no_part_in_it(site):
    site.stay()
    for actor in (LEADER, replace(JUDGE, resident_id=ANNA)):
        with pytest.raises(errors.StayOwn):
            site.decide(ANNA, accepted=True, actor=actor)
    with pytest.raises(errors.StayMissing):
        site.decide(BORIS, accepted=True)
    site.decide(ANNA, accepted=False)
    assert site.decide(ANNA, accepted=False).verdict is Verdict.REJECTED
    with pytest.raises(errors.StayDecided):
        site.decide(ANNA, accepted=True)


@pytest.mark.parametrize(
    "change",
    ["out_at = out_at + interval '1 hour'", "in_lat = 30", "verdict = 'accepted'", "out_outcome = 'review'"],
)
def test_the_database_holds_what_was_written_whoever_asks(site, change):
    site.stay()
    site.decide(ANNA, accepted=False)
    site.uow.session.flush()
    with pytest.raises(sqlalchemy.exc.IntegrityError) as caught, site.uow.session.begin_nested():
        site.uow.session.execute(text(f"UPDATE volunteers_stays SET {change}"))
    assert isinstance(caught.value.orig, psycopg.errors.RestrictViolation)


def test_positions_are_forgotten_after_thirty_days_and_minutes_are_not(acts, site):
    site.stay()
    site.count(1)
    assert service.forget_positions(site.at(0, LEADER)) == 0
    later = replace(acts.uow, now=site.start + timedelta(days=30, minutes=1))
    assert (service.forget_positions(later), service.forget_positions(later)) == (1, 0)
    acts.uow.session.expire_all()
    stay = acts.uow.session.get(Stay, (acts.ledger.id, site.gathering.id, ANNA))
    assert (stay.in_lat, stay.in_lng, stay.out_lat, stay.out_lng) == (None,) * 4
    assert site.pay().points == 20


def test_stays_come_page_by_page(site):
    everybody = sorted([ANNA, BORIS, named("c"), named("d"), named("e")])
    for who in everybody:
        site.scan(0, who)
    seen, cursor = [], None
    while True:
        page = service.list_stays(site.at(1, LEADER), **site.where, limit=2, cursor=cursor)
        seen += [view.stay.resident_id for view in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == everybody


def test_from_the_screen_to_the_passbook_over_http(acts, api):
    acts.uow.session.flush()
    body = {
        "title": "河道巡查",
        "rule": "hours",
        "starts_at": "2026-06-15T10:00:00+08:00",
        "ends_at": "2026-06-15T12:00:00+08:00",
        "position": {"lat": LAT, "lng": LNG, "datum": "gcj02"},
    }
    opened = api.post("/gatherings", body, Role.COORDINATOR)
    assert opened.status_code == 201, opened.text
    place = f"/gatherings/{opened.json['id']}"
    for minutes, wobble in ((0, 0.00001), (120, 0.00002)):
        now = replace(api, at=(acts.uow.now + timedelta(minutes=minutes)).isoformat())
        code = now.get(f"{place}/code", Role.COORDINATOR).json["code"]
        here = {"lat": LAT + wobble, "lng": LNG, "datum": "gcj02", "accuracy_m": 15}
        scanned = now.post(f"{place}/scans", {"site_code": code, "position": here}, Role.RESIDENT, person_id=ANNA)
        assert scanned.status_code == 200, scanned.text
    assert scanned.json["out_at"] == "2026-06-15T12:00:00+08:00"
    late = replace(api, at=(acts.uow.now + timedelta(minutes=125)).isoformat())
    wrong = late.post(f"{place}/scans", {"site_code": "1", "position": here}, Role.RESIDENT, person_id=BORIS)
    assert refused(wrong) == (409, "volunteers.code_stale", ["site_code"])
    assert late.post(f"{place}/heads", {"heads": 1}, Role.COORDINATOR).json["heads"] == 1
    paid = late.post(f"{place}/awards", {}, Role.COORDINATOR)
    assert (paid.json["awarded"], paid.json["points"]) == (1, 20)
    (listed,) = late.get(f"{place}/stays").json["items"]
    assert (listed["minutes"], listed["verdict"]) == (120, "good")
    assert acts.available(ANNA) == 20
