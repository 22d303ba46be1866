"""Texts that WeChat judges: noted with the report, asked outside of any transaction, told to the report."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy

from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.notices import service, terms
from app.notices.models import TextCheck
from app.notices.service.texts import TextQuestion
from app.reports import service as reports
from sandbox.wechat.faults import Fault
from tests.notices.conftest import ANNA, ANNA_ID, BORIS_ID
from tests.points.ledger import open_ledger

HEARD = sqlalchemy.text("DELETE FROM procrastinate_jobs WHERE task_name = 'reports.hear_text_verdict' RETURNING args")
ONE_DAY = timedelta(days=1)


@pytest.fixture
def book(uow):
    return open_ledger(uow).book


@pytest.fixture
def file(uow, book, stand_in):
    def filed(text="3号楼路灯不亮", *, person_id=ANNA_ID):
        stand_in.world.issue_code(ANNA)  # she has just used the mini-program
        own = replace(uow, actor=Actor(person_id, frozenset({Role.RESIDENT})))
        made = reports.file_report(own, book=book.code, text=text, place="南门")
        uow.session.flush()
        return made

    return filed


@pytest.fixture
def work(uow, openid_of):
    """What the worker does; answers how many texts it asked about."""

    def once(after=timedelta(0)):
        then, asked = replace(uow, now=uow.now + after), 0
        while claimed := service.claim_text_check(then, openid_of=openid_of):
            asked += 1
            service.record_text_check(then, claimed[0], service.judge_text(claimed[0]))
            then.session.flush()
        for arguments in uow.session.scalars(HEARD).all():
            JOBS["reports.hear_text_verdict"](then, **arguments)
        then.session.flush()
        return asked

    return once


def checks(uow):
    uow.session.expire_all()
    return uow.session.scalars(sqlalchemy.select(TextCheck)).all()


@pytest.mark.parametrize(("text", "becomes"), [("路灯不亮", "pass"), ("此处办证", "risky")])
def test_what_is_reported_is_marked_until_wechat_has_judged_it(file, work, uow, text, becomes):
    made = file(text)
    assert made.text_check == "waiting"
    assert checks(uow)[0].text == f"南门\n{text}"
    assert work() == 1
    assert made.text_check == becomes
    [check] = checks(uow)
    assert (check.suggestion, check.text) == (becomes, None)  # the text stands in the report alone
    assert work() == 0
    reports.hear_text_verdict(uow, subject=check.subject, suggestion="review")
    assert made.text_check == becomes  # the first verdict stays


def test_who_is_not_on_wechat_is_read_by_a_person(file, work, uow):
    made = file(person_id=UUID(int=9))
    assert work() == 0
    assert made.text_check == "review"


def test_while_wechat_does_not_answer_it_waits_and_in_the_end_a_person_reads_it(file, work, uow, stand_in):
    made = file()
    stand_in.faults.add(Fault("msg_sec_check", "busy"))
    tried = sum(work(after=ONE_DAY * number) for number in range(terms.ATTEMPTS_MAX + 2))
    assert tried == terms.ATTEMPTS_MAX
    assert made.text_check == "review"


def test_a_worker_that_died_with_a_text_loses_it_for_a_while_only(file, work, uow, openid_of):
    made = file()
    [lost] = service.claim_text_check(uow, openid_of=openid_of)
    assert work() == 0
    assert work(after=terms.LOST_AFTER) == 1
    assert made.text_check == "pass"
    service.record_text_check(uow, lost, None)  # it was not dead after all
    service.record_text_check(uow, TextQuestion(BORIS_ID, 1, "o", "x"), None)
    assert made.text_check == "pass"


def test_verdicts_are_forgotten_after_ninety_days(file, work, uow):
    file()
    work()
    assert service.purge_text_checks(replace(uow, now=uow.now + timedelta(days=89))) == 0
    assert service.purge_text_checks(replace(uow, now=uow.now + timedelta(days=91))) == 1
    assert checks(uow) == []
