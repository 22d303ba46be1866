"""Two grid workers, two claims and two declarations at the same moment: real commits, real threads."""

from uuid import UUID

import pytest
from sqlalchemy import text

from app.enrolment import service as enrolment
from app.identity.errors.homes import RelativeTwice, ResidencyNotWaiting, ResidencyOpen, ResidentTaken
from app.identity.service import relatives, signing_in
from app.identity.service.signing_in import Installation, WechatAccount
from app.identity.terms import Kinship
from app.points import service as points
from app.risk.service import judge_sign_in
from tests.fixtures.together import alone, split, together
from tests.identity.conftest import APP_ID, Areas, Desk
from tests.identity.homes import Homes

PASSBOOK = UUID(int=77)
PHONES = ("13812345678", "13912345678")


class Town:
    """Two people with numbers, two without, and two grid workers, all committed."""

    def __init__(self, app):
        self.app = app
        ids = alone(self._build)
        self.people, self.workers = ids[:4], ids[4:]

    def homes(self, uow):
        return Homes(Desk(uow, self.app.extensions["linli.keyring"], Areas(uow.session)))

    def _build(self, uow):
        Areas(uow.session).build()
        homes = self.homes(uow).build()
        phones = (*PHONES, None, None, None, None)
        return [homes.person(f"居民{n}", phone) for n, phone in enumerate(phones)]

    def claim(self, who, room="501"):
        return lambda uow: self.homes(uow).claim(who, room=room)

    def confirm(self, worker, home, owner):
        return lambda uow: self.homes(uow).confirm(self.homes(uow).by(worker), home, owner).residency.id

    def declare(self, who, phone):
        def act(uow):
            own = self.homes(uow).desk.as_person(who)
            return relatives.declare_own_relative(own, phone=phone, kind=Kinship.SIBLING).id

        return act

    def together(self, gate, *acts):
        """Results, and the classes of the refusals."""
        done, refusals = split(together(self.app, *acts, gate=f"identity_{gate}"))
        return done, [type(refusal) for refusal in refusals]


@pytest.fixture
def town(real_commits):
    return Town(real_commits)


def test_a_passbook_is_one_accounts_and_a_claim_decided_once_however_many_confirm_at_once(town):
    made = [alone(town.claim(who, room)) for who, room in zip(town.people, ("501", "502", "503"), strict=False)]
    acts = [town.confirm(town.workers[n], made[n], PASSBOOK) for n in range(2)]
    done, refused = town.together("residencies", *acts)
    assert (len(done), refused) == (1, [ResidentTaken])
    owners = alone(lambda uow: [town.homes(uow).resident_id(who) for who in town.people[:2]])
    assert sorted(map(str, owners)) == sorted([str(PASSBOOK), "None"])

    acts = [town.confirm(worker, made[2], UUID(int=78 + n)) for n, worker in enumerate(town.workers)]
    done, refused = town.together("residencies", *acts)
    assert (len(done), refused) == (1, [ResidencyNotWaiting])


def test_claims_and_declarations_at_once(town):
    one, other, third, fourth = town.people
    done, refused = town.together("people", town.claim(one, "501"), town.claim(one, "502"))
    assert (len(done), refused) == (1, [ResidencyOpen])
    done, refused = town.together("people", town.claim(third, "601"), town.claim(fourth, "601室"))
    assert ({home.household.room for home in done}, len({home.household.id for home in done})) == ({"601"}, 1)
    acts = [town.declare(who, phone) for who, phone in zip((one, other), reversed(PHONES), strict=True)]
    done, refused = town.together("people", *acts)
    assert (len(done), refused) == (1, [RelativeTwice])


def test_housemates_whose_households_are_settled_at_once_come_together(town):
    """Each would find the other nowhere yet, and count where the list has him."""
    owners = [UUID(int=201), UUID(int=202)]

    def furnish(uow):
        book = points.create_book(
            uow,
            code="meilihua",
            name="x",
            currency_name="x",
            validity_months=12,
            fixed_day=None,
            expired_cost_goes_to="book",
        )
        homes = town.homes(uow)
        for n, (who, owner) in enumerate(zip(town.people, owners, strict=False)):
            values = {"book": book.id, "id": owner, "household": UUID(int=300 + n)}
            uow.session.execute(LISTED, values)
            homes.confirm(homes.by(town.workers[0]), homes.claim(who), owner)

    alone(furnish)
    acts = [
        lambda uow, owner=owner: enrolment.settle_household(uow, book="meilihua", resident_id=str(owner))
        for owner in owners
    ]
    town.together("households", *acts)
    counted = alone(lambda uow: list(uow.session.scalars(text("SELECT household_id FROM points_households"))))
    assert (len(counted), len(set(counted))) == (2, 1)


LISTED = text("""
    INSERT INTO enrolment_residents (book_id, id, import_id, name, room, household_id, passbook_no, enrolled_at)
    VALUES (:book, :id, :id, 'x', '501', :household, :id, now())""")


def test_attack_15_accounts_that_sign_in_from_one_device_at_once_are_counted_one_after_another(town):
    """Five at the gate: three are approved, whoever comes first; and one of them twice at once gets in twice."""

    def sign_in(name, install="one-telephone-for-all", judge=judge_sign_in):
        def act(uow):
            return signing_in.sign_in_with_wechat(
                uow,
                town.app.extensions["linli.keyring"],
                account=WechatAccount(APP_ID, f"openid-of-{name}"),
                installation=Installation(install, "PHONE", "203.0.113.7"),
                judge=judge,
            ).person_id

        return act

    names = [f"账号{number}" for number in range(5)]
    for name in names:
        alone(sign_in(name, f"telephone-of-{name}", None))
    done, refused = town.together("people", *map(sign_in, names))
    assert (len(set(done)), refused) == (5, [])
    outcomes = alone(lambda uow: sorted(uow.session.scalars(text("SELECT outcome FROM risk_decisions"))))
    assert outcomes == ["approve"] * 3 + ["review"] * 2
    again, refused = town.together("people", *[sign_in("账号1")] * 3)
    assert (len(again), len(set(again)), refused) == (3, 1, [])
