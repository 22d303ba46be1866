"""A consent whose callback was lost: WeChat Pay is asked, once a payment came; what it says counts as its callback."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.mall import service
from app.mall.terms import CONSENT_ASKS_MAX, EarnState
from sandbox.wechatpay.world import BEIJING
from tests.mall.conftest import OPENID
from tests.mall.test_consents import owner


def said(story, state, **times):
    """What the payer said there last, of which nobody told us."""
    story.mall.said[OPENID] = {"authorize_state": state} | {
        name: at.astimezone(BEIJING).isoformat() for name, at in times.items()
    }


def ask(story):
    """One question, and whether there was any."""
    asked = service.claim_question(story.uow)
    for question in asked:
        service.record_answer(story.uow, question, service.ask(question))
    story.uow.session.flush()
    return bool(asked)


def look(story):
    while service.work_earn(story.uow):
        pass
    story.uow.session.flush()


def test_a_consent_whose_callback_was_lost_is_asked_for(story, live_in):
    live_in()
    given = story.uow.now - timedelta(days=3)
    said(story, "AUTHORIZED", authorize_time=given)
    story.pay()
    story.work()
    assert (story.earn().state, story.earn().points) == (EarnState.PENDING, 100)
    assert service.show_own_consent(owner(story)) == (given, None)
    assert (story.earn().consent_asks, story.earn().consent_ask_at) == (1, None)
    assert not ask(story)


def test_who_never_said_anything_is_asked_about_once(story, live_in):
    live_in()
    story.pay()
    story.work()
    later = story.at(minutes=30)
    later.work()
    assert (later.earn().state, later.earn().reason, later.earn().consent_asks) == ("parked", "consent_missing", 1)
    assert service.show_own_consent(owner(later)) == (None, None)
    later.consent()
    later.at(minutes=11).work()
    assert later.earn().state == EarnState.PENDING


def test_a_withdrawal_of_which_nobody_told_us_counts(story, live_in):
    live_in()
    given, withdrawn = story.uow.now - timedelta(days=3), story.uow.now - timedelta(days=1)
    said(story, "DEAUTHORIZED", authorize_time=given, deauthorize_time=withdrawn)
    story.pay()
    story.work()
    assert story.earn().state == EarnState.PARKED
    assert service.show_own_consent(owner(story)).withdrawn_at == withdrawn


def test_what_was_withdrawn_here_is_not_given_again_by_an_older_word(story, live_in):
    live_in()
    early = story.at(days=-5)
    story.mall.now = lambda: early.uow.now
    early.consent()
    said(story, "AUTHORIZED", authorize_time=story.uow.now - timedelta(days=3))
    service.withdraw_own_consent(owner(story))
    story.pay()
    story.work()
    assert story.earn().state == EarnState.PARKED
    assert service.show_own_consent(owner(story)).withdrawn_at == story.uow.now


def test_it_is_asked_again_until_it_answers_and_not_for_ever(story, live_in):
    live_in()
    said(story, "AUTHORIZED", authorize_time=story.uow.now)
    story.pay()
    look(story)
    story.mall.answers.extend([500, 429])
    assert ask(story)
    assert not ask(story)  # not before a minute
    assert ask(story.at(minutes=1))
    assert not ask(story.at(minutes=2, seconds=59))
    assert ask(story.at(minutes=3))
    assert story.at(minutes=3).earn().consent_ask_at is None
    look(story.at(minutes=3))
    assert story.earn().state == EarnState.PENDING
    story.pay(number="4200002", openid="o-other")
    look(story)
    count = 0
    for minutes in range(0, 600, 1):
        story.mall.answers[:] = [503]
        count += ask(story.at(minutes=minutes))
    story.mall.answers.clear()
    assert count == CONSENT_ASKS_MAX


@pytest.mark.parametrize(
    "answer",
    [
        {"authorize_state": "AUTHORIZED"},
        {"authorize_state": "AUTHORIZED", "authorize_time": "yesterday"},
        {"authorize_state": "AUTHORIZED", "authorize_time": "2026-06-01T00:00:00"},
        {"authorize_state": "MAYBE"},
        {"authorize_state": None},
    ],
)
def test_an_answer_that_is_none_is_no_consent(story, live_in, answer):
    live_in()
    story.mall.said[OPENID] = answer
    story.pay()
    look(story)
    assert ask(story)
    assert (story.earn().state, service.show_own_consent(owner(story))) == (EarnState.PARKED, (None, None))
    assert story.earn().consent_ask_at == story.uow.now + timedelta(minutes=1)


def test_an_answer_that_comes_too_late_changes_nothing(story, live_in):
    live_in()
    said(story, "AUTHORIZED", authorize_time=story.uow.now)
    story.pay()
    look(story)
    (first,) = service.claim_question(story.uow)
    assert first.openid not in repr(first)
    later = story.at(minutes=2)
    (second,) = service.claim_question(later.uow)  # the first one's worker died
    service.record_answer(later.uow, first, service.ask(first))
    assert service.show_own_consent(owner(story)) == (None, None)
    service.record_answer(later.uow, second, service.ask(second))
    assert service.show_own_consent(owner(story)).given_at is not None
    service.record_answer(later.uow, replace(second, transaction_id="none"), None)
