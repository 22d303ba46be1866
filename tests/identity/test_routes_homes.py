"""Over HTTP, with real tokens: from a claim to one's own passbook, and who may do what at the grid worker's desk."""

import json
from uuid import UUID

import pytest

from app.identity import terms
from app.identity.service import freezing, signing_in
from app.kernel.actor import Role
from app.kernel.periods import local_date
from tests.identity import estate as estates
from tests.identity.conftest import headers
from tests.identity.estate import PHONE
from tests.points.neighbours import Pair

OWN = "/v1/me/residencies"


@pytest.fixture
def estate(desk):
    return estates.build(desk)


@pytest.fixture
def flushed(desk):
    return lambda tokens: (desk.uow.session.flush(), headers(tokens))[1]


@pytest.fixture
def worker(desk, estate, flushed):
    """A grid worker of grid-1 only."""
    return flushed(desk.holder("网格员", Role.GRID_WORKER, "grid-1"))


@pytest.fixture
def resident(desk, estate, flushed):
    """Somebody with a verified number, signed in by WeChat."""
    tokens = desk.wechat("李桂芳")
    signing_in.bind_phone(desk.as_person(tokens.person_id), phone=PHONE)
    return flushed(tokens)


def claim(client, desk, who, area="building-1", **changes):
    asked = {"area_id": str(desk.areas.id(area)), "room": "501室", "relation": "owner", "name": "李桂芳", **changes}
    return client.post(OWN, headers=who, json=asked)


def passbook(client, estate, who):
    return client.get(f"/v1/books/{estate.book}/passbook", headers=who)


def act(client, estate, who, residency_id, what, **body):
    return client.post(f"/v1/books/{estate.book}/residencies/{residency_id}/{what}", headers=who, json=body)


def test_a_confirmed_resident_reads_his_passbook_and_nobody_else_does(client, desk, estate, worker, resident, flushed):
    paper = estate.listed("李桂芬", None)
    estate.acts.award(paper, 45)
    assert passbook(client, estate, resident).status_code == 403
    claimed = claim(client, desk, resident)
    assert (claimed.status_code, claimed.json["state"], claimed.json["room"]) == (201, "claimed", "501")
    assert claimed.json["book"] == estate.book
    assert passbook(client, estate, resident).status_code == 403

    listed = client.get(f"/v1/books/{estate.book}/residencies", headers=worker)
    assert [item["phone"] for item in listed.json["items"]] == ["138****5678"]
    residency_id = listed.json["items"][0]["id"]
    near = client.get(f"/v1/books/{estate.book}/residencies/{residency_id}/matches", headers=worker)
    assert [(each["name"], each["same_place"], each["same_phone"]) for each in near.json["items"]] == [
        ("李桂芬", True, False)
    ]
    named = act(client, estate, worker, residency_id, "confirm", resident_id=str(paper))
    assert (named.status_code, named.json["state"], named.json["resident_id"]) == (200, "claimed", None)
    assert named.json["proposed_resident_id"] == str(paper)
    clerk = flushed(desk.holder("文员", Role.CLERK))
    [waiting] = client.get(f"/v1/books/{estate.book}/residencies", headers=clerk).json["items"]
    assert waiting["proposed_resident_id"] == str(paper)
    confirmed = act(client, estate, clerk, residency_id, "confirm", resident_id=str(paper))
    assert (confirmed.status_code, confirmed.json["resident_id"]) == (200, str(paper))

    shown = passbook(client, estate, resident)
    assert (shown.status_code, shown.json["available"], shown.json["owner_id"]) == (200, 45, str(paper))
    assert client.get("/v1/books/anju/passbook", headers=resident).status_code == 403
    assert client.get(f"/v1/books/{estate.book}/passbooks/{paper}", headers=resident).status_code == 403
    assert passbook(client, estate, worker).status_code == 403

    ended = act(client, estate, worker, residency_id, "end", reason="迁出")
    assert (ended.status_code, ended.json["ended_why"]) == (200, "迁出")
    assert passbook(client, estate, resident).status_code == 403
    [own] = client.get(OWN, headers=resident).json["items"]
    assert (own["state"], own["ended_why"]) == ("ended", "迁出")


def test_who_is_frozen_does_not_read_it_until_he_is_thawed(client, desk, estate, worker, resident):
    residency_id = claim(client, desk, resident).json["id"]
    assert act(client, estate, worker, residency_id, "confirm").status_code == 200
    assert passbook(client, estate, resident).status_code == 200
    assert client.post("/v1/me/freeze", headers=resident, json={"reason": "手机丢了"}).status_code == 201
    assert passbook(client, estate, resident).status_code == 403
    stopped = claim(client, desk, resident, "building-a")
    assert (stopped.status_code, stopped.json["code"]) == (403, "identity.account_stopped")
    person_id = UUID(client.get("/v1/me", headers=resident).json["id"])
    freezing.thaw_account(desk.uow, person_id=person_id, reason="x")
    desk.uow.session.flush()
    assert passbook(client, estate, resident).status_code == 200


def test_a_list_confirms_without_anybody(client, desk, estate, resident):
    paper = estate.listed("李桂芳")
    claim(client, desk, resident)
    estate.work()
    assert passbook(client, estate, resident).json["owner_id"] == str(paper)


@pytest.mark.parametrize("area", ["grid-2", "building-2", "anju"])
def test_a_grid_worker_of_elsewhere_sees_nothing_and_decides_nothing(client, desk, estate, flushed, resident, area):
    residency_id = claim(client, desk, resident).json["id"]
    other = flushed(desk.holder("另一位", Role.GRID_WORKER, area))
    listed = client.get(f"/v1/books/{estate.book}/residencies", headers=other)
    if area == "anju":
        assert listed.status_code == 403
        return
    assert listed.json["items"] == []
    for what, body in (("confirm", {}), ("refuse", {"reason": "x"}), ("end", {"reason": "x"})):
        refused = act(client, estate, other, residency_id, what, **body)
        assert (refused.status_code, refused.json["code"]) == (404, "identity.residency_missing")
    assert act(client, estate, flushed(desk.holder("文员", Role.CLERK)), residency_id, "confirm").status_code == 200


@pytest.mark.parametrize("role", [Role.CLERK, Role.COORDINATOR, Role.TREASURER])
def test_other_roles_for_a_part_of_a_community_still_count_for_nothing_in_its_book(client, desk, estate, flushed, role):
    below = flushed(desk.holder("王芳", role, "building-1"))
    assert client.get(f"/v1/books/{estate.book}/residencies", headers=below).status_code == 403
    assert client.get("/v1/me", headers=below).json["roles"] == ["person"]


def test_a_grid_worker_of_a_grid_does_nothing_that_is_not_his_desks(client, estate, worker):
    for path in ("passbook", "budgets", "awards", "reports", "settlements", "imports"):
        assert client.get(f"/v1/books/{estate.book}/{path}", headers=worker).status_code == 403, path


def test_a_grid_worker_of_a_grid_posts_and_revokes_codes_in_his_part_only(client, desk, estate, flushed, worker):
    base = f"/v1/books/{estate.book}/qr-points"

    def post(area, place):
        asked = {"area_id": str(desk.areas.id(area)), "purpose": "report", "place": place}
        return client.post(base, headers=worker, json=asked)

    mine = post("building-1", "门口")
    assert mine.status_code == 201, mine.text
    assert post("building-2", "门口").json["code"] == "places.area_missing"
    batch = {"within": str(desk.areas.id("building-2")), "purpose": "report", "per": "building"}
    refused = client.post(f"{base}/batch", headers=worker, json=batch)
    assert [error["field"] for error in refused.json["errors"]] == ["within"]
    other = flushed(desk.holder("另一位", Role.GRID_WORKER, "grid-2"))
    revoke = f"{base}/{mine.json['id']}/revoke"
    assert client.post(revoke, headers=other, json={"reason": "x"}).json["code"] == "places.qr_point_missing"
    assert client.post(revoke, headers=worker, json={"reason": "x"}).status_code == 200


def test_nobody_confirms_himself_over_http(client, desk, estate, worker):
    residency_id = claim(client, desk, worker).json["id"]
    refused = act(client, estate, worker, residency_id, "confirm")
    assert (refused.status_code, refused.json["code"]) == (403, "identity.residency_own")


def test_a_claim_is_withdrawn_and_one_refused_says_why(client, desk, estate, worker, resident):
    first = claim(client, desk, resident)
    twice = claim(client, desk, resident)
    assert (twice.status_code, twice.json["code"]) == (409, "identity.residency_open")
    withdrawn = client.post(f"{OWN}/{first.json['id']}/withdraw", headers=resident)
    assert withdrawn.json["state"] == "ended"
    second = claim(client, desk, resident)
    refused = act(client, estate, worker, second.json["id"], "refuse", reason="查无此人")
    assert (refused.json["state"], refused.json["decided_why"]) == ("refused", "查无此人")
    states = [item["state"] for item in client.get(f"{OWN}?limit=1", headers=resident).json["items"]]
    assert states == ["refused"]
    listed = client.get(f"/v1/books/{estate.book}/residencies?state=refused", headers=worker).json["items"]
    assert [item["id"] for item in listed] == [second.json["id"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [("area_id", "x"), ("room", ""), ("room", "5" * 21), ("relation", "guest"), ("name", ""), ("resident_id", "x")],
)
def test_each_wrong_field_of_a_claim_is_named(client, desk, estate, resident, field, value):
    refused = claim(client, desk, resident, **{field: value})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == [field]


def test_relatives_over_http(client, desk, estate, flushed, worker, resident):
    sister = desk.wechat("妹妹")
    signing_in.bind_phone(desk.as_person(sister.person_id), phone="13912345678")
    declared = client.post("/v1/me/relatives", headers=flushed(sister), json={"phone": PHONE, "kind": "sibling"})
    assert declared.status_code == 201
    [seen] = client.get("/v1/me/relatives", headers=resident).json["items"]
    assert seen["id"] == declared.json["id"]
    first = claim(client, desk, resident).json["id"]
    second = claim(client, desk, headers(sister), name="妹妹").json["id"]
    base = f"/v1/books/{estate.book}/residencies/{first}/relatives"
    again = client.post(base, headers=worker, json={"other_residency_id": second, "kind": "sibling"})
    assert (again.status_code, again.json["code"]) == (409, "identity.relative_twice")
    ended = client.post(f"{base}/{seen['id']}/end", headers=worker, json={"reason": "登记有误"})
    assert ended.json["ended_why"] == "登记有误"
    assert [each["id"] for each in client.get(base, headers=worker).json["items"]] == [seen["id"]]
    tries = [
        client.post("/v1/me/relatives", headers=resident, json={"phone": f"1370000000{n}", "kind": "other"})
        for n in range(6)
    ]
    assert [each.status_code for each in tries] == [404] * 5 + [429]


def test_homes_and_relatives_are_in_the_export_from_both_sides_and_a_long_list_is_whole(
    client, desk, estate, flushed, worker, resident, monkeypatch
):
    monkeypatch.setattr(terms, "EXPORT_BATCH", 2)
    claimed = [claim(client, desk, resident).json["id"]]
    for _ in range(4):  # five of them, each taken back but the last
        assert client.post(f"{OWN}/{claimed[-1]}/withdraw", headers=resident).status_code == 200
        claimed.append(claim(client, desk, resident).json["id"])
    assert act(client, estate, worker, claimed[-1], "confirm").status_code == 200
    sister = flushed(desk.wechat("妹妹"))
    declared = client.post("/v1/me/relatives", headers=sister, json={"phone": PHONE, "kind": "sibling"})
    mine, hers = (json.loads(client.get("/v1/me/data", headers=who).text) for who in (resident, sister))
    assert [each["id"] for each in mine["residencies"]] == claimed[::-1]
    assert mine["residencies"] == client.get(OWN, headers=resident).json["items"]
    assert (mine["residencies"][0]["room"], mine["residencies"][0]["state"]) == ("501", "confirmed")
    assert mine["relatives"] == hers["relatives"] == [declared.json]
    assert (mine["books"], hers["residencies"], hers["books"]) == ([estate.book], [], [])


@pytest.fixture
def pair(desk, estate):
    """The estate's book and that of anju, in agreement."""
    there = estates.build_other(estate)
    today = local_date(estate.acts.uow.now)  # of the district: in London it is another day for a third of it
    return Pair(estate.acts, there).agree(valid_from=today, valid_to=today)


def move(client, estate, who, to, reference="move-1"):
    asked = {"to": to, "points": 10, "reference": reference}
    return client.post(f"/v1/books/{estate.book}/clearing/transfers", headers=who, json=asked)


def test_points_go_to_the_passbook_that_is_ones_own_in_the_other_book(client, desk, estate, pair, worker, resident):
    """A person whose paper passbooks were taken over is another owner in each book."""
    here, there, to = UUID(int=101), UUID(int=102), pair.there.book.code
    first = claim(client, desk, resident).json["id"]
    person_id = UUID(client.get("/v1/me", headers=resident).json["id"])
    estate.homes.confirm_directly(first, here)
    pair.here.award(here, 50)

    unknown = move(client, estate, resident, to)
    assert (unknown.status_code, unknown.json["code"]) == (409, "points.clearing_receiver_unknown")
    assert [error["field"] for error in unknown.json["errors"]] == ["to"]

    second = claim(client, desk, resident, "building-a").json["id"]
    waiting = move(client, estate, resident, to)
    assert waiting.json["code"] == "points.clearing_receiver_unknown"
    estate.homes.confirm_directly(second, there)
    sent = move(client, estate, resident, to)
    assert sent.status_code == 201, sent.text
    estate.work()
    assert (pair.here.available(here), pair.there.available(there)) == (40, 10)
    assert pair.there.available(here) == pair.there.available(person_id) == 0
    arrived = client.get(f"/v1/books/{to}/clearing/transfers", headers=resident).json["items"]
    assert [(each["direction"], each["points"]) for each in arrived] == [("in", 10)]

    estate.homes.end_directly(second)
    assert move(client, estate, resident, to).json["id"] == sent.json["id"]  # the same again is the same transfer
    refused = move(client, estate, resident, to, reference="move-2")
    assert refused.json["code"] == "points.clearing_receiver_unknown"
