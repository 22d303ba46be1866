"""From queued to sent: through the stand-in, and when it fails."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy

from app.infra import wechat
from app.infra.unit_of_work import run_in_transaction
from app.jobs import runner
from app.jobs.terms import Errands
from app.kernel.actor import SYSTEM, Actor, Role
from app.notices import queries, service
from app.notices.errors import NoticeValuesWrong, TemplateUnknown
from app.notices.models import Notice
from app.notices.service import subscriptions
from app.notices.service.delivery import Claim, Outcome
from app.notices.service.subscriptions import TemplateAnswer
from app.notices.terms import Answer, NoticeState
from sandbox.wechat.faults import Fault
from tests.notices.conftest import ANNA, ANNA_ID, BORIS_ID, TEMPLATE, TEMPLATE_ID

NIGHT = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)  # eleven in the evening in the district
VALUES = {"points": 30, "what": "周一楼道清扫", "at": datetime(2026, 6, 15, 2, 0, tzinfo=UTC)}


@pytest.fixture
def queue(uow):
    def put(key="k", *, person_id=ANNA_ID, **more):
        service.queue_notice(uow, person_id=person_id, template=TEMPLATE, values=VALUES, dedupe_key=key, **more)
        uow.session.flush()

    return put


@pytest.fixture
def accept(uow, stand_in):
    """She accepts, and the mini-program reports it."""

    def times(count=1, *, there=None):
        anna = replace(uow, actor=Actor(ANNA_ID, frozenset({Role.RESIDENT})))
        for _ in range(count):
            service.add_answers(anna, answers=[TemplateAnswer(TEMPLATE_ID, Answer.ACCEPT)])
        stand_in.world.accept(ANNA, TEMPLATE_ID, count if there is None else there)

    return times


@pytest.fixture
def work(uow, openid_of):
    """What the worker does at some time: claim, carry out, record."""

    def once(at=None):
        then, sent = replace(uow, now=at or uow.now), 0
        while claims := service.claim_due(then, openid_of=openid_of):
            [claim] = claims
            service.record(then, claim, service.carry_out(claim))
            uow.session.flush()
            sent += 1
        return sent

    return once


@pytest.fixture
def notice(uow):
    def find(key="k"):
        found = queries.find_by_dedupe_key(uow.session, key)
        uow.session.refresh(found)
        return found

    return find


def remaining(uow):
    return queries.find_remaining(uow.session, ANNA_ID).get(TEMPLATE, 0)


def test_a_notice_is_sent_and_uses_up_one_acceptance(uow, stand_in, queue, accept, work, notice):
    accept(2)
    queue()
    assert work() == 1
    assert (notice().state, notice().ended_at) == (NoticeState.SENT, uow.now)
    [message] = stand_in.world.messages
    assert (message.name, message.data["thing2"]) == (ANNA, "周一楼道清扫")
    assert remaining(uow) == 1
    assert work() == 0


def test_the_same_news_twice_is_one_notice(stand_in, queue, accept, work):
    accept(2)
    queue("once")
    queue("once")
    assert work() == 1
    queue("once")
    assert work() == 0


def test_whoever_accepts_no_more_is_not_asked_about(stand_in, queue, accept, work, notice):
    accept(1)
    queue("a")
    queue("b")
    work()
    assert [notice("a").state, notice("b").state] == [NoticeState.SENT, NoticeState.NO_SUBSCRIPTION]
    assert stand_in.world.calls["subscribe_send"] == 1


def test_wechats_no_empties_the_count(uow, queue, accept, work, notice):
    accept(5, there=0)
    queue()
    work()
    assert notice().state == NoticeState.NO_SUBSCRIPTION
    assert remaining(uow) == 0


def test_at_night_only_what_is_urgent_is_sent(queue, accept, work, notice):
    accept(2)
    queue("calm")
    queue("urgent", urgent=True)
    assert work(NIGHT) == 1
    assert [notice("calm").state, notice("urgent").state] == [NoticeState.QUEUED, NoticeState.SENT]
    assert work(NIGHT + timedelta(hours=7, minutes=59)) == 0
    assert work(NIGHT + timedelta(hours=8)) == 1


def test_a_notice_waits_for_its_time_and_lapses_at_its_end(uow, queue, accept, work, notice):
    accept(2)
    queue("later", not_before=uow.now + timedelta(hours=1))
    queue("brief", not_before=uow.now + timedelta(hours=1), expires_at=uow.now + timedelta(hours=2))
    assert work() == 0
    assert work(uow.now + timedelta(hours=2)) == 1
    assert notice("later").state == NoticeState.SENT
    assert (notice("brief").state, notice("brief").reason) == (NoticeState.DROPPED, "expired")
    assert remaining(uow) == 1


def test_who_is_not_on_wechat_is_not_told(queue, work, notice):
    queue(person_id=UUID(int=9))
    assert work() == 0
    assert (notice().state, notice().reason) == (NoticeState.DROPPED, "not_on_wechat")


def test_a_template_that_is_gone_or_changed_fails(uow, queue, accept, work, notice):
    accept(2)
    queue("gone")
    queue("changed")
    for key, change in (("gone", {"template": "no_such"}), ("changed", {"data": {"thing9": "x"}})):
        row = uow.session.get(Notice, notice(key).id)
        fresh = {c.key: getattr(row, c.key) for c in Notice.__table__.columns} | change
        uow.session.delete(row)
        uow.session.flush()
        uow.session.add(Notice(**fresh))
    uow.session.flush()
    assert work() == 0
    assert {notice(key).reason for key in ("gone", "changed")} == {"template_gone"}


def test_what_surely_did_not_arrive_is_tried_again_later(uow, stand_in, queue, accept, work, notice):
    accept(1)
    queue()
    stand_in.faults.add(Fault("subscribe_send", "busy"))
    assert work() == 1
    assert (notice().state, notice().attempts, remaining(uow)) == (NoticeState.QUEUED, 1, 1)
    assert notice().not_before == uow.now + timedelta(minutes=1)
    stand_in.faults.clear()
    assert work() == 0
    assert work(uow.now + timedelta(minutes=1)) == 1
    assert notice().state == NoticeState.SENT


def test_when_no_token_is_to_be_had_nothing_was_sent(uow, stand_in, queue, accept, work, notice):
    accept(1)
    queue()
    wechat.client().tokens._own = None
    stand_in.faults.add(Fault("stable_token", "html"))
    work()
    assert (notice().state, remaining(uow)) == (NoticeState.QUEUED, 1)


def test_what_may_have_arrived_is_never_sent_again(uow, stand_in, queue, accept, work, notice):
    accept(2)
    queue()
    stand_in.faults.add(Fault("subscribe_send", "late"))
    wechat.client().caller.patience = 0.2
    work()
    assert (notice().state, notice().reason, remaining(uow)) == (NoticeState.FAILED, "unknown", 1)
    stand_in.faults.clear()
    assert work(uow.now + timedelta(days=1)) == 0
    assert len(stand_in.world.messages) == 1


def test_what_wechat_finds_wrong_fails_with_its_code(stand_in, queue, accept, work, notice):
    accept(1)
    queue()
    stand_in.world.templates = {"another": {}}
    work()
    assert (notice().state, notice().reason) == (NoticeState.FAILED, "errcode_40037")


def test_after_eight_tries_it_is_given_up(uow, openid_of, queue, accept, notice):
    accept(1)
    queue(urgent=True)
    for hours in range(8):
        then = replace(uow, now=uow.now + timedelta(hours=hours))
        [claim] = service.claim_due(then, openid_of=openid_of)
        service.record(then, claim, Outcome(NoticeState.QUEUED, "infra.wechat_busy"))
        uow.session.flush()
    assert (notice().state, notice().reason, notice().attempts) == (NoticeState.FAILED, "gave_up", 8)


def test_a_sender_that_died_leaves_a_notice_that_may_have_arrived(uow, stand_in, openid_of, queue, accept, notice):
    accept(1)
    queue()
    [claim] = service.claim_due(uow, openid_of=openid_of)
    assert service.claim_due(uow, openid_of=openid_of) == []
    at = [replace(uow, now=uow.now + timedelta(minutes=minutes)) for minutes in (10, 11)]
    assert [service.give_up_lost(each) for each in at] == [0, 1]
    assert (notice().state, notice().reason) == (NoticeState.FAILED, "unknown")
    service.record(at[1], claim, service.carry_out(claim))  # it lived after all; the end stays
    assert notice().state == NoticeState.FAILED


def test_two_workers_never_send_one_notice(real_commits, stand_in, openid_of):
    """Real commits: the second worker passes over what the first has locked."""
    run_in_transaction(
        lambda uow: (
            service.queue_notice(uow, person_id=ANNA_ID, template=TEMPLATE, values=VALUES, dedupe_key="k", urgent=True),
            subscriptions.give_back(uow, person_id=ANNA_ID, template=TEMPLATE),
        ),
        actor=SYSTEM,
    )

    def first(uow):
        claims = service.claim_due(uow, openid_of=openid_of)
        assert run_in_transaction(lambda other: service.claim_due(other, openid_of=openid_of), actor=SYSTEM) == []
        return claims

    assert len(run_in_transaction(first, actor=SYSTEM)) == 1


def test_the_worker_holds_no_transaction_while_it_sends(real_commits, stand_in, openid_of):
    stand_in.world.accept(ANNA, TEMPLATE_ID)
    run_in_transaction(
        lambda uow: (
            service.queue_notice(uow, person_id=ANNA_ID, template=TEMPLATE, values=VALUES, dedupe_key="k", urgent=True),
            subscriptions.give_back(uow, person_id=ANNA_ID, template=TEMPLATE),
        ),
        actor=SYSTEM,
    )
    open_ones = []

    def carry_out(claim):
        look = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        open_ones.append(run_in_transaction(lambda uow: uow.session.scalar(sqlalchemy.text(look)), actor=SYSTEM))
        return service.carry_out(claim)

    errands = Errands("* * * * *", lambda uow: service.claim_due(uow, openid_of=openid_of), carry_out, service.record)
    runner.run_periodic(real_commits, name="test", job_id=1, periodic=errands)
    assert open_ones == [0]
    states = run_in_transaction(
        lambda uow: [n.state for n in queries.list_notices(uow.session, ANNA_ID, before=None, limit=9)], actor=SYSTEM
    )
    assert states == [NoticeState.SENT]


def test_a_long_queue_leaves_the_worker_time_for_other_things(real_commits):
    ran = []
    errands = Errands("* * * * *", lambda uow: ["one"], ran.append, lambda uow, errand, outcome: None, most=7)
    runner.run_periodic(real_commits, name="test", job_id=1, periodic=errands)
    assert len(ran) == 7


def test_an_errand_that_breaks_does_not_keep_the_others(real_commits):
    recorded, claims = [], [["bad", "good"], []]

    def carry_out(errand):
        if errand == "bad":
            raise ValueError("a defect")
        return errand.upper()

    errands = Errands(
        "* * * * *", lambda uow: claims.pop(0), carry_out, lambda uow, errand, outcome: recorded.append(outcome)
    )
    with pytest.raises(ValueError, match="a defect"):
        runner.run_periodic(real_commits, name="test", job_id=1, periodic=errands)
    assert recorded == ["GOOD"]


def test_only_known_templates_with_fitting_values_are_queued(uow, queue):
    with pytest.raises(TemplateUnknown):
        service.queue_notice(uow, person_id=ANNA_ID, template="no_such", values={}, dedupe_key="k")
    with pytest.raises(NoticeValuesWrong):
        service.queue_notice(uow, person_id=ANNA_ID, template=TEMPLATE, values={}, dedupe_key="k")


def test_acceptances_are_counted_up_to_fifty(uow, accept):
    accept(52)
    assert remaining(uow) == 50


def test_notices_are_forgotten_after_ninety_days(uow, queue, accept, work, notice):
    accept(1)
    queue("ended")
    work()
    queue("waiting", person_id=BORIS_ID)
    later = replace(uow, now=uow.now + timedelta(days=91))
    assert [service.purge_notices(later), service.purge_notices(later)] == [1, 0]
    assert notice("waiting").state == NoticeState.QUEUED


def test_a_claim_shows_no_openid():
    shown = repr(Claim(UUID(int=1), 1, "oSecretOfAnna", "t", "p", {"thing1": "private"}))
    assert "oSecretOfAnna" not in shown
    assert "private" not in shown
