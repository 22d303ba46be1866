"""What happens to passbooks, told over WeChat: by the jobs as the schedule has them, through the stand-in."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy

from app.identity import queries as people
from app.identity.models import Guardianship
from app.identity.service import find_openid, find_person_of_openid, guardianships, signing_in
from app.identity.service.signing_in import Installation, WechatAccount
from app.identity.terms import GuardianKind
from app.jobs.schedule import SCHEDULE
from app.kernel.actor import Actor, Role
from app.kernel.periods import local_date
from app.notices import service
from app.notices.models import Notice
from app.notices.service.templates import template_of
from app.points.models import NewsMark
from sandbox.wechat.world import World
from tests.identity.conftest import areas, desk, keyring
from tests.identity.estate import Estate, build, build_other
from tests.notices.conftest import ANNA, APPID, BORIS
from tests.points.ledger import SHOP, Acts, named

__all__ = ["areas", "desk", "keyring"]  # fixtures of the people behind passbooks
LATER = timedelta(minutes=3)
PAPER = UUID(int=4711)
NEWS, LAPSING, ALERTS = (SCHEDULE[f"points.{name}"] for name in ("tell_news", "give_notices", "raise_alerts"))


@dataclass
class Town:
    """Anna, whose passbook is `PAPER`; jobs run three minutes after what they tell of."""

    estate: Estate
    world: World
    anna: UUID

    @property
    def acts(self) -> Acts:
        return self.estate.acts

    def sign_in(self, name: str) -> UUID:
        desk = self.estate.homes.desk
        account = WechatAccount(APPID, self.world.person(name).openid)
        return signing_in.sign_in_with_wechat(
            desk.uow, desk.keyring, account=account, installation=Installation(f"telephone of {name}", "PHONE")
        ).person_id

    def go_round(self, rounds, *, after: timedelta = LATER) -> int:
        """Run a job of the schedule on the book; answers how many steps it took."""
        then, where, steps = replace(self.estate.uow, now=self.estate.uow.now + after), None, 0
        while (where := rounds.step(then, self.estate.book, where)) is not None:
            steps += 1
        then.session.flush()
        return steps

    def told(self) -> list[tuple[UUID, str, list[str]]]:
        """Who is told what, without the times."""
        rows = self.estate.uow.session.scalars(sqlalchemy.select(Notice).order_by(Notice.id)).all()
        return [(row.person_id, row.template, _in_order(row.data)) for row in rows]


def _in_order(data: dict[str, str]) -> list[str]:
    return [data[keyword] for keyword in sorted(data, key=lambda word: word[-1]) if "time" not in keyword]


@pytest.fixture
def new_town(desk, stand_in):
    made = build(desk)
    found = Town(made, stand_in.world, UUID(int=0))
    found.anna = found.sign_in(ANNA)
    home = made.homes.claim(found.anna)
    made.homes.confirm_directly(str(home.residency.id), PAPER)
    return found


@pytest.fixture
def town(new_town):
    new_town.go_round(NEWS, after=timedelta(0))  # a book begins with what comes now
    return new_town


def test_points_that_came_and_went_are_told_once_with_where(town):
    town.acts.award(PAPER, 30)
    town.acts.redeem(PAPER, 12)
    town.acts.award(named("somebody without an account"), 5)
    assert town.go_round(NEWS, after=timedelta(minutes=1)) == 0  # neighbours may still be under way
    assert town.told() == []
    assert town.go_round(NEWS) == 1
    expected = [
        (town.anna, "points_received", ["30", "志愿服务积分"]),
        (town.anna, "points_spent", ["12", "合作商户使用"]),
    ]
    assert town.told() == expected
    town.estate.uow.session.execute(sqlalchemy.update(NewsMark).values(after_id=UUID(int=0)))
    town.go_round(NEWS)  # whatever becomes of the mark
    assert town.told() == expected


def test_the_shop_is_named(town):
    uow, acts = town.estate.uow, town.acts
    uow.session.execute(
        sqlalchemy.text(
            "INSERT INTO points_owner_names (book_id, owner_id, kind, name, named_at)"
            " VALUES (:book, :shop, 'shop', '南门便民超市', now())"
        ),
        {"book": acts.ledger.id, "shop": SHOP},
    )
    acts.award(PAPER, 30)
    acts.redeem(PAPER, 12)
    town.go_round(NEWS)
    assert [values for _, template, values in town.told() if template == "points_spent"] == [["12", "南门便民超市"]]


def test_a_message_goes_out_once_by_day_and_takes_one_acceptance(town, stand_in):
    wanted = template_of("points_received").template_id
    anna = replace(town.estate.uow, actor=Actor(town.anna, frozenset({Role.PERSON})))
    [answer] = [service.subscriptions.TemplateAnswer(wanted, service.subscriptions.Answer.ACCEPT)]
    service.add_answers(anna, answers=[answer])
    stand_in.world.accept(ANNA, wanted, 5)
    for points in (30, 31):
        town.acts.award(PAPER, points)
    town.go_round(NEWS)
    night = datetime.fromisoformat("2030-01-01T23:00:00+08:00")
    day = replace(town.estate.uow, now=_next_morning(town.estate.uow.now))
    assert service.claim_due(replace(day, now=night), openid_of=find_openid) == []
    while claims := service.claim_due(day, openid_of=find_openid):
        [claim] = claims
        service.record(day, claim, service.carry_out(claim))
        day.session.flush()
    states = day.session.scalars(sqlalchemy.select(Notice.state).order_by(Notice.id)).all()
    assert sorted(states) == ["no_subscription", "sent"]
    assert len(stand_in.world.messages) == 1


def _next_morning(now: datetime) -> datetime:
    return datetime.combine(local_date(now) + timedelta(days=1), datetime.min.time(), now.tzinfo) + timedelta(hours=2)


def test_whose_openid_it_is_is_known_in_one_mini_program_only(town):
    session, openid = town.estate.uow.session, town.world.person(ANNA).openid
    found = [find_person_of_openid(session, app_id, openid) for app_id in (APPID, "wx-another")]
    assert found == [town.anna, None]
    assert find_person_of_openid(session, APPID, "") is None


def test_what_is_older_than_two_days_is_not_told_any_more(town):
    town.acts.award(PAPER, 30)
    assert town.go_round(NEWS, after=timedelta(days=2, minutes=1)) == 1
    assert town.told() == []


def test_a_book_that_is_new_to_it_tells_nothing_of_its_past(new_town):
    new_town.acts.award(PAPER, 30)
    assert new_town.go_round(NEWS) == 0
    assert new_town.go_round(NEWS, after=2 * LATER) == 0
    assert new_town.told() == []


def test_many_transactions_are_told_page_by_page(town, monkeypatch):
    monkeypatch.setattr("app.points.service.news.PAGE", 2)
    for points in range(1, 6):
        town.acts.award(PAPER, points)
    assert town.go_round(NEWS) >= 3
    assert [values[0] for _, _, values in town.told()] == ["1", "2", "3", "4", "5"]


def test_for_a_ward_without_wechat_whoever_acts_for_him_is_told(town):
    uow, homes = town.estate.uow, town.estate.homes
    boris = town.sign_in(BORIS)
    signing_in.bind_phone(homes.desk.as_person(boris), phone="13900001111")
    given = guardianships.open_ward(
        replace(uow, actor=replace(uow.actor, person_id=town.anna)),
        book=town.estate.book,
        name="小明",
        guardian_phone="13900001111",
        kind=GuardianKind.CHILD,
        reason="监护人",
        valid_to=None,
    )
    uow.session.flush()
    homes.confirm_directly(str(homes.claim(given.ward_id, room="502").residency.id), UUID(int=12))
    town.acts.award(UUID(int=12), 8)
    town.go_round(NEWS)
    assert town.told() == [(boris, "points_received", ["8", "志愿服务积分"])]
    helped = Guardianship(
        **{name: getattr(given, name) for name in ("kind", "book", "reason", "valid_from", "granted_by")}
    )
    helped.id, helped.ward_id, helped.guardian_id = uow.new_id(), town.anna, boris
    helped.granted_by, helped.granted_at = given.ward_id, uow.now
    uow.session.add(helped)
    uow.session.flush()  # who has WeChat is told himself, and nobody beside him
    assert people.list_told(uow.session, town.estate.book, [PAPER], uow.now) == {PAPER: [town.anna]}
    given.ended_at, given.ended_by, given.ended_why = uow.now, town.anna, "x"
    uow.session.flush()
    town.acts.award(UUID(int=12), 9)
    town.go_round(NEWS)
    assert len(town.told()) == 1
    assert people.list_told(uow.session, "another book", [PAPER], uow.now) == {}


def test_points_that_lapse_are_told_thirty_and_seven_days_ahead(town):
    last = local_date(town.estate.uow.now) + timedelta(days=30)
    town.acts.opening(PAPER, 40, last)
    town.acts.opening(named("nobody"), 4, last)
    for _ in range(2):
        town.go_round(LAPSING, after=timedelta(0))
    shown = f"{last.year}年{last.month}月{last.day}日"
    assert town.told() == [(town.anna, "points_expiring", ["40", shown, "Test"])]
    town.go_round(LAPSING, after=timedelta(days=23))
    assert len(town.told()) == 2
    ends = town.estate.uow.session.scalars(sqlalchemy.select(Notice.expires_at)).all()
    assert {local_date(each - timedelta(seconds=1)) for each in ends if each} == {last}


def test_treasurers_on_wechat_are_told_of_budgets_once(town):
    desk = town.estate.homes.desk
    desk.hold(town.anna, Role.TREASURER)
    desk.hold(town.sign_in(BORIS), Role.CLERK)
    waiting = desk.person("waits for the second of two")
    desk.hold(waiting, Role.TREASURER)
    town.estate.uow.session.execute(
        sqlalchemy.text("UPDATE identity_grants SET approved_by = NULL, approved_at = NULL WHERE person_id = :id"),
        {"id": waiting},
    )
    town.acts.award(named("some"), 95_000)
    for _ in range(2):
        town.go_round(ALERTS)
    assert town.told() == [
        (town.anna, "budget_alert", ["Budget", "70%", "5000"]),
        (town.anna, "budget_alert", ["Budget", "90%", "5000"]),
    ]
    assert people.list_treasurers(desk.uow.session, "anju", desk.uow.now) == []


def test_a_template_the_operator_left_out_or_changed_keeps_nobody_from_his_points(town, monkeypatch):
    monkeypatch.setattr("app.notices.service.outbox.templates", dict)
    town.acts.opening(PAPER, 40, local_date(town.estate.uow.now) + timedelta(days=7))
    town.go_round(LAPSING, after=timedelta(0))
    monkeypatch.setattr(
        "app.notices.service.outbox.templates", lambda: {"points_received": template_of("account_alert")}
    )
    town.acts.award(PAPER, 30)
    town.go_round(NEWS)
    assert town.told() == []
    given = town.estate.uow.session.scalar(sqlalchemy.text("SELECT count(*) FROM points_expiry_notices"))
    assert given == 1


def test_another_books_transactions_are_not_told_here(town):
    other = build_other(town.estate)
    other.award(PAPER, 30)
    town.go_round(NEWS)
    assert town.told() == []
