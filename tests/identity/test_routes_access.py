"""Over HTTP, with real tokens: who gets in as what, and what stops counting at once."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.identity.service import freezing
from app.kernel.actor import Role
from tests.identity.conftest import PASSWORD, code_at, headers

BOOK = "/v1/books/meilihua"
REPORTS = f"{BOOK}/reports"  # for clerks (and residents)


@pytest.fixture
def flushed(desk):
    """What the test did directly is there for requests, who see the same transaction."""
    return lambda tokens: (desk.uow.session.flush(), headers(tokens))[1]


def test_a_role_counts_in_its_book_and_in_no_other(client, desk, flushed):
    as_clerk = flushed(desk.holder("王芳", Role.CLERK))
    assert allowed(client, as_clerk)
    me = client.get("/v1/me", headers=as_clerk).json
    assert me["roles"] == ["person"]
    for book in ("anju", "nowhere"):
        assert client.get(f"/v1/books/{book}/reports", headers=as_clerk).status_code == 403


@pytest.mark.parametrize("area", ["meilihua", "street", "district"])
def test_a_role_counts_in_its_area_and_below(client, desk, flushed, area):
    tokens = flushed(desk.holder("王芳", Role.CLERK, area))
    assert allowed(client, tokens)


@pytest.mark.parametrize("area", ["building-1", "anju"])
def test_a_role_beside_or_below_does_not_count(client, desk, flushed, area):
    assert not allowed(client, flushed(desk.holder("王芳", Role.CLERK, area)))


def allowed(client, as_who):
    """Whether they get past the guard of a clerk's route: what is behind it says there is no such book here."""
    answer = client.get(REPORTS, headers=as_who)
    assert answer.status_code in {403, 404}, answer.json
    return answer.status_code == 404


def test_a_role_stops_counting_the_moment_it_ends(client, desk, flushed):
    person_id = desk.person("王芳")
    grant_id = desk.hold(person_id, Role.CLERK)
    tokens = flushed(desk.at_desk(person_id))
    assert allowed(client, tokens)
    desk.uow.session.execute(
        text("UPDATE identity_grants SET ended_by = granted_by, ended_at = now(), ended_why = 'x' WHERE id = :id"),
        {"id": grant_id},
    )
    assert not allowed(client, tokens)


@pytest.mark.parametrize(
    ("starts", "ends", "counts"), [(-1, 1, True), (1, 2, False), (-1, None, True), (None, None, True)]
)
def test_a_role_counts_from_its_beginning(client, desk, flushed, starts, ends, counts):
    now = desk.uow.now
    period = {
        "valid_from": now + timedelta(hours=starts) if starts else None,
        "valid_to": now + timedelta(hours=ends) if ends else None,
    }
    assert allowed(client, flushed(desk.holder("王芳", Role.CLERK, **period))) is counts


def test_a_role_that_is_over_does_not_count(client, desk, flushed):
    earlier = desk.at(timedelta(hours=-3))
    person_id = desk.person("王芳")
    earlier.hold(person_id, Role.CLERK, valid_to=desk.uow.now - timedelta(hours=1))
    assert not allowed(client, flushed(desk.at_desk(person_id)))


def test_a_powerful_role_counts_once_approved_and_at_the_desk_only(client, desk, flushed):
    person_id = desk.person("王芳")
    desk.hold(person_id, Role.TREASURER)
    at_desk, by_telephone = flushed(desk.at_desk(person_id)), flushed(desk.wechat("王芳"))
    path = f"{BOOK}/budgets"
    assert client.get(path, headers=at_desk).status_code == 404
    assert client.get(path, headers=by_telephone).status_code == 403
    desk.uow.session.execute(text("UPDATE identity_grants SET approved_by = NULL, approved_at = NULL"))
    assert client.get(path, headers=at_desk).status_code == 403


def test_a_session_that_was_ended_is_refused_also_with_a_padded_token(client, desk, flushed):
    tokens = desk.wechat("李桂芳")
    signed_in = flushed(tokens)
    assert client.get("/v1/me", headers=signed_in).status_code == 200
    assert client.post("/v1/me/sessions/current/end", headers=signed_in).status_code == 204
    for padding in ("", "=", "=="):
        refused = client.get("/v1/me", headers={"Authorization": f"Bearer {tokens.access_token}{padding}"})
        assert (refused.status_code, refused.json["code"]) == (401, "identity.token_invalid")


def test_a_session_is_refused_when_its_person_is_closed_or_it_is_over(client, desk, flushed):
    signed_in = flushed(desk.wechat("李桂芳"))
    desk.uow.session.execute(text("UPDATE identity_sessions SET expires_at = now()"))
    assert client.get("/v1/me", headers=signed_in).status_code == 401
    desk.uow.session.execute(text("UPDATE identity_sessions SET expires_at = now() + interval '1 day'"))
    assert client.get("/v1/me", headers=signed_in).status_code == 200
    desk.uow.session.execute(text("UPDATE identity_people SET closed_at = now()"))
    assert client.get("/v1/me", headers=signed_in).status_code == 401


def test_an_access_token_of_quarter_of_an_hour_ago_is_refused(client, desk, flushed):
    early = desk.at(timedelta(minutes=-15, seconds=-31)).wechat("李桂芳")
    assert client.get("/v1/me", headers=flushed(early)).status_code == 401
    late = desk.at(timedelta(minutes=-14)).wechat("李桂芳")
    assert client.get("/v1/me", headers=flushed(late)).status_code == 200


def test_a_frozen_account_looks_and_appeals_and_does_nothing_else(client, desk, flushed):
    person_id = desk.person("王芳")
    desk.hold(person_id, Role.CLERK)
    signed_in = flushed(desk.at_desk(person_id))
    frozen = client.post("/v1/me/freeze", headers=signed_in, json={"reason": "手机丢了"})
    assert frozen.status_code == 201
    assert not allowed(client, signed_in)
    assert client.get("/v1/me/freeze", headers=signed_in).json["reason"] == "手机丢了"
    assert client.post("/v1/me/freeze/appeal", headers=signed_in, json={"text": "找到了"}).json["appeal"] == "找到了"
    freezing.thaw_account(desk.uow, person_id=person_id, reason="x")
    assert allowed(client, flushed(desk.at_desk(person_id)))


def test_administrators_work_over_http(client, desk, flushed):
    first, second = (flushed(desk.holder(name, Role.ADMIN)) for name in ("管理员甲", "管理员乙"))
    invited = client.post("/v1/staff", headers=first, json={"name": "王芳", "username": "wang.fang"})
    assert invited.status_code == 201
    person_id, area_id = invited.json["person_id"], str(desk.areas.id("meilihua"))
    asked = {"person_id": person_id, "role": "treasurer", "area_id": area_id, "reason": "会计"}
    granted = client.post("/v1/grants", headers=first, json=asked)
    assert (granted.status_code, granted.json["approved_at"]) == (201, None)
    approve = f"/v1/grants/{granted.json['id']}/approve"
    assert client.post(approve, headers=first).json["code"] == "identity.grant_by_same"
    assert client.post(approve, headers=second).json["approved_at"] is not None
    listed = client.get(f"/v1/grants?area_id={area_id}", headers=first).json["items"]
    assert person_id in {each["person_id"] for each in listed}
    ended = client.post(f"/v1/grants/{granted.json['id']}/end", headers=second, json={"reason": "调走"})
    assert ended.json["ended_why"] == "调走"
    assert client.get("/v1/grants", headers=first).status_code == 422
    assert client.get("/v1/people?phone=13800005678", headers=first).status_code == 404


def test_staff_get_in_over_http_from_the_invitation_on(client, desk, flushed):
    admin = flushed(desk.holder("管理员甲", Role.ADMIN))
    token = client.post("/v1/staff", headers=admin, json={"name": "王芳", "username": "wang.fang"}).json["token"]
    prepared = client.post("/v1/invitations/prepare", json={"token": token, "password": PASSWORD}).json
    now = desk.uow.now
    confirm = {"token": token, "totp": code_at(prepared["secret"], now)}
    codes = client.post("/v1/invitations/confirm", json=confirm).json["recovery_codes"]
    asked = {"username": "wang.fang", "password": PASSWORD, "recovery_code": codes[0]}
    tokens = client.post("/v1/sessions/desk", json=asked)
    assert tokens.status_code == 201
    signed_in = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    assert client.get("/v1/me/sessions", headers=signed_in).json["items"][0]["is_this"] is True
    for wrong in ({"recovery_code": codes[0]}, {"password": "wrong-password-1"}, {"username": "nobody"}):
        refused = client.post("/v1/sessions/desk", json={**asked, **wrong})
        assert (refused.status_code, refused.json["code"]) == (401, "identity.sign_in_refused")
    both = client.post("/v1/sessions/desk", json={**asked, "totp": "123456"})
    assert both.status_code == 422
    again = client.post("/v1/sessions/refresh", json={"refresh_token": tokens.json["refresh_token"]})
    assert again.json["session_id"] == tokens.json["session_id"]


def test_tries_are_counted_by_what_is_typed_and_the_answer_says_when_to_come_back(client, desk):
    desk.uow.session.flush()
    name = f"w{uuid.uuid4().hex[:20]}"
    asked = {"username": name, "password": "wrong-password-1", "totp": "123456"}
    statuses = [client.post("/v1/sessions/desk", json=asked).status_code for _ in range(22)]
    assert statuses[:5] == [401] * 5
    assert set(statuses[5:]) == {429}
    limited = client.post("/v1/sessions/desk", json=asked)
    assert limited.json["code"] == "web.too_often"
    assert 1 <= int(limited.headers["Retry-After"]) <= 600


def test_a_resident_signs_in_with_a_code_of_wechat_which_is_good_once(client, stand_in):
    code = stand_in.world.issue_code("王秀英")
    asked = {"code": code, "install_id": f"installation-{uuid.uuid4()}", "model": "HUAWEI Mate 60"}
    signed_in = client.post("/v1/sessions/wechat", json=asked)
    assert signed_in.status_code == 201, signed_in.json
    assert {"openid", "session_key", "unionid"}.isdisjoint(signed_in.json)
    again = client.post("/v1/sessions/wechat", json=asked)
    assert (again.status_code, again.json["code"]) == (422, "infra.wechat_code_used")
    sneaked = client.post("/v1/sessions/wechat", json={**asked, "openid": "o-1"})
    assert sneaked.status_code == 422


def test_a_number_that_wechat_verified_is_bound_and_one_for_another_mini_program_is_not(client, stand_in):
    login = {"code": stand_in.world.issue_code("王秀英"), "install_id": f"installation-{uuid.uuid4()}"}
    tokens = client.post("/v1/sessions/wechat", json=login).json
    signed_in = {"Authorization": f"Bearer {tokens['access_token']}"}
    code = stand_in.world.issue_code("王秀英", kind="phone")
    bound = client.post("/v1/me/phone", headers=signed_in, json={"phone_code": code})
    assert bound.json == {"phone": f"138****{stand_in.world.person('王秀英').phone[-4:]}"}
    again = client.post("/v1/me/phone", headers=signed_in, json={"phone_code": code})
    assert (again.status_code, again.json["code"]) == (422, "infra.wechat_code_used")
    assert client.post("/v1/me/phone/release", headers=signed_in).status_code == 204


def test_without_wechat_signing_in_says_so(client):
    asked = {"code": "x", "install_id": f"installation-{uuid.uuid4()}"}
    refused = client.post("/v1/sessions/wechat", json=asked)
    assert (refused.status_code, refused.json["code"]) == (503, "infra.wechat_not_set_up")


def test_one_installation_is_limited_and_an_address_more_loosely(client):
    asked = {"code": "x", "install_id": f"installation-{uuid.uuid4()}"}
    statuses = [client.post("/v1/sessions/wechat", json=asked).status_code for _ in range(11)]
    assert statuses == [503] * 10 + [429]
    other = {**asked, "install_id": f"installation-{uuid.uuid4()}"}
    assert client.post("/v1/sessions/wechat", json=other).status_code == 503
