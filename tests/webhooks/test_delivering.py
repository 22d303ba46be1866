"""From published to delivered: through a real server, and when it fails."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.infra import outbound
from app.infra.outbound.sending import Sender
from app.infra.unit_of_work import run_in_transaction
from app.jobs import runner
from app.jobs.schedule import SCHEDULE
from app.kernel.actor import SYSTEM
from app.kernel.paging import Cursor, CursorInvalid
from app.webhooks import service, terms
from app.webhooks.errors import EventDataWrong, EventTypeUnknown
from app.webhooks.terms import DeliveryState, EndpointState, Outcome, Why
from tests.fixtures.work import NOW
from tests.points.api import statements
from tests.webhooks.conftest import DATA, HEARS, OWNER, TYPE


def verify(secret, got, at=NOW):
    headers, body = got
    with time_machine.travel(at, tick=False):
        return Webhook(secret).verify(body, headers)


def attempts(desk, endpoint, delivery):
    page = desk.act("list_attempts", endpoint, delivery_id=delivery.id, limit=50, cursor=None)
    return [(each.number, each.outcome, each.status) for each in page.items]


def test_an_event_arrives_signed_as_the_standard_says(desk, shop):
    endpoint = desk.open()
    desk.publish()
    assert desk.work() == 1
    delivery = desk.one(endpoint)
    assert (delivery.state, delivery.ended_at) == (DeliveryState.DELIVERED, NOW)
    [got] = shop.got
    assert verify(desk.secrets[endpoint.id], got) == {
        "type": TYPE,
        "timestamp": "2026-06-15T02:00:00Z",
        "data": {"book": "meilihua", "shop_id": str(OWNER), "points": 50},
    }
    assert got[0]["webhook-id"] == f"msg_{delivery.id.hex}"
    with pytest.raises(WebhookVerificationError):
        verify(desk.secrets[endpoint.id], (got[0], got[1].replace(b"50", b"51")))
    assert attempts(desk, endpoint, delivery) == [(1, "delivered", 204)]
    assert desk.work() == 0


def test_only_those_who_listen_are_written_for(desk, uow):
    endpoint, deaf = desk.open(), desk.open("refund.created")
    elsewhere = desk.open(hears={"book": "anju"})
    closed = desk.open()
    desk.act("close_endpoint", closed)
    desk.publish("a")
    desk.publish("a")
    desk.publish("b", owner_ids=[])
    desk.publish("c", data={"points": 1})  # says no book, so nobody who hears of one book hears it
    desk.uow.session.flush()
    assert [len(desk.deliveries(each)) for each in (endpoint, deaf, elsewhere, closed)] == [1, 0, 0, 0]
    with statements(every=True) as seen:
        desk.publish("d")
    assert len(seen) == 1
    jobs = uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
    assert jobs == 0


def test_nobody_is_told_of_people_nor_of_what_is_not_in_the_table(desk):
    desk.open()
    with pytest.raises(EventDataWrong):
        desk.publish(data=DATA | {"resident_id": OWNER})
    with pytest.raises(EventDataWrong):
        desk.publish(data=DATA | {"points": 1.5})
    with pytest.raises(EventDataWrong):
        desk.publish(data=DATA | {"state": "x" * 20_000})
    with pytest.raises(EventTypeUnknown):
        desk.publish(type="payment.made")


def test_what_fails_is_tried_again_with_the_same_id_and_body_and_a_new_signature(desk, shop):
    endpoint = desk.open()
    desk.publish()
    shop.status = 500
    assert desk.work() == 1
    delivery = desk.one(endpoint)
    assert (delivery.state, delivery.tries) == (DeliveryState.PENDING, 1)
    assert timedelta(seconds=5) <= delivery.due_at - NOW <= timedelta(seconds=6)
    assert desk.work() == 0
    shop.status = 200
    assert desk.at(seconds=6).work() == 1
    (first, body), (second, again) = shop.got
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert first["webhook-signature"] != second["webhook-signature"]
    verify(desk.secrets[endpoint.id], shop.got[1], NOW + timedelta(seconds=6))
    assert attempts(desk, endpoint, delivery) == [(2, "delivered", 200), (1, "status", 500)]
    desk.uow.session.refresh(endpoint)
    assert (endpoint.failures, endpoint.failing_since) == (0, None)
    for wrong in (-1, 2**31, 2**63, 10**30):  # CursorInvalid, where it was an error of the server
        with pytest.raises(CursorInvalid):
            desk.act("list_attempts", endpoint, delivery_id=delivery.id, limit=1, cursor=Cursor((wrong,)).encode())


def test_after_five_days_it_is_a_dead_letter_and_may_be_replayed(desk, shop):
    endpoint = desk.open()
    desk.publish()
    shop.status = 503
    waits, then = [], desk
    while True:
        then.work()
        delivery = then.one(endpoint)
        if delivery.state != DeliveryState.PENDING or endpoint.state != EndpointState.ACTIVE:
            break
        waits.append(delivery.due_at - then.uow.now)
        then = then.at(seconds=(delivery.due_at - then.uow.now).total_seconds())
    plain = list(terms.BACKOFF)
    assert [low <= wait <= low * (1 + terms.JITTER) for low, wait in zip(plain, waits, strict=False)] == [True] * len(
        waits
    )
    assert (endpoint.state, endpoint.why) == (EndpointState.PAUSED, Why.FAILING)  # after three days without success
    assert then.uow.now - NOW >= terms.FAILING_MAX
    late = desk.at(days=5, seconds=1)
    assert service.give_up_old(late.uow) == 1
    assert service.give_up_old(late.uow) == 0
    dead = late.act("list_deliveries", endpoint, state=DeliveryState.DEAD, limit=10, cursor=None)
    assert [each.id for each in dead.items] == [delivery.id]
    shop.status, before = 200, len(shop.got)
    late.act("resume_endpoint", endpoint)
    late.act("replay_delivery", endpoint, delivery_id=delivery.id)
    assert late.work() == 1
    assert late.one(endpoint).state == DeliveryState.DELIVERED
    assert shop.got[before][0]["webhook-id"] == shop.got[0][0]["webhook-id"]


def test_the_last_try_that_would_come_too_late_ends_it(desk, shop):
    endpoint = desk.open()
    desk.publish()
    delivery = desk.one(endpoint)
    delivery.gives_up_at = NOW + timedelta(seconds=1)
    shop.status = 500
    desk.work()
    assert desk.one(endpoint).state == DeliveryState.DEAD


def test_410_closes_the_endpoint_for_ever(desk, shop):
    endpoint = desk.open()
    desk.publish("a")
    desk.publish("b")
    shop.status = 410
    desk.work()
    desk.uow.session.refresh(endpoint)
    assert (endpoint.state, endpoint.why) == (EndpointState.CLOSED, Why.GONE)
    assert {each.state for each in desk.deliveries(endpoint)} == {DeliveryState.DEAD}
    assert len(shop.got) == 1


def test_redirects_are_not_followed(desk, shop):
    endpoint = desk.open()
    desk.publish()
    shop.status = 307
    desk.work()
    assert attempts(desk, endpoint, desk.one(endpoint)) == [(1, "status", 307)]
    assert len(shop.got) == 1


def test_one_that_fails_rests_and_does_not_hold_up_another(desk, shop):
    bad, good = desk.open(url="http://127.0.0.1:1/nobody"), desk.open()
    for n in range(30):
        desk.publish(str(n))
    assert desk.work() == 2  # twenty for each and ten for the good one; the bad one is tried once
    assert len(shop.got) == 30
    assert sum(each.attempts for each in desk.deliveries(bad)) == 1
    assert {each.state for each in desk.deliveries(good)} == {DeliveryState.DELIVERED}
    desk.uow.session.refresh(bad)
    assert bad.rests_until == NOW + timedelta(seconds=5)
    [tried] = [each for each in desk.deliveries(bad) if each.attempts]
    assert attempts(desk, bad, tried) == [(1, Outcome.UNREACHABLE, None)]


def test_a_paused_endpoint_keeps_what_happens_until_it_is_resumed(desk, shop):
    endpoint = desk.open()
    desk.act("pause_endpoint", endpoint)
    desk.publish()
    assert desk.work() == 0
    desk.act("resume_endpoint", endpoint)
    assert desk.work() == 1
    assert len(shop.got) == 1


def test_whoever_died_while_sending_is_followed_after_a_minute(desk, shop):
    endpoint = desk.open()
    desk.publish()
    [lost] = service.claim_due(desk.uow)
    assert service.claim_due(desk.at(seconds=60).uow) == []
    assert desk.at(seconds=61).work() == 1
    service.record(desk.at(seconds=62).uow, lost, service.carry_out(lost))  # it lived after all: it came twice, alike
    assert [got[0]["webhook-id"] for got in shop.got] == [f"msg_{desk.one(endpoint).id.hex}"] * 2
    assert attempts(desk, endpoint, desk.one(endpoint)) == [(1, "delivered", 204)]


def test_without_the_vaults_key_an_endpoint_is_paused_and_the_others_go_on(desk, shop):
    broken, good = desk.open(), desk.open()
    broken.secret_sealed = b"\x04demo" + bytes(40)
    desk.publish()
    desk.work()
    assert (broken.state, broken.why) == (EndpointState.PAUSED, Why.SECRET_LOST)
    assert desk.one(good).state == DeliveryState.DELIVERED
    secret = desk.act("change_secret", broken).secret
    desk.act("resume_endpoint", broken)
    desk.work()
    verify(secret, shop.got[-1])


def test_for_a_day_the_old_secret_signs_as_well(desk, shop):
    endpoint = desk.open()
    old, new = desk.secrets[endpoint.id], desk.act("change_secret", endpoint).secret
    assert old != new
    desk.publish("a")
    desk.work()
    for secret in (old, new):
        verify(secret, shop.got[0])
    late = desk.at(days=1)
    late.publish("b")
    late.work()
    verify(new, shop.got[1], late.uow.now)
    with pytest.raises(WebhookVerificationError):
        verify(old, shop.got[1], late.uow.now)


def test_old_deliveries_are_forgotten_with_their_attempts(desk):
    endpoint = desk.open()
    desk.publish()
    desk.work()
    assert service.purge_deliveries(desk.at(days=30).uow) == 0
    assert service.purge_deliveries(desk.at(days=30, seconds=1).uow) == 1
    assert desk.deliveries(endpoint) == []
    assert desk.uow.session.scalar(text("SELECT count(*) FROM webhooks_attempts")) == 0


def test_the_worker_sends_and_two_of_them_never_serve_one_endpoint(real_commits, shop):
    """Real commits: the second worker passes over what the first has locked, and what it has claimed."""
    sender = real_commits.extensions[outbound.SENDER] = Sender(local=True)
    opened = run_in_transaction(
        lambda uow: service.open_endpoint(uow, owner_id=OWNER, hears=HEARS, url=shop.url, types=[TYPE]), actor=SYSTEM
    )

    def publish(uow):
        service.publish(uow, owner_ids=[OWNER], type=TYPE, data=DATA, key=str(uow.now))

    def first(uow):
        claimed = service.claim_due(uow)
        run_in_transaction(publish, actor=SYSTEM)  # whoever publishes does not wait for whoever claims
        assert run_in_transaction(service.claim_due, actor=SYSTEM) == []
        return claimed

    run_in_transaction(publish, actor=SYSTEM)
    [claims] = run_in_transaction(first, actor=SYSTEM)
    assert run_in_transaction(service.claim_due, actor=SYSTEM) == []
    run_in_transaction(lambda uow: service.record(uow, claims, service.carry_out(claims)), actor=SYSTEM)
    job = SCHEDULE["webhooks.send_deliveries"]
    runner.run_periodic(real_commits, name="test", job_id=1, periodic=job)
    assert len(shop.got) == 2
    assert json.loads(shop.got[0][1])["type"] == TYPE
    assert opened.secret.startswith("whsec_")
    sender.close()


def test_a_reply_that_comes_after_closing_changes_nothing_but_the_record(desk):
    endpoint = desk.open()
    desk.publish()
    [claims] = service.claim_due(desk.uow)
    desk.act("close_endpoint", endpoint)
    service.record(replace(desk.uow), claims, service.carry_out(claims))
    assert endpoint.state == EndpointState.CLOSED
    assert desk.one(endpoint).state == DeliveryState.DELIVERED
