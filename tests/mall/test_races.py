"""The mall with real commits: the same notice at once, consents that cross, refunds that race awards, or each other."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.infra.vault import vault
from app.infra.wechatpay.callbacks import Stamp
from app.mall import service
from app.mall.routes import HEADERS
from app.merchants import service as merchants
from app.points.errors import PointsInsufficient, TakenBackOver
from app.points.queries.undoing import taken_back
from sandbox.wechatpay.world import APPID
from tests.fixtures.together import alone, split, together
from tests.fixtures.work import NOW
from tests.mall.conftest import HOUSEHOLD as HOME
from tests.mall.conftest import NUMBER, OPENID, PERSON, RESIDENCY, WECHAT, work_earn
from tests.places.ground import lay
from tests.points.ledger import ANNA, Acts, open_ledger
from tests.points.programme import publish

WAIT = text("SELECT 1 FROM mall_shops FOR KEY SHARE")
DUE = NOW + timedelta(days=8)


@pytest.fixture
def ledger(real_commits):
    """A book with a shop in the mall, and Anna, who lives there and is on WeChat."""

    def open_it(uow):
        made = open_ledger(uow)
        book = made.book.code
        publish(uow, made, "mall", "events", points_max=500)
        shop = merchants.open_shop(uow, book=book, name="忠义面馆", street="忠义街")
        uow.session.flush()
        service.open_shop(uow, book=book, shop_number=NUMBER, shop_id=shop.id, rule="mall", return_days=7)
        values = {
            "person": uow.new_id(),
            "app": APPID,
            "openid": vault().index(OPENID, kind=f"openid:{APPID}"),
            "now": uow.now,
            "id": uow.new_id(),
            "home": uow.new_id(),
            "book": book,
            "resident": ANNA,
            "area": lay(uow, book=book, name=f"区 {book}").estate(buildings=1, units=1)["1号楼"].id,
        }
        for statement in (PERSON, WECHAT, HOME, RESIDENCY):
            uow.session.execute(text(statement), values)
        return made

    return alone(open_it, at=NOW)


@pytest.fixture
def mall(standing_in):
    made, _ = standing_in
    made.now = lambda: NOW
    return made


def telling(mall, document, *, at=NOW, waits=True):
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = mall.sign(body, at=at)

    def tell(uow):
        if waits:
            uow.session.execute(WAIT)
        service.receive_callback(uow, stamp=Stamp(*(headers.get(name, "") for name in HEADERS)), content=body)

    return tell


def waiting(act):
    """The worker, held up at the gate."""

    def work(uow):
        uow.session.execute(WAIT)
        return act(uow)

    return work


def work(at):
    for act in (work_earn, service.work_refund):
        while alone(act, at=at):
            pass


def points_of(ledger):
    return alone(lambda uow: Acts(uow, ledger).available(ANNA), at=DUE)


def count(table):
    return alone(lambda uow: uow.session.scalar(text(f"SELECT count(*) FROM {table}")))


def test_the_same_notice_at_once_counts_once_and_nobody_is_refused(real_commits, ledger, mall):
    paid = mall.pay(OPENID, NUMBER, 10_000, "4200001")
    again = [paid, paid, paid, paid | {"id": "another"}, mall.pay(OPENID, NUMBER, 10_000, "4200001")]
    _, refusals = split(together(real_commits, *[telling(mall, each) for each in again], at=NOW, gate="mall_shops"))
    assert refusals == []
    alone(telling(mall, mall.activate(OPENID), waits=False), at=NOW)
    work(NOW)
    work(DUE)
    assert (count("mall_earns"), count("mall_callbacks"), points_of(ledger)) == (1, 4, 100)


@pytest.mark.parametrize(("yuan", "left"), [(100, 0), (40, 60)])
def test_a_refund_that_races_the_award_ends_as_if_it_had_not(real_commits, ledger, mall, yuan, left):
    alone(telling(mall, mall.activate(OPENID), waits=False), at=NOW)
    alone(telling(mall, mall.pay(OPENID, NUMBER, 10_000, "4200001"), waits=False), at=NOW)
    work(NOW)
    alone(telling(mall, mall.refund(OPENID, "4200001", "5030001", 10_000, yuan * 100), waits=False), at=NOW)
    races = [waiting(work_earn), waiting(service.work_refund), waiting(work_earn)]
    _, refusals = split(together(real_commits, *races, at=DUE, gate="mall_shops"))
    assert refusals == []
    work(DUE)
    assert points_of(ledger) == left


def test_a_refund_told_beside_its_payment_finds_it(real_commits, ledger, mall):
    alone(telling(mall, mall.activate(OPENID), waits=False), at=NOW)
    told = [mall.pay(OPENID, NUMBER, 10_000, "4200001"), mall.refund(OPENID, "4200001", "5030001", 10_000, 4_000)]
    acts = [*(telling(mall, each) for each in told), waiting(service.work_refund)]
    _, refusals = split(together(real_commits, *acts, at=NOW, gate="mall_shops"))
    assert refusals == []
    work(NOW + timedelta(hours=1))
    work(DUE)
    assert points_of(ledger) == 60


def test_a_refund_that_is_given_up_while_its_payment_is_told_counts(real_commits, ledger, mall):
    alone(telling(mall, mall.activate(OPENID), waits=False), at=NOW)
    paid = mall.pay(OPENID, NUMBER, 10_000, "4200001")
    alone(telling(mall, mall.refund(OPENID, "4200001", "5030001", 10_000, 4_000), waits=False), at=NOW)
    later = NOW + timedelta(hours=48)
    acts = [telling(mall, paid, at=later), waiting(service.work_refund)]
    _, refusals = split(together(real_commits, *acts, at=later, gate="mall_shops"))
    assert refusals == []
    work(later)
    work(DUE)
    assert points_of(ledger) == 60


def test_a_consent_and_its_withdrawal_at_once_end_as_withdrawn(real_commits, ledger, mall):
    given = mall.activate(OPENID)
    mall.now = lambda: NOW + timedelta(minutes=1)
    taken = mall.deactivate(OPENID)
    later = NOW + timedelta(minutes=1)
    acts = [telling(mall, each, at=later) for each in (given, taken, given)]
    _, refusals = split(together(real_commits, *acts, at=later, gate="mall_shops"))
    assert refusals == []
    stands = "SELECT withdrawn_at IS NOT NULL FROM mall_consents"
    assert alone(lambda uow: uow.session.scalars(text(stands)).all()) == [True]


def test_two_awards_at_once_pay_a_debt_once(real_commits, ledger, mall):
    alone(telling(mall, mall.activate(OPENID), waits=False), at=NOW)
    alone(telling(mall, mall.pay(OPENID, NUMBER, 10_000, "4200001"), waits=False), at=NOW)
    work(NOW)
    work(DUE)
    alone(lambda uow: Acts(uow, ledger).redeem(ANNA, 100), at=DUE)
    for number in ("4200002", "4200003"):
        alone(telling(mall, mall.pay(OPENID, NUMBER, 6_000, number), waits=False), at=NOW)
    work(NOW)
    for number, part in (("5030001", 5_000), ("5030002", 4_000)):
        alone(telling(mall, mall.refund(OPENID, "4200001", number, 10_000, part), waits=False), at=NOW)
    races = [waiting(work_earn), waiting(work_earn), waiting(service.work_refund), waiting(service.work_refund)]
    _, refusals = split(together(real_commits, *races, at=DUE, gate="mall_shops"))
    assert refusals == []
    work(DUE)
    assert points_of(ledger) == 30  # 60 and 60, less the 90 that were owed


def test_parts_of_one_award_at_once_are_never_more_than_it_gave(real_commits, ledger):
    award = alone(lambda uow: Acts(uow, ledger).award(ANNA, 100).subject_id, at=NOW)
    takes = [waiting(lambda uow: Acts(uow, ledger).claw_back(award, 40)) for _ in range(4)]
    spends = [waiting(lambda uow: Acts(uow, ledger).redeem(ANNA, 30))]
    _, refusals = split(together(real_commits, *takes, *spends, at=NOW, gate="mall_shops"))
    assert {type(each) for each in refusals} <= {TakenBackOver, PointsInsufficient}
    taken = alone(lambda uow: taken_back(uow.session, ledger.id, [award]))
    assert taken == {award: 80}
