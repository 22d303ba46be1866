"""Attack 15, where it is to pay: awards to new accounts, which sign in over HTTP with WeChat's stand-in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.identity.models import Device
from app.infra import redis
from app.web import limits
from tests.identity.conftest import keyring, stand_in
from tests.places.ground import lay
from tests.points.api import statements
from tests.points.ledger import named
from tests.risk.facts import in_use
from tests.volunteers.desk import Desk, Street
from tests.volunteers.test_gatherings import Site, spot

__all__ = ["keyring", "stand_in"]

HOME, MANY = "203.0.113.7", 12
"""An address of a house; so many new accounts of a week behind one network are a crowd."""


@dataclass
class Newcomers:
    """People who sign in for the first time, each a resident with a passbook of his own."""

    app: Any
    client: Any
    world: Any
    desk: Desk
    street: Street

    def arrive(self, name: str, install: str, address: str = HOME, **later: float) -> UUID:
        """Sign in for the first time and move in; answers the passbook."""
        self.world.add_people([name])
        person_id = self.sign_in(name, install, address, **later)
        self.street.moves_in(person_id, named(name))
        return named(name)

    def sign_in(self, name: str, install: str, address: str = HOME, **later: float) -> UUID:
        """Answers the account."""
        self.app.extensions[limits.EXTENSION] = limits.Windows(redis.client_of(self.app), f"newcomers:{uuid4()}")
        body = {"code": self.world.issue_code(name), "install_id": install, "model": "HUAWEI"}
        headers = {"Linli-Demo-Clock": self.desk.later(**later).api.at}
        answer = self.client.post(
            "/v1/sessions/wechat", json=body, headers=headers, environ_base={"REMOTE_ADDR": address}
        )
        assert (answer.status_code, answer.json["is_paused"]) == (201, False), answer.text
        return UUID(answer.json["person_id"])

    def decided(self, kind: str) -> list[Any]:
        rows = text("SELECT outcome, reasons, features, device_id FROM risk_decisions WHERE kind = :kind ORDER BY id")
        return list(self.desk.acts.uow.session.execute(rows, {"kind": kind}))


@pytest.fixture
def newcomers(app, client, api, acts, stand_in):
    ground = lay(acts.uow, book=acts.book.code, name=f"区 {acts.book.code}")
    street = Street(acts, ground.estate(buildings=1, units=1)["1号楼"].id)
    desk = Desk(api, acts)
    desk.policy()
    before = app.extensions[limits.EXTENSION]
    yield Newcomers(app, client, stand_in.world, desk, street)
    app.extensions[limits.EXTENSION] = before


def told(row, *names):
    return tuple(row.features[name] for name in names)


def states(answer):
    return [each["state"] for each in answer["items"]]


def award(*residents, points=20):
    return [{"resident_id": str(each), "chosen_points": points} for each in residents]


def test_attack_15_awards_to_a_farm_on_one_telephone_wait_and_those_of_a_couple_do_not(newcomers):
    farm = [newcomers.arrive(f"号{n}", "the-telephone-of-a-farm", f"203.0.{n}.7") for n in range(3)]
    couple = [newcomers.arrive(name, "grandparents-phone", "198.51.100.7") for name in ("爷爷", "奶奶")]
    answer = newcomers.desk.roster(*award(*farm, *couple))
    assert states(answer) == ["held"] * 3 + ["awarded"] * 2
    rows = newcomers.decided("award")
    assert [row.reasons for row in rows] == [["OFF_ROSTER", "DEV_SHARED"]] * 3 + [["OFF_ROSTER"]] * 2
    beside = [told(row, "device_new_accounts_7d", "network_new_accounts_7d") for row in rows]
    assert beside == [(3, 1)] * 3 + [(2, 2)] * 2
    assert told(rows[0], "account_age_days", "device_age_hours") == (0, 0)
    assert {row.device_id for row in rows[:3]} != {row.device_id for row in rows[3:]} != {None}
    later = newcomers.desk.later(days=8).roster(*award(*farm), activity="八天后")
    assert states(later) == ["awarded"] * 3, "they are new no longer"
    assert told(newcomers.decided("award")[-1], "account_age_days", "device_new_accounts_7d") == (8, None)


def test_attack_15_a_farm_that_makes_up_an_installation_for_each_account_is_seen_by_its_network(newcomers, acts):
    in_use(acts.uow, acts.book.id, days=28)
    farm = [newcomers.arrive(f"号{n}", f"made-up-installation-{n}") for n in range(MANY)]
    elsewhere = newcomers.arrive("别处", "a-telephone-elsewhere", "198.51.100.7")
    assert {row.outcome for row in newcomers.decided("login")} == {"approve"}, "reading is everybody's"
    assert told(newcomers.decided("login")[MANY - 1], "network_new_accounts_7d") == (MANY,)
    answer = newcomers.desk.roster(*award(*farm, elsewhere))
    assert states(answer) == ["held"] * MANY + ["awarded"]
    rows = newcomers.decided("award")
    assert {(row.outcome, tuple(row.reasons)) for row in rows[:MANY]} == {("review", ("OFF_ROSTER", "NET_CROWD"))}
    assert told(rows[0], "device_new_accounts_7d", "network_new_accounts_7d") == (1, MANY)


def test_attack_15_a_house_that_signs_up_together_and_comes_to_work_is_paid(newcomers, acts):
    """A campaign: thirty neighbours behind one address of the house, each with a telephone, on the roster that day."""
    in_use(acts.uow, acts.book.id, days=28)
    house = [newcomers.arrive(f"邻{n}", f"telephone-of-neighbour-{n}") for n in range(30)]
    assert {row.outcome for row in newcomers.decided("login")} == {"approve"}
    site = Site(acts)
    people = dict(acts.uow.session.execute(text("SELECT resident_id, person_id FROM identity_residencies")).all())
    devices = {each.person_id: each.id for each in acts.uow.session.query(Device)}
    came = house[:3]
    for number, who in enumerate(came):
        here = {"person_id": people[who], "device_id": devices[people[who]], "position": spot(metres=number)}
        site.stay(who, **here)
    checked = newcomers.decided("check_in")
    assert {row.outcome for row in checked} == {"approve"}
    assert told(checked[0], "account_age_days", "device_new_accounts_7d", "network_new_accounts_7d") == (0, 1, 30)
    site.count(3)
    assert [each.state for each in site.pay().items] == ["awarded"] * 3
    on_paper = newcomers.desk.roster(*award(*house))
    assert set(states(on_paper)) == {"held"}, "what nobody saw them do a second person looks at; it is not refused"


def test_in_the_first_weeks_of_a_community_a_crowd_says_nothing(newcomers, acts):
    """Everybody is new, and many are behind one network: a queue in which all stand would help nobody to look."""
    in_use(acts.uow, acts.book.id, days=27)
    farm = [newcomers.arrive(f"号{n}", f"made-up-installation-{n}") for n in range(MANY)]
    assert states(newcomers.desk.roster(*award(*farm))) == ["awarded"] * MANY
    row = newcomers.decided("award")[0]
    assert told(row, "network_new_accounts_7d", "book_days_in_use") == (MANY, 27)


def test_the_telephone_is_the_one_used_last_and_who_is_known_for_long_is_no_newcomer_on_it(newcomers):
    neighbour = newcomers.arrive("老住户", "a-telephone-of-his-own", days=-8)
    two = [newcomers.arrive(name, "grandparents-phone") for name in ("爷爷", "奶奶")]
    newcomers.sign_in("老住户", "grandparents-phone")
    newcomers.desk.roster(*award(*two, neighbour))
    rows = newcomers.decided("award")
    names = ("account_age_days", "device_age_hours", "device_new_accounts_7d", "network_new_accounts_7d")
    assert [told(row, *names) for row in rows] == [(0, 0, 2, 2)] * 2 + [(8, 0, None, None)]
    assert len({row.device_id for row in rows}) == 1


def test_what_is_told_of_those_who_are_awarded_is_asked_once_for_all(newcomers):
    one, *rest = [newcomers.arrive(f"号{n}", f"installation-of-{n}") for n in range(8)]
    with statements(every=True) as few:
        newcomers.desk.roster(*award(one), activity="一人")
    with statements(every=True) as many:
        newcomers.desk.roster(*award(*rest), activity="七人")
    asked = [[each for each in seen if "identity_devices" in each] for seen in (few, many)]
    assert [len(each) for each in asked] == [1, 1]


def test_whoever_stands_later_in_a_batch_is_decided_on_beside_those_before_him(newcomers):
    """As if one had come after another: the device has been met before, and its windows have grown."""
    two = [newcomers.arrive(name, "grandparents-phone") for name in ("爷爷", "奶奶")]
    newcomers.desk.roster(*award(*two))
    names = ("device_residents_30d", "device_count_1d", "device_points_1d")
    assert [told(row, *names) for row in newcomers.decided("award")] == [(1, 0, 0), (2, 1, 20)]
    newcomers.desk.roster(*award(*two), activity="又一次")
    assert [told(row, *names) for row in newcomers.decided("award")][2:] == [(2, 2, 40), (2, 3, 60)]
