"""Over HTTP: what a child's guardian and an elder's helper do for their ward. Allowed, recorded, and over in time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.identity.service import guardianships, signing_in
from app.identity.service.consents import TEXTS
from app.identity.terms import GuardianKind
from app.kernel.actor import Role
from app.web.refusals import AccountPaused
from tests.architecture.test_routes import address, guarded
from tests.identity import estate as estates
from tests.identity.conftest import headers

KINDS = list(GuardianKind)
GUARDIAN_PHONE = "13900001234"
CONSENTS, HOMES = "/v1/me/consents", "/v1/me/residencies"
PRIVACY = {"text": "privacy", "version": TEXTS["privacy"].version}


@pytest.fixture
def estate(desk):
    return estates.build(desk)


@pytest.fixture
def guardian(desk):
    """Somebody with a telephone, who may act for others."""
    tokens = desk.wechat("王秀英")
    signing_in.bind_phone(desk.as_person(tokens.person_id), phone=GUARDIAN_PHONE)
    desk.uow.session.flush()
    return tokens


@pytest.fixture
def ward_of(desk, estate, guardian):
    """Make a ward of this kind: a child the clerk made, for this book; or an elder who chose his helper, everywhere."""

    def make(kind, *, over=False):
        then = desk.at(timedelta(days=-2)) if over else desk
        given = {"guardian_phone": GUARDIAN_PHONE, "reason": "家人"}
        given["valid_to"] = desk.uow.now + timedelta(days=-1 if over else 1)
        if kind is GuardianKind.HELPER:
            ward_id = desk.person("李奶奶")
            guardianships.choose_helper(then.as_person(ward_id), **given)
        else:
            clerk = then.as_person(UUID(int=5), Role.CLERK)
            ward_id = guardianships.open_ward(clerk, book=estate.book, name="小明", kind=kind, **given).ward_id
        desk.uow.session.flush()
        return ward_id

    return make


def acting(guardian, ward_id):
    return headers(guardian) | {"Linli-Acting-For": str(ward_id)}


def settle(estate, ward_id):
    """The ward lives here, and has earned something."""
    home = estate.homes.claim(ward_id)
    estate.homes.confirm_directly(str(home.residency.id), ward_id)
    estate.acts.award(ward_id, 50)


def recorded(desk):
    rows = desk.uow.session.execute(text("SELECT guardian_id, ward_id, route FROM identity_proxy_acts ORDER BY id"))
    return [tuple(row) for row in rows]


def own_acts(desk, estate):
    """Everything that is the person's own and may be done for him: method, path, body, status."""
    claim = {"area_id": str(desk.areas.id("building-1")), "room": "501", "relation": "family", "name": "小明"}
    return [
        ("POST", CONSENTS, PRIVACY, 201),
        ("GET", CONSENTS, None, 200),
        ("POST", f"{CONSENTS}/withdraw", {"text": "privacy"}, 201),
        ("POST", HOMES, claim, 201),
        ("GET", HOMES, None, 200),
        ("POST", f"{HOMES}/<uuid:residency_id>/withdraw", None, 200),
    ]


def do(client, who, acts):
    """Do all of them in their order; answers the replies."""
    residency_id, answers = str(UUID(int=1)), []
    for method, path, body, _ in acts:
        sent = path.replace("<uuid:residency_id>", residency_id)
        answers.append(client.open(sent, method=method, headers=who, json=body))
        if (method, path) == ("POST", HOMES):
            residency_id = answers[-1].json.get("id", residency_id)
    return answers


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_the_wards_own_is_done_for_him_as_his_and_recorded(client, desk, estate, guardian, ward_of, kind):
    ward_id = ward_of(kind)
    acts = own_acts(desk, estate)
    answers = do(client, acting(guardian, ward_id), acts)
    assert [answer.status_code for answer in answers] == [status for *_, status in acts], answers[0].text
    done = [(guardian.person_id, ward_id, f"POST {path}") for method, path, *_ in acts if method == "POST"]
    assert recorded(desk) == done
    assert answers[0].json["acted_by"] == str(guardian.person_id)
    assert [each["name"] for each in answers[4].json["items"]] == ["小明"]
    for own in (CONSENTS, HOMES):  # the guardian's own stay as they were
        assert client.get(own, headers=headers(guardian)).json["items"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_it_is_refused_when_the_time_is_over(client, desk, estate, guardian, ward_of, kind):
    ward_id = ward_of(kind, over=True)
    answers = do(client, acting(guardian, ward_id), own_acts(desk, estate))
    assert {(answer.status_code, answer.json["code"]) for answer in answers} == {(403, "identity.not_guardian")}
    assert recorded(desk) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_ward_pays_reports_and_reads_his_passbook_by_proxy(client, desk, estate, guardian, ward_of, kind):
    ward_id = ward_of(kind)
    settle(estate, ward_id)
    who, book = acting(guardian, ward_id), f"/v1/books/{estate.book}"
    shown = client.get(f"{book}/passbook", headers=who)
    assert (shown.json["owner_id"], shown.json["available"]) == (str(ward_id), 50)
    code = client.post(f"{book}/passbook/codes", headers=who)
    report = client.post(f"{book}/reports", headers=who, json={"text": "路灯不亮", "place": "1号楼"})
    assert (code.status_code, report.status_code) == (201, 201), report.text
    assert recorded(desk) == [
        (guardian.person_id, ward_id, "POST /v1/books/<book>/passbook/codes"),
        (guardian.person_id, ward_id, "POST /v1/books/<book>/reports"),
    ]
    assert client.get(f"{book}/passbook", headers=headers(guardian)).status_code == 403  # as himself he lives nowhere


@pytest.mark.parametrize("whose", ["ward", "guardian"])
def test_from_a_paused_account_nothing_is_paid_by_proxy_and_everything_is_read(
    client, desk, estate, guardian, ward_of, whose
):
    ward_id = ward_of(KINDS[0])
    settle(estate, ward_id)
    paused = text("UPDATE identity_people SET paused_at = now(), paused_case = id WHERE id = :id")
    desk.uow.session.execute(paused, {"id": {"ward": ward_id, "guardian": guardian.person_id}[whose]})
    who, book = acting(guardian, ward_id), f"/v1/books/{estate.book}"
    assert client.post(f"{book}/passbook/codes", headers=who).json["code"] == AccountPaused.code
    assert client.get(f"{book}/passbook", headers=who).json["available"] == 50


@pytest.mark.parametrize("kind", KINDS)
def test_every_route_of_a_resident_opens_by_proxy_and_none_when_the_time_is_over(
    app, client, estate, guardian, ward_of, kind
):
    """The walk: a body no route takes, so that whoever gets past the guard does nothing."""
    ward_id, late_id = ward_of(kind), ward_of(kind, over=True) if kind is GuardianKind.CHILD else None
    settle(estate, ward_id)
    walked = 0
    for path, method, view in guarded(app):
        if Role.RESIDENT not in view.roles or "<book>" not in path:
            continue
        walked += 1
        body, where = ({"?": 1} if method != "GET" else None), address(path, book=estate.book)
        may = client.open(where, method=method, headers=acting(guardian, ward_id), json=body, query_string="?=1")
        assert may.status_code not in {401, 403, 500}, f"{method} {path}: {may.text}"
        if late_id is not None:
            over = client.open(where, method=method, headers=acting(guardian, late_id), json=body, query_string="?=1")
            assert (over.status_code, over.json["code"]) == (403, "identity.not_guardian"), path
    assert walked > 10


def test_one_telephone_shows_twenty_codes_a_minute_for_all_its_wards_together(client, desk, estate, guardian, ward_of):
    wards = [ward_of(kind) for kind in KINDS]
    for ward_id, room in zip(wards, ("501", "502"), strict=True):
        home = estate.homes.claim(ward_id, room=room)
        estate.homes.confirm_directly(str(home.residency.id), ward_id)
    codes = f"/v1/books/{estate.book}/passbook/codes"
    sessions = [guardian, desk.wechat("王秀英")]  # signed in once more on the same telephone
    desk.uow.session.flush()
    answers = [client.post(codes, headers=acting(sessions[number % 3 % 2], wards[number % 2])) for number in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [201] * 20
    assert answers[20].json["code"] == "web.too_often"
    assert 1 <= int(answers[20].headers["Retry-After"]) <= 60
    elder = headers(desk.wechat("李奶奶", install="installation-of-elder"))
    assert client.post(codes, headers=elder).json["code"] != "web.too_often"  # from another one


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.TREASURER, "/v1/books/meilihua/imports?budget_id=00000000-0000-0000-0000-000000000001"),
        (Role.ADMIN, "/v1/books/meilihua/areas/imports"),
        (Role.DISTRICT, "/v1/areas/imports"),
    ],
)
def test_files_are_taken_thirty_times_in_ten_minutes_from_one_account_wherever_it_sits(client, desk, role, path):
    holder = desk.holder("王芳", role, "district" if role is Role.DISTRICT else "meilihua")
    other = desk.at_desk(holder.person_id)
    desk.uow.session.flush()

    def send(tokens):
        return client.post(path, headers=headers(tokens), data=b"", content_type="text/csv").json["code"]

    assert {send(tokens) for tokens in (holder, other) for _ in range(15)} == {"web.upload_empty"}
    assert (send(holder), send(other)) == ("web.too_often", "web.too_often")


def test_whoever_has_signed_in_scans_a_posted_code(client, guardian):
    answer = client.post("/v1/qr/scans", headers=headers(guardian), json={"scene": "p.0.1.0"})
    assert (answer.status_code, answer.json["code"]) == (404, "places.qr_invalid")
