"""Pushes over HTTP: as the stand-in sends them, and as an attacker would."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import sqlalchemy
from prometheus_client import REGISTRY

from app.infra import wechat
from app.infra.wechat.terms import ContentScene, MediaType
from app.notices import queries, service
from app.notices.errors import TraceNotKnownYet
from app.notices.models import MediaCheck, Push
from sandbox.wechat.desk import media_result
from sandbox.wechat.world import MediaCheck as CheckThere
from tests.notices.conftest import ANNA

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
ROUTE = "/v1/wechat/push"
TRACE = "6889d061-73133221-45935f77"


@pytest.fixture
def event(stand_in):
    """The event of a picture that passed (or, by its address, did not)."""

    def make(trace_id=TRACE, url="https://points.example/a.jpg", **changes):
        return media_result(stand_in.world, CheckThere(trace_id, "o", url)) | changes

    return make


@pytest.fixture
def send(client, app):
    """Push something to us: `send(event, at=…, **query)`."""

    def post(event, *, at=AT, now=AT, content_type="application/json", body=None, **query):
        push = wechat.push()
        stamp = str(int(at.timestamp()))
        message = event if isinstance(event, bytes) else json.dumps(event).encode()
        sealed = push.seal(message, timestamp=stamp, nonce="n1", random=b"0123456789abcdef")
        asked = {"timestamp": stamp, "nonce": "n1", "msg_signature": sealed["MsgSignature"], "encrypt_type": "aes"}
        return client.post(
            ROUTE,
            query_string=asked | query,
            data=json.dumps({"ToUserName": "gh", "Encrypt": sealed["Encrypt"]}) if body is None else body,
            content_type=content_type,
            headers={"Linli-Demo-Clock": now.isoformat()},
        )

    return post


def pushes(session):
    session.expire_all()
    return session.scalars(sqlalchemy.select(Push)).all()


def counted(outcome):
    return REGISTRY.get_sample_value("linli_wechat_pushes_total", {"outcome": outcome}) or 0


def work(uow, *, after=timedelta(0)):
    for push in pushes(uow.session):
        service.work_push(replace(uow, now=AT + after), push_id=str(push.id), person_of=lambda *_: None)
    uow.session.flush()


def test_the_address_check_is_answered_with_its_own_words(client, stand_in):
    stamp = str(int(AT.timestamp()))
    query = {"timestamp": stamp, "nonce": "1", "signature": wechat.push().sign(stamp, "1"), "echostr": "4375120948345"}
    headers = {"Linli-Demo-Clock": AT.isoformat()}
    answer = client.get(ROUTE, query_string=query, headers=headers)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "4375120948345", "text/plain")
    wrong = client.get(ROUTE, query_string=query | {"signature": "0" * 40}, headers=headers)
    assert (wrong.status_code, wrong.json["code"]) == (422, "infra.wechat_push_refused")


def test_a_push_is_answered_at_once_and_worked_later(uow, send, event, session):
    answer = send(event())
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "success", "text/plain")
    [push] = pushes(session)
    assert (push.name, push.worked_at) == ("wxa_media_check", None)
    job = session.execute(sqlalchemy.text("SELECT task_name, args FROM procrastinate_jobs")).one()
    assert tuple(job) == ("notices.work_push", {"push_id": str(push.id)})


def test_what_is_pushed_again_is_answered_and_not_taken_in_again(send, event, session):
    before = counted("repeated")
    assert [send(event()).text, send(event(CreateTime=9), at=AT + timedelta(seconds=5)).text] == ["success", "success"]
    assert len(pushes(session)) == 1
    assert session.scalar(sqlalchemy.text("SELECT count(*) FROM procrastinate_jobs")) == 1
    assert counted("repeated") == before + 1


def test_a_result_reaches_whoever_waits_for_it_once(uow, send, event, session):
    service.expect_media_result(replace(uow, now=AT), trace_id=TRACE, subject="photo:1", job="test.hear")
    send(event(url="https://points.example/bad.jpg"))
    work(uow)
    check = session.get(MediaCheck, TRACE)
    assert (check.suggestion, check.label, check.decided_at) == ("risky", 20002, AT)
    [push] = pushes(session)
    assert push.outcome == "worked"
    work(uow)
    heard = session.scalars(sqlalchemy.text("SELECT args FROM procrastinate_jobs WHERE task_name = 'test.hear'")).all()
    assert heard == [{"trace_id": TRACE, "subject": "photo:1", "suggestion": "risky"}]


@pytest.mark.parametrize("changes", [{"errcode": -1008, "result": {}}, {"result": None}, {"result": {"suggest": "?"}}])
def test_what_wechat_could_not_judge_is_a_humans(uow, send, event, session, changes):
    service.expect_media_result(replace(uow, now=AT), trace_id=TRACE, subject="photo:1")
    send(event(**changes))
    work(uow)
    assert session.get(MediaCheck, TRACE).suggestion == "review"


def test_a_result_nobody_asked_for_is_waited_with_and_then_ignored(uow, send, event, session):
    before = counted("unknown_trace")
    send(event())
    with pytest.raises(TraceNotKnownYet) as caught:
        work(uow)
    assert caught.value.retryable
    work(uow, after=timedelta(minutes=2))
    [push] = pushes(session)
    assert push.outcome == "unknown_trace"
    assert counted("unknown_trace") == before + 1
    assert queries.find_media_check(session, TRACE) is None


def test_other_events_are_ignored(uow, send, session):
    before = counted("ignored")
    send({"MsgType": "event", "Event": "debug_demo", "FromUserName": "o", "CreateTime": 1, "debug_str": "\x00 \ud800"})
    work(uow)
    assert [push.outcome for push in pushes(session)] == ["ignored"]
    assert counted("ignored") == before + 1


def test_a_push_that_is_gone_is_no_failure(uow):
    service.work_push(uow, push_id=str(UUID(int=5)), person_of=lambda *_: None)


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("stale", {"at": datetime(2001, 9, 9, tzinfo=UTC)}),
        ("stale", {"now": AT + timedelta(seconds=301)}),
        ("signature", {"msg_signature": "0" * 40}),
        ("signature", {"nonce": "n2"}),
        ("garbled", {"body": "<xml><Encrypt>x</Encrypt></xml>", "content_type": "text/xml"}),
        ("garbled", {"body": json.dumps({"MsgType": "event", "Event": "wxa_media_check"})}),
        ("garbled", {"body": b"\xff\x00"}),
        ("garbled", {"event": b"no json"}),
        ("garbled", {"event": b"[]"}),
        ("garbled", {"event": b""}),
    ],
)
def test_what_is_no_push_of_wechats_is_refused_and_counted(send, event, session, reason, change):
    before = counted(reason)
    answer = send(change.pop("event", event()), **change)
    assert (answer.status_code, answer.json["code"]) == (422, "infra.wechat_push_refused")
    assert counted(reason) == before + 1
    assert pushes(session) == []


def test_too_large_a_push_is_not_read(send, event):
    assert send(event(), body=b"x" * (1024 * 1024 + 1)).status_code == 413
    assert send(event(), content_type="image/png").status_code == 415


def test_without_a_token_of_the_console_pushes_are_refused(make_app, client, event):
    bare = make_app()
    bare.extensions[wechat.PUSH] = None
    query = {"timestamp": "1", "nonce": "1", "msg_signature": "x"}
    answer = bare.test_client().post(ROUTE, query_string=query, json={"Encrypt": "x"})
    assert (answer.status_code, answer.json["code"]) == (503, "infra.wechat_not_set_up")


def test_the_real_way_there_and_back(app, uow, client, session, stand_in, make_server):
    """A check asked for at the stand-in; its result pushed over HTTP to a running server of ours."""
    stand_in.world.issue_code(ANNA)
    trace_id = wechat.client().check_media(
        openid=stand_in.world.person(ANNA).openid,
        url="https://points.example/bad.jpg",
        media_type=MediaType.IMAGE,
        scene=ContentScene.FORUM,
    )
    service.expect_media_result(uow, trace_id=trace_id, subject="photo:1")
    stand_in.app.config["PUSH_URL"] = make_server(app) + ROUTE
    with httpx.Client(trust_env=False) as there:
        assert there.post(f"{stand_in.url}/sandbox/media-results").json() == {"pushed": [200]}
    work(uow, after=timedelta(0))
    assert session.get(MediaCheck, trace_id).suggestion == "risky"


def test_what_does_not_come_is_a_humans_after_45_minutes(uow, session):
    service.expect_media_result(uow, trace_id="late", subject="photo:1", job="test.hear")
    service.expect_media_result(replace(uow, now=uow.now + timedelta(minutes=10)), trace_id="young", subject="photo:2")
    later = replace(uow, now=uow.now + timedelta(minutes=46))
    assert [service.time_out_media_checks(later), service.time_out_media_checks(later)] == [1, 0]
    assert session.get(MediaCheck, "late").suggestion == "review"
    assert session.get(MediaCheck, "young").suggestion is None


def test_a_result_that_comes_after_a_human_was_asked_changes_nothing(uow, send, event, session):
    service.expect_media_result(replace(uow, now=AT - timedelta(hours=1)), trace_id=TRACE, subject="photo:1")
    assert service.time_out_media_checks(replace(uow, now=AT)) == 1
    send(event())
    work(uow)
    assert session.get(MediaCheck, TRACE).suggestion == "review"


def test_pushes_are_forgotten_after_seven_days(uow, send, event, session):
    send(event())
    send(event("other-trace"), now=AT + timedelta(seconds=1))
    assert service.purge_pushes(replace(uow, now=AT + timedelta(days=7, seconds=1))) == 1
    assert len(pushes(session)) == 1
