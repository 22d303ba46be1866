"""Consents are withdrawn, at WeChat Pay or here, and severed when the account is closed; refusals that it can read."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.identity.service import closing
from app.infra.vault import vault
from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.mall import service
from app.mall.models import Earn
from app.mall.routes import HEADERS
from app.mall.service.reporting import claim_report
from app.mall.terms import CALLBACK_BYTES_MAX, EarnState, ReportState
from sandbox.wechatpay.world import APPID, SIGNTEST
from tests.mall.conftest import NUMBER, OPENID, work_earn

INDEX = text("SELECT openid_index, openid_sealed FROM mall_earns")


def owner(story):
    """Whoever is behind OPENID."""
    known = {"openid": vault().index(OPENID, kind=f"openid:{APPID}")}
    find = text("SELECT person_id FROM identity_wechat_users WHERE openid_index = :openid")
    person = story.uow.session.scalar(find, known)
    return replace(story.uow, actor=Actor(person, frozenset({Role.PERSON}), person_id=person))


def withdrawn_here(story):
    service.withdraw_own_consent(owner(story))


def withdrawn_there(story):
    story.mall.now = lambda: story.uow.now
    story.tell(story.mall.deactivate(OPENID))


@pytest.mark.parametrize("withdraw", [withdrawn_here, withdrawn_there])
def test_after_it_is_withdrawn_payments_earn_nothing_and_those_before_do(story, live_in, withdraw):
    live_in()
    story.mall.now = lambda: story.uow.now
    story.consent()
    story.pay()
    story.work()
    later = story.at(hours=1)
    withdraw(later)
    later.pay(number="4200002")
    later.work()
    assert (story.earn().state, later.earn("4200002").state) == (EarnState.PENDING, EarnState.PARKED)
    assert later.earn("4200002").reason == "consent_missing"
    paid = story.at(days=8)
    paid.work()
    assert (story.earn().state, paid.earn("4200002").state) == (EarnState.AWARDED, EarnState.REVIEW)


def test_an_older_consent_that_comes_late_counts_nothing_and_a_newer_one_does(story, live_in):
    live_in()
    story.mall.now = lambda: story.uow.now
    late = story.mall.activate(OPENID)
    hour = story.at(hours=1)
    withdrawn_here(hour)
    hour.tell(late)
    assert service.show_own_consent(owner(hour)).withdrawn_at == hour.uow.now
    two = story.at(hours=2)
    two.mall.now = lambda: two.uow.now
    two.consent()
    assert service.show_own_consent(owner(two)) == (two.uow.now, None)
    hour.tell(story.mall.activate(OPENID) | {"create_time": "soon"})  # says no time: it counts as now
    assert service.show_own_consent(owner(two)).withdrawn_at is None


def test_withdrawn_again_and_by_nobody_changes_nothing(story, live_in):
    assert service.withdraw_own_consent(story.uow) == (None, None)
    live_in()
    story.consent()
    first = service.withdraw_own_consent(owner(story))
    assert service.withdraw_own_consent(owner(story.at(hours=1))) == first
    assert first.withdrawn_at == story.uow.now


def test_over_http_it_is_ones_own(client, bearer, story, live_in):
    live_in()
    story.consent()
    story.uow.session.flush()
    who = bearer(Role.PERSON, person_id=owner(story).actor.id)
    assert client.get("/v1/me/mall-consent", headers=who).json["withdrawn_at"] is None
    assert client.post("/v1/me/mall-consent/withdraw", headers=who).json["withdrawn_at"] is not None
    assert client.get("/v1/me/mall-consent", headers=bearer(Role.PERSON)).json == {
        "given_at": None,
        "withdrawn_at": None,
    }


def test_closing_an_account_severs_what_was_paid_from_it(story, live_in):
    live_in()
    story.consent()
    story.pay()
    story.work()
    story.pay(number="4200002", openid="o-another")
    person = owner(story).actor.id
    closing.close_account(story.uow, person_id=person)
    queued = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'mall.forget_person'")
    for arguments in story.uow.session.scalars(queued).all():
        told = {name: arguments[name] for name in ("appid", "openid_index")}
        JOBS["mall.forget_person"](story.uow, **told)
    assert story.uow.session.scalar(text("SELECT count(*) FROM mall_consents")) == 0
    earn, other = story.earn(), story.earn("4200002")
    assert (earn.openid_index, earn.openid_sealed, earn.amount_fen) == (b"", b"", 10_000)
    assert other.openid_index
    assert claim_report(story.uow) == []


def test_a_report_that_cannot_name_the_payer_any_more_ends(story, live_in):
    live_in()
    story.consent()
    story.pay()
    work_earn(story.uow)
    service.forget_person(story.uow, appid=APPID, openid_index=story.earn().openid_index.hex())
    story.uow.session.expire_all()
    assert claim_report(story.uow) == []
    assert story.earn().report == ReportState.FAILED


# --- what WeChat Pay reads


@pytest.mark.parametrize(
    ("what", "status"), [("probe", 401), ("stale", 401), ("garbled", 422), ("large", 413), ("form", 415)]
)
def test_refusals_name_a_code_and_a_message(client, story, what, status):
    story.mall.now = lambda: story.uow.now
    change = {"amount": "much"} if what == "garbled" else {}
    body = json.dumps(story.mall.pay(OPENID, NUMBER, 10_000, "4200001", change=change)).encode()
    at = story.uow.now - timedelta(hours=what == "stale")
    headers = story.mall.sign(body, at=at) | {"Linli-Demo-Clock": story.uow.now.isoformat()}
    if what == "probe":
        headers["Wechatpay-Signature"] = SIGNTEST + headers["Wechatpay-Signature"]
    if what == "form":
        headers["Content-Type"] = "text/html"
    answer = client.post(
        "/v1/wechatpay/mall", headers=headers, data=body + b" " * CALLBACK_BYTES_MAX * (what == "large")
    )
    assert answer.status_code == status
    assert answer.json["code"] not in {"", "SUCCESS"}
    assert answer.json["message"] == answer.json["detail"]
    assert story.uow.session.query(Earn).count() == 0
    assert set(HEADERS) <= headers.keys()


# --- quotas


def test_above_the_quota_it_is_told_a_little_later(story, live_in):
    live_in()
    story.consent()
    story.mall.quota = 1
    for number in ("4200001", "4200002"):
        story.pay(number=number)
    story.work()
    reports = {story.earn(number).report for number in ("4200001", "4200002")}
    assert reports == {ReportState.SENT, ReportState.QUEUED}
    later = story.at(minutes=2)
    later.mall.now = lambda: later.uow.now
    later.work()
    assert {story.earn(number).report for number in ("4200001", "4200002")} == {ReportState.SENT}
    assert len(story.mall.told) == 2


def test_an_older_withdrawal_that_comes_late_counts_nothing(story, live_in):
    live_in()
    story.mall.now = lambda: story.uow.now
    story.consent()
    hour, two = story.at(hours=1), story.at(hours=2)
    hour.mall.now = lambda: hour.uow.now
    late = hour.mall.deactivate(OPENID)
    two.mall.now = lambda: two.uow.now
    two.consent()
    two.tell(late)
    assert service.show_own_consent(owner(two)) == (two.uow.now, None)
