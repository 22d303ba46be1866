"""Acceptances that the mini-program reports and that WeChat pushes: each counts once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy

from app.kernel.actor import Actor, Role
from app.notices import queries, service
from app.notices.models import Push
from app.notices.rules.accepting import Heard, hear
from app.notices.rules.pushes import lines_of
from app.notices.service.subscriptions import TemplateAnswer
from app.notices.terms import PAIRED_WITHIN, Answer, Source
from tests.notices.conftest import ANNA, ANNA_ID, APPID, TEMPLATE, TEMPLATE_ID
from tests.notices.test_pushes import AT, send

__all__ = ["send"]
OTHER = "linli-stand-in-duty-reminder"


@pytest.fixture
def heard(uow, send, stand_in, session):
    """Let WeChat push an event about Anna, and work it; answers its outcome."""

    def push(event, *lines, number=1, at=AT, wrap=list, openid=None):
        anna = stand_in.world.person(ANNA).openid
        message = {"MsgType": "event", "FromUserName": openid or anna, "CreateTime": number, "Event": event}
        send(message | {"List": wrap(lines)})
        session.expire_all()
        found = session.scalars(sqlalchemy.select(Push).where(Push.worked_at.is_(None))).all()

        def person_of(_session, app_id, openid):
            return ANNA_ID if (app_id, openid) == (APPID, anna) else None

        for each in found:
            service.work_push(replace(uow, now=at), push_id=str(each.id), person_of=person_of)
        session.flush()
        return [each.outcome for each in found]

    return push


@pytest.fixture
def report(uow, stand_in):
    def accepted(*, at=AT):
        anna = replace(uow, actor=Actor(ANNA_ID, frozenset({Role.PERSON})), now=at)
        service.add_answers(anna, answers=[TemplateAnswer(TEMPLATE_ID, Answer.ACCEPT)])

    return accepted


def line(status, template_id=TEMPLATE_ID, **more):
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"} | more


def remaining(session):
    session.expire_all()
    return queries.find_remaining(session, ANNA_ID).get(TEMPLATE, 0)


def test_a_yes_that_only_wechat_tells_of_is_counted(heard, session):
    said = [line("accept"), line("reject", OTHER), line("accept", "of-another-time")]
    assert heard("subscribe_msg_popup_event", *said) == ["worked"]
    assert queries.find_remaining(session, ANNA_ID) == {TEMPLATE: 1}


def test_a_push_that_comes_again_counts_once(heard, session):
    for outcome in (["worked"], []):
        assert heard("subscribe_msg_popup_event", line("accept")) == outcome
    assert remaining(session) == 1


@pytest.mark.parametrize("first", ["report", "push"])
def test_a_yes_that_both_tell_of_counts_once_whoever_is_first(heard, report, session, first):
    for number in range(2):
        told = [report, lambda number=number: heard("subscribe_msg_popup_event", line("accept"), number=number)]
        for tell in told if first == "report" else reversed(told):
            tell()
        assert remaining(session) == number + 1


def test_much_later_it_is_another_yes(heard, report, session):
    report(at=AT)
    heard("subscribe_msg_popup_event", line("accept"), at=AT + PAIRED_WITHIN + timedelta(seconds=1))
    assert remaining(session) == 2


def test_switched_off_in_the_settings_nothing_is_left_and_a_no_takes_nothing(heard, report, session):
    report()
    report()
    heard("subscribe_msg_popup_event", line("reject"))
    heard("subscribe_msg_change_event", line("accept"), number=2)
    assert remaining(session) == 2
    assert heard("subscribe_msg_change_event", line("reject"), number=3, wrap=lambda lines: lines[0]) == ["worked"]
    assert remaining(session) == 0


@pytest.mark.parametrize(("code", "left"), [("0", 1), ("43101", 0), ("40003", 1), ("?", 1)])
def test_what_became_of_a_message_counts_where_there_was_no_yes(heard, report, session, code, left):
    report()
    assert heard("subscribe_msg_sent_event", line("", MsgID="1", ErrorCode=code, ErrorStatus="x")) == ["worked"]
    assert remaining(session) == left


def test_of_people_we_do_not_know_nothing_is_counted(heard, session):
    assert heard("subscribe_msg_popup_event", line("accept"), openid="o-nobody") == ["unknown_person"]
    assert heard("subscribe_msg_popup_event", line("accept"), openid=["o"]) == ["unknown_person"]
    assert remaining(session) == 0


@pytest.mark.parametrize(
    "message",
    [
        {"Event": "subscribe_msg_popup_event", "List": line("accept")},
        {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": [line("accept")]},
        {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": [line("accept"), "no line", {}]}},
    ],
)
def test_an_event_is_read_in_all_its_forms(message):
    assert [(each.template_id, each.status, each.errcode) for each in lines_of(message)] == [(TEMPLATE_ID, "accept", 0)]


def test_pairs_are_counted_by_how_many_of_each_there_are():
    now, heard, counted = datetime(2026, 6, 15, tzinfo=UTC), Heard(), []
    for source in (Source.REPORT, Source.REPORT, Source.PUSH, Source.PUSH, Source.PUSH, Source.REPORT):
        heard, news = hear(heard, source, now)
        counted.append(news)
    assert counted == [True, True, False, False, True, False]
