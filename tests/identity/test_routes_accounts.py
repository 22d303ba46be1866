"""Over HTTP: closing, taking one's data along, consents, and acting for somebody else."""

import json
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.identity.service import freezing, guardianships, signing_in
from app.identity.service.consents import TEXTS
from app.kernel.actor import Role
from tests.architecture.test_routes import address, views
from tests.identity.conftest import headers

PHONE = "13800005678"
PRIVACY = {"text": "privacy", "version": TEXTS["privacy"].version}
CONSENTS = "/v1/me/consents"


@pytest.fixture
def flushed(desk):
    """What the test did directly is there for requests, who see the same transaction."""
    return lambda tokens: (desk.uow.session.flush(), headers(tokens))[1]


@pytest.fixture
def helped(desk):
    """An elder and her daughter, who may act for her everywhere: two sets of tokens."""
    elder, daughter = desk.wechat("奶奶", install="installation-of-elder"), desk.wechat("女儿")
    signing_in.bind_phone(desk.as_person(daughter.person_id), phone=PHONE)
    desk.uow.session.flush()
    given = {"guardian_phone": PHONE, "reason": "女儿", "valid_to": None}
    guardianships.choose_helper(desk.as_person(elder.person_id), **given)
    desk.uow.session.flush()
    return elder, daughter


def acting(daughter, elder):
    return headers(daughter) | {"Linli-Acting-For": str(elder.person_id)}


def recorded(desk):
    return desk.uow.session.execute(text("SELECT * FROM identity_proxy_acts ORDER BY id")).all()


def test_closing_signs_out_at_once(client, desk, flushed):
    signed_in = flushed(desk.wechat("李桂芳"))
    refused = client.post("/v1/me/close", headers=signed_in, json={"confirm": "是的"})
    assert (refused.status_code, refused.json["code"]) == (422, "identity.closing_unconfirmed")
    closing = client.post("/v1/me/close", headers=signed_in, json={"confirm": "注销"})
    assert closing.status_code == 200
    assert closing.json["closes_at"].endswith("+08:00")
    assert client.get("/v1/me", headers=signed_in).status_code == 401
    assert client.get("/v1/me", headers=flushed(desk.wechat("李桂芳"))).status_code == 200


def test_all_that_is_held_comes_as_one_file_without_secrets(client, desk, flushed, helped):
    elder, daughter = helped
    signed_in = headers(daughter)
    desk.hold(daughter.person_id, Role.CLERK)
    assert client.post(CONSENTS, headers=acting(daughter, elder), json=PRIVACY).status_code == 201
    assert client.post(CONSENTS, headers=signed_in, json=PRIVACY).status_code == 201
    freezing.freeze_own_account(desk.as_person(daughter.person_id), reason="丢了")
    desk.uow.session.flush()
    answer = client.get("/v1/me/data", headers=signed_in)  # also while it is frozen
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="linli-account.json"'
    data = json.loads(answer.text)
    assert data["account"]["phone"] == PHONE
    assert data["account"]["wechat"] == [{"app_id": "wx0123456789abcdef", "bound_at": data["account"]["registered_at"]}]
    counts = {name: len(rows) for name, rows in data.items() if isinstance(rows, list) and name != "passbooks"}
    one_each = dict.fromkeys(
        ("devices", "sessions", "grants", "freezes", "consents", "guardianships", "proxy_acts", "risk_ranks"), 1
    )
    assert counts == one_each | dict.fromkeys(("residencies", "relatives", "books", "risk_decisions", "photos"), 0)
    assert data["proxy_acts"][0]["ward_id"] == str(elder.person_id)
    assert "openid" not in answer.text
    assert "seed" not in answer.text
    assert set(data) == set(client.get("/openapi.json").json["components"]["schemas"]["OwnDataOut"]["properties"])


def test_a_demonstrations_token_has_no_account_to_take_along_or_close(client, bearer):
    signed_in = bearer(Role.PERSON)
    for answer in (
        client.get("/v1/me/data", headers=signed_in),
        client.post("/v1/me/close", headers=signed_in, json={"confirm": "注销"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (404, "identity.person_missing")


def test_a_long_export_is_whole(client, desk, flushed):
    tokens = desk.wechat("李桂芳")
    for _ in range(250):
        desk.at_desk(tokens.person_id)
    data = json.loads(client.get("/v1/me/data", headers=flushed(tokens)).text)
    assert len({each["id"] for each in data["sessions"]}) == 251


def test_texts_are_read_before_signing_in_and_agreed_to_after(client, desk, flushed):
    texts = client.get("/v1/consent-texts").json["items"]
    assert {each["text"] for each in texts} == set(TEXTS)
    signed_in = flushed(desk.wechat("李桂芳"))
    for each in texts:
        asked = {"text": each["text"], "version": each["version"]}
        assert client.post(CONSENTS, headers=signed_in, json=asked).json["act"] == "given"
    old = client.post(CONSENTS, headers=signed_in, json={**PRIVACY, "version": "1"})
    assert (old.status_code, old.json["code"]) == (409, "identity.consent_version_old")
    back = client.post(f"{CONSENTS}/withdraw", headers=signed_in, json={"text": "privacy"})
    assert back.json["act"] == "withdrawn"
    listed = client.get(CONSENTS, headers=signed_in).json["items"]
    assert [each["act"] for each in listed] == ["withdrawn", *["given"] * len(texts)]


def test_a_helper_acts_as_the_elder_and_each_act_is_recorded(client, desk, helped):
    elder, daughter = helped
    me = client.get("/v1/me", headers=acting(daughter, elder))
    assert me.json["id"] == str(elder.person_id)
    assert recorded(desk) == []  # looking is no act
    given = client.post(
        CONSENTS, headers=acting(daughter, elder) | {"X-Request-Id": "request-of-daughter"}, json=PRIVACY
    )
    assert given.json["acted_by"] == str(daughter.person_id)
    (seen,) = recorded(desk)
    assert (seen.guardian_id, seen.ward_id, seen.session_id) == (
        daughter.person_id,
        elder.person_id,
        daughter.session_id,
    )
    assert (seen.route, seen.request_id) == ("POST /v1/me/consents", "request-of-daughter")
    for who, side in ((elder, "ward"), (daughter, "guardian")):
        shown = client.get(f"/v1/me/proxy-acts?side={side}", headers=headers(who)).json["items"]
        assert [each["route"] for each in shown] == ["POST /v1/me/consents"]
    assert client.get(CONSENTS, headers=headers(daughter)).json["items"] == []
    assert len(client.get(CONSENTS, headers=headers(elder)).json["items"]) == 1


def test_the_record_is_there_if_and_only_if_the_act_is(client, desk, helped):
    elder, daughter = helped
    keyed = acting(daughter, elder) | {"Idempotency-Key": str(uuid4())}
    refused = client.post(CONSENTS, headers=acting(daughter, elder), json={**PRIVACY, "version": "1"})
    assert (refused.status_code, recorded(desk)) == (409, [])
    assert client.post(CONSENTS, headers=keyed, json=PRIVACY).status_code == 201
    assert client.post(CONSENTS, headers=keyed, json=PRIVACY).headers["Idempotency-Replayed"] == "true"
    assert len(recorded(desk)) == 1
    assert client.post(CONSENTS, headers=headers(elder), json=PRIVACY).status_code == 201  # herself
    assert len(recorded(desk)) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/me/close", {"confirm": "注销"}),
        ("GET", "/v1/me/data", None),
        ("GET", "/v1/me/sessions", None),
        ("POST", "/v1/me/sessions/current/end", None),
        ("POST", "/v1/me/freeze", {"reason": "x"}),
        ("POST", "/v1/me/phone", {"phone_code": "x"}),
        ("POST", "/v1/me/guardianships", {"guardian_phone": PHONE, "reason": "x"}),
        ("GET", "/v1/me/proxy-acts", None),
    ],
)
def test_what_is_the_persons_own_nobody_does_for_him(client, desk, helped, method, path, body):
    elder, daughter = helped
    refused = client.open(path, method=method, headers=acting(daughter, elder), json=body)
    assert (refused.status_code, refused.json["code"]) == (403, "web.not_by_proxy")
    assert recorded(desk) == []


def test_of_all_that_is_a_persons_own_only_consents_and_homes_are_told_by_others(app, client, helped):
    """The walk: what is for Role.PERSON alone is refused to who acts for him, unless the document offers the header."""
    elder, daughter = helped
    paths = client.get("/openapi.json").json["paths"]
    offered = set()
    for path, method, view in views(app):
        if getattr(view, "roles", None) != {Role.PERSON}:
            continue
        told = paths[re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)][method.lower()]["parameters"]
        if any(each.get("name") == "Linli-Acting-For" for each in told):
            offered.add((method, path))
            continue
        answer = client.open(
            address(path), method=method, headers=acting(daughter, elder), json={} if method != "GET" else None
        )
        assert (answer.status_code, answer.json["code"]) == (403, "web.not_by_proxy"), path
    homes = "/v1/me/residencies"
    assert offered == {
        *(("GET", CONSENTS), ("POST", CONSENTS), ("POST", f"{CONSENTS}/withdraw")),
        *(("GET", homes), ("POST", homes), ("POST", f"{homes}/<uuid:residency_id>/withdraw")),
    }


def test_the_roles_of_neither_come_along(client, desk, helped):
    elder, daughter = helped
    reports = "/v1/books/meilihua/reports"
    for person_id in (elder.person_id, daughter.person_id):
        desk.hold(person_id, Role.CLERK)
    assert (
        client.get(reports, headers=headers(daughter)).status_code == 404
    )  # past the guard; there is no such book here
    refused = client.get(reports, headers=acting(daughter, elder))
    assert (refused.status_code, refused.json["code"]) == (403, "web.role_denied")


def test_without_a_guardianship_in_force_nobody_acts(client, desk, helped, flushed, bearer):
    elder, daughter = helped
    stranger = flushed(desk.wechat("外人", install="installation-of-stranger"))

    def refused(who, person_id, path="/v1/me"):
        answer = client.get(path, headers=who | {"Linli-Acting-For": str(person_id)})
        return (answer.status_code, answer.json.get("code")) == (403, "identity.not_guardian")

    assert refused(stranger, elder.person_id)
    assert refused(headers(daughter), daughter.person_id)
    assert refused(headers(elder), daughter.person_id)
    assert refused(headers(daughter), uuid4())
    assert refused(bearer(Role.CLERK), elder.person_id)  # a demonstration's token is nobody's guardian
    assert not refused(headers(daughter), elder.person_id)
    freezing.freeze_own_account(desk.as_person(daughter.person_id), reason="x")
    desk.uow.session.flush()
    assert refused(headers(daughter), elder.person_id)  # a lost telephone harms nobody else either
    freezing.thaw_account(desk.uow, person_id=daughter.person_id, reason="x")
    desk.uow.session.flush()
    assert not refused(headers(daughter), elder.person_id)
    desk.uow.session.execute(
        text("UPDATE identity_people SET closed_at = now() WHERE id = :id"), {"id": elder.person_id}
    )
    assert refused(headers(daughter), elder.person_id)


def test_it_stops_the_moment_it_is_ended(client, desk, helped):
    elder, daughter = helped
    (shown,) = client.get("/v1/me/guardianships", headers=headers(elder)).json["items"]
    end = f"/v1/me/guardianships/{shown['guardianship']['id']}/end"
    assert client.post(end, headers=headers(elder), json={"reason": "不用了"}).status_code == 200
    assert client.get("/v1/me", headers=acting(daughter, elder)).status_code == 403
    again = client.post(
        "/v1/me/guardianships", headers=headers(elder), json={"guardian_phone": PHONE, "reason": "女儿"}
    )
    assert again.status_code == 201
    assert client.get("/v1/me", headers=acting(daughter, elder)).status_code == 200


@pytest.mark.parametrize("value", ["", "x", "0", "{id}0", "{id},{id}", "{{{id}}}"])
def test_the_header_is_an_id_or_nothing(client, desk, helped, value):
    elder, daughter = helped
    asked = headers(daughter) | {"Linli-Acting-For": value.format(id=elder.person_id)}
    answer = client.get("/v1/me", headers=asked)
    assert (answer.status_code, answer.json["code"]) == (422, "web.acting_for_malformed")


def test_a_guardianship_of_one_book_counts_there_only(client, desk, flushed):
    clerk, guardian = desk.holder("王芳", Role.CLERK), desk.wechat("妈妈")
    signing_in.bind_phone(desk.as_person(guardian.person_id), phone=PHONE)
    asked = {"name": "小明", "guardian_phone": PHONE, "kind": "child", "reason": "母亲"}
    made = client.post("/v1/books/meilihua/wards", headers=flushed(clerk), json=asked)
    assert made.status_code == 201
    as_child = headers(guardian) | {"Linli-Acting-For": made.json["ward_id"]}
    codes = {
        book: client.get(f"/v1/books/{book}/reports", headers=as_child).json["code"] for book in ("meilihua", "anju")
    }
    assert codes == {"meilihua": "web.role_denied", "anju": "identity.not_guardian"}  # a child who lives nowhere yet
    assert client.get("/v1/me", headers=as_child).json["name"] == "小明"
    listed = client.get("/v1/books/meilihua/guardianships", headers=headers(clerk)).json["items"]
    assert [each["ward_name"] for each in listed] == ["小明"]
    end = f"/v1/books/meilihua/guardianships/{made.json['id']}/end"
    assert client.post(end, headers=headers(clerk), json={"reason": "x"}).status_code == 200
    assert client.get("/v1/me", headers=as_child).status_code == 403
    twice = client.post(end, headers=headers(clerk), json={"reason": "x"})
    assert (twice.status_code, twice.json["code"]) == (409, "identity.guardianship_ended")


def test_trying_numbers_is_limited(client, desk, flushed):
    signed_in = flushed(desk.wechat(f"李桂芳-{uuid4()}"))
    asked = {"guardian_phone": "13700000000", "reason": "x"}
    statuses = [client.post("/v1/me/guardianships", headers=signed_in, json=asked).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]


def test_a_guardianship_that_is_over_does_not_count(client, desk, helped):
    elder, daughter = helped
    desk.uow.session.execute(
        text("UPDATE identity_guardianships SET ended_at = now(), ended_by = :id, ended_why = 'x'"), {"id": UUID(int=5)}
    )
    assert client.get("/v1/me", headers=acting(daughter, elder)).status_code == 403
    earlier = desk.at(timedelta(days=-2))
    given = {"guardian_phone": PHONE, "reason": "x", "valid_to": desk.uow.now - timedelta(days=1)}
    guardianships.choose_helper(earlier.as_person(elder.person_id), **given)
    desk.uow.session.flush()
    assert client.get("/v1/me", headers=acting(daughter, elder)).status_code == 403
