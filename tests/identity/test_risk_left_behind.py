"""What anti-fraud holds about a person: he takes it along, it is nobody else's, and his words go with his account."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.identity.service import closing
from app.kernel.actor import Role
from app.points import service as points
from app.risk import service as risk
from app.risk.service import Event, decide
from app.risk.terms import EventKind
from tests.identity.conftest import headers
from tests.identity.homes import Homes

PASSBOOK = UUID(int=77)


@pytest.fixture
def town(desk):
    book = points.create_book(desk.uow, code="meilihua", name="梅里花", currency_name="积分", validity_months=24)
    desk.uow.session.flush()
    made = Homes(desk).build()
    made.book_id = book.id
    return made


def checks_in_far_away(town, desk):
    """A decision on the resident whose passbook it is, and his appeal."""
    event = Event(
        kind=EventKind.CHECK_IN,
        book_id=town.book_id,
        subject_id=uuid4(),
        resident_id=PASSBOOK,
        facts={"distance_metres": 5000},
    )
    decision = decide(desk.uow, event)
    risk.appeal(desk.as_person(PASSBOOK, Role.RESIDENT), book="meilihua", decision_id=decision.id, text="我住3号楼201")
    return decision.id


def signs_in_as_the_fourth(desk, person_id):
    """A decision on a sign-in, that belongs to no book, and his appeal."""
    device, found = uuid4(), None
    for who in (uuid4(), uuid4(), uuid4(), person_id):
        event = Event(kind=EventKind.LOGIN, book_id=None, subject_id=uuid4(), person_id=who, device_id=device)
        found = decide(desk.uow, event)
    risk.appeal_sign_in(desk.as_person(person_id), decision_id=found.id, text="是我家的手机201")
    return found.id


def lives_there(town, desk, name):
    """Whose the passbook is from now on."""
    there = Homes(desk)
    person_id = there.person(name)
    return person_id, there.confirm(there.by(there.person(f"确认{name}的")), there.claim(person_id), PASSBOOK)


@pytest.fixture
def both(town, desk):
    """She lived there and moved out; he has had the passbook since. Each appealed against a decision of his time."""
    she, home = lives_there(town, desk, "李桂芳")
    hers = [checks_in_far_away(town, desk), signs_in_as_the_fourth(desk, she)]
    town.end(town.by(town.person("网格员")), home)
    later = desk.at(timedelta(days=1))
    he, _ = lives_there(town, later, "王建国")
    his = [checks_in_far_away(town, later)]
    return (she, hers), (he, his)


def exported(client, desk, name):
    tokens = desk.wechat(name)
    desk.uow.session.flush()
    return json.loads(client.get("/v1/me/data", headers=headers(tokens)).text)["risk_decisions"]


def test_each_takes_along_what_was_decided_on_him_in_humane_words_and_nobody_elses(client, desk, both):
    (_, hers), (_, his) = both
    told = exported(client, desk, "李桂芳")
    assert sorted(each["id"] for each in told) == sorted(map(str, hers))
    assert {each["appeal_text"] for each in told} == {"我住3号楼201", "是我家的手机201"}
    assert {each["kind"] for each in told} == {"check_in", "login"}
    assert all("申诉" in each["text"] for each in told)
    assert {"features", "answers", "reasons", "score"}.isdisjoint(told[0])
    assert [each["id"] for each in exported(client, desk, "王建国")] == list(map(str, his))


def test_her_words_go_with_her_account_and_his_stay(desk, town, both):
    (she, hers), (_, his) = both
    town.jobs()
    closing.close_account(desk.uow, person_id=she)
    assert ("risk.forget_appeals", {"person_id": str(she)}) in town.jobs()
    risk.forget_appeals(desk.uow, person_id=str(she))
    words = dict(desk.uow.session.execute(text("SELECT decision_id, text FROM risk_appeals")).all())
    assert words == dict.fromkeys(hers, "—") | dict.fromkeys(his, "我住3号楼201")
    risk.forget_appeals(desk.uow, person_id=str(she))


def test_words_of_an_appeal_are_erased_and_never_others(desk, both):
    for change in ("text = 'x'", "text = '—', state = 'upheld', answered_at = now(), answered_by = id, answer = 'x'"):
        with pytest.raises(DBAPIError), desk.uow.session.begin_nested():
            desk.uow.session.execute(text(f"UPDATE risk_appeals SET {change}"))
