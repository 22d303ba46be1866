"""Places over HTTP: the desks of the district, of a community, and what residents see."""

import io

import pytest
from pypdf import PdfReader

from app.kernel.actor import Role
from tests.places.test_importing import as_csv

BOOK = "/v1/books/meilihua"
DAY = {"Linli-Demo-Clock": "2026-06-15T10:00:00+08:00"}


@pytest.fixture
def desk(client, bearer):
    """Sends requests as somebody: `desk(Role.ADMIN, "POST", "/v1/…", {…})` answers status and body."""

    def send(role, method, path, body=None, lang="zh-CN", **query):
        headers = bearer(role) | DAY | {"Accept-Language": lang}
        answer = client.open(path, method=method, json=body, headers=headers, query_string=query)
        return answer.status_code, answer.json if answer.is_json else answer.data

    return send


def ok(answered, status=200):
    assert answered[0] == status, answered
    return answered[1]


def wrong(answered):
    assert answered[0] == 422, answered
    return {each["field"] for each in answered[1]["errors"]}


@pytest.fixture
def community(desk):
    """The district office sets up a district, a street, and the community of the book."""
    parent = None
    for kind, name, more in (
        ("district", "梁溪区", {}),
        ("street", "中山街道", {}),
        ("community", "梅里社区", {"book": "meilihua"}),
    ):
        body = {"kind": kind, "name": name, "parent_id": parent} | more
        made = ok(desk(Role.DISTRICT, "POST", "/v1/areas", body), 201)
        parent = made["id"]
    assert [each["kind"] for each in made["ancestors"]] == ["district", "street"]
    return made


def test_a_community_is_laid_out_from_a_file_and_its_codes_are_printed_and_scanned(client, bearer, desk, community):
    content = as_csv(["梅里新村", "1", "1"], ["梅里新村", "1", "2"], ["", "", "9"], header=["小区", "楼栋", "单元"])
    headers = bearer(Role.ADMIN) | DAY
    answer = client.post(f"{BOOK}/areas/imports", data=content, content_type="text/csv", headers=headers)
    assert (answer.status_code, answer.json["errors"], answer.json["state"]) == (201, 1, "checked")
    imported = f"{BOOK}/areas/imports/{answer.json['id']}"
    said = ok(desk(Role.ADMIN, "GET", f"{imported}/problems", lang="en"))["items"][0]
    assert (said["line"], said["cell"], said["detail"]) == (
        4,
        "B4",
        "B4 building is needed: a row that names what lies below names it too",
    )
    assert desk(Role.ADMIN, "POST", f"{imported}/commit")[0] == 409
    good = content.replace(b"9\r\n", b"\r\n")
    answer = client.post(f"{BOOK}/areas/imports", data=good, content_type="text/csv", headers=headers)
    done = ok(desk(Role.ADMIN, "POST", f"{BOOK}/areas/imports/{answer.json['id']}/commit"))
    assert (done["state"], done["opened"]) == ("committed", 4)
    assert ok(desk(Role.ADMIN, "GET", f"{BOOK}/areas/imports"))["items"][0]["id"] == done["id"]
    assert ok(desk(Role.ADMIN, "GET", f"{BOOK}/areas/imports/{done['id']}"))["opened"] == 4
    assert ok(desk(Role.ADMIN, "GET", f"{BOOK}/areas/imports/template.xlsx"))[:2] == b"PK"

    estate = ok(desk(Role.CLERK, "GET", f"{BOOK}/areas", kind="estate"))["items"][0]
    body = {"within": estate["id"], "purpose": "report", "per": "unit", "spot": "门口"}
    assert ok(desk(Role.GRID_WORKER, "POST", f"{BOOK}/qr-points/batch", body), 201) == {"made": 2, "existing": 0}
    sheet = ok(desk(Role.GRID_WORKER, "GET", f"{BOOK}/areas/{estate['id']}/qr-sheet.pdf"))
    assert "扫码反映问题" in PdfReader(io.BytesIO(sheet)).pages[0].extract_text()

    first = ok(desk(Role.CLERK, "GET", f"{BOOK}/qr-points"))["items"][0]
    scanned = ok(desk(Role.RESIDENT, "POST", "/v1/qr/scans", {"scene": first["scene"]}))
    assert (scanned["place"], scanned["purpose"], scanned["book"]) == (first["place"], "report", "meilihua")
    assert scanned["ancestors"][-1]["name"] == "1号楼"
    revoke = f"{BOOK}/qr-points/{first['id']}/revoke"
    assert ok(desk(Role.GRID_WORKER, "POST", revoke, {"reason": "被撕掉"}))["scans"] == 1
    status, problem = desk(Role.RESIDENT, "POST", "/v1/qr/scans", {"scene": first["scene"]})
    forged = desk(Role.RESIDENT, "POST", "/v1/qr/scans", {"scene": "p.0.1.0"})
    assert (status, problem["code"], forged[0]) == (404, "places.qr_invalid", 404)
    assert forged[1]["detail"] == problem["detail"]


def test_each_client_sees_positions_on_its_own_datum(desk, community):
    position = {"lat": 31.4912, "lng": 120.3119, "datum": "gcj02", "accuracy_m": 12, "source": "map"}
    body = {"kind": "estate", "name": "梅里新村", "parent_id": community["id"], "position": position}
    made = ok(desk(Role.ADMIN, "POST", f"{BOOK}/areas", body), 201)
    assert made["position"] == position
    path = f"{BOOK}/areas/{made['id']}"
    gps = ok(desk(Role.CLERK, "GET", path, datum="wgs84"))["position"]
    assert (gps["datum"], gps["accuracy_m"]) == ("wgs84", 12)
    assert 0.003 < 120.3119 - gps["lng"] < 0.006
    back = {"position": {"lat": gps["lat"], "lng": gps["lng"], "datum": "wgs84"}}
    seen = ok(desk(Role.ADMIN, "POST", f"{path}/change", back))["position"]
    assert (seen["lat"], seen["lng"]) == (pytest.approx(31.4912, abs=1e-6), pytest.approx(120.3119, abs=1e-6))
    assert wrong(desk(Role.CLERK, "GET", path, datum="bd09")) == {"datum"}


@pytest.mark.parametrize(
    ("position", "field"),
    [
        ({"lat": 31.5, "lng": 120.3}, "position.datum"),
        ({"lat": 120.3, "lng": 31.5, "datum": "gcj02"}, "position.lat"),
        ({"lat": "31.5", "lng": 120.3, "datum": "gcj02"}, "position.lat"),
        ({"lat": True, "lng": 120.3, "datum": "gcj02"}, "position.lat"),
        ({"lat": 31.5, "lng": None, "datum": "gcj02"}, "position.lng"),
        ({"lat": 31.5, "lng": 120.3, "datum": "bd09"}, "position.datum"),
        ({"lat": 31.5, "lng": 120.3, "datum": "gcj02", "accuracy_m": -1}, "position.accuracy_m"),
        ({"lat": 31.5, "lng": 120.3, "datum": "gcj02", "source": "guess"}, "position.source"),
        ({"lat": 31.5, "lng": 120.3, "datum": "gcj02", "alt": 3}, "position.alt"),
    ],
)
def test_a_position_that_is_none_is_named_by_its_field(desk, community, position, field):
    body = {"kind": "estate", "name": "梅里新村", "parent_id": community["id"], "position": position}
    assert field in wrong(desk(Role.ADMIN, "POST", f"{BOOK}/areas", body))


def test_numbers_that_are_no_numbers_are_refused(client, bearer, community):
    raw = '{"kind": "estate", "name": "x", "parent_id": "%s", "position": {"lat": %s, "lng": 120, "datum": "gcj02"}}'
    for number in ("NaN", "Infinity", "1e999", "9" * 400):
        answer = client.post(
            f"{BOOK}/areas",
            data=raw % (community["id"], number),
            content_type="application/json",
            headers=bearer(Role.ADMIN) | DAY,
        )
        assert answer.status_code == 422, answer.text
        assert "position.lat" in {each["field"] for each in answer.json["errors"]}


def test_areas_are_changed_moved_and_closed(desk, community):
    def made(kind, name, parent):
        return ok(desk(Role.ADMIN, "POST", f"{BOOK}/areas", {"kind": kind, "name": name, "parent_id": parent}), 201)[
            "id"
        ]

    first, second = made("estate", "梅里新村", community["id"]), made("estate", "兰溪新村", community["id"])
    house = made("building", "3号楼", first)
    path = f"{BOOK}/areas/{house}"
    assert ok(desk(Role.ADMIN, "POST", f"{path}/move", {"parent_id": second}))["ancestors"][-1]["id"] == second
    assert ok(desk(Role.ADMIN, "POST", f"{path}/change", {"name": "3幢"}))["code"] == "3"
    assert desk(Role.ADMIN, "POST", f"{BOOK}/areas/{second}/close")[1]["code"] == "places.area_not_empty"
    assert ok(desk(Role.ADMIN, "POST", f"{path}/close"))["closed_at"] == "2026-06-15T10:00:00+08:00"
    names = [each["name"] for each in ok(desk(Role.CLERK, "GET", f"{BOOK}/areas", closed="true"))["items"]]
    assert "3幢" in names
    assert ok(desk(Role.ADMIN, "POST", f"{path}/reopen"))["closed_at"] is None
    assert desk(Role.DISTRICT, "POST", f"/v1/areas/{house}/reopen")[1]["code"] == "places.area_not_closed"
    cleared = ok(desk(Role.DISTRICT, "POST", f"/v1/areas/{house}/change", {"clear": ["grid_id", "position"]}))
    assert (cleared["grid_id"], cleared["position"], cleared["name"]) == (None, None, "3幢")
    assert wrong(desk(Role.ADMIN, "POST", f"{path}/change", {"clear": ["name"]})) == {"clear.0"}
    assert wrong(desk(Role.CLERK, "GET", f"{BOOK}/areas", closed="perhaps")) == {"closed"}
    assert wrong(desk(Role.ADMIN, "POST", f"{BOOK}/areas", {"kind": "villa", "name": "", "parent_id": "x"})) == {
        "kind",
        "name",
        "parent_id",
    }
    status, problem = desk(Role.ADMIN, "POST", f"{BOOK}/areas", {"kind": "unit", "name": "1", "parent_id": first})
    assert (status, problem["errors"][0]["field"]) == (422, "parent_id")
    assert desk(Role.ADMIN, "POST", f"{BOOK}/areas/{community['id']}/change", {"book": "other"})[0] == 422


def test_duty_is_planned_and_shown_in_the_districts_time(desk, community):
    unit = ok(desk(Role.ADMIN, "POST", f"{BOOK}/units", {"kind": "property", "name": "物业"}), 201)
    path, people = f"{BOOK}/units/{unit['id']}", [f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2)]
    serve = {"area_id": community["id"], "valid_from": "2026-06-15"}
    ok(desk(Role.ADMIN, "POST", f"{path}/services", serve), 201)
    serving = ok(desk(Role.CLERK, "GET", f"{BOOK}/areas/{community['id']}/serving"))["items"]
    assert [each["id"] for each in serving] == [unit["id"]]
    weekly = {
        "person_id": people[0],
        "weekday": 1,
        "starts_at": "20:00",
        "ends_at": "08:00",
        "valid_from": "2026-06-15",
    }
    pattern = ok(desk(Role.ADMIN, "POST", f"{path}/patterns", {"weekly": weekly}), 201)
    assert (pattern["starts_at"], pattern["holidays"]) == ("20:00", False)
    swap = {"day": "2026-06-15", "person_id": people[1], "reason": "家里有事"}
    ok(desk(Role.ADMIN, "POST", f"{path}/shifts/{pattern['id']}/swap", swap), 201)
    [shift] = ok(desk(Role.CLERK, "GET", f"{path}/on-duty", at="2026-06-16T01:00:00+08:00"))["items"]
    assert (shift["person_id"], shift["planned_for"]) == (people[1], people[0])
    assert (shift["starts"], shift["ends"]) == ("2026-06-15T20:00:00+08:00", "2026-06-16T08:00:00+08:00")
    assert ok(desk(Role.CLERK, "GET", f"{path}/on-duty"))["items"] == []
    roster = ok(desk(Role.CLERK, "GET", f"{path}/roster", **{"from": "2026-06-15", "to": "2026-06-28"}))["items"]
    assert [each["day"] for each in roster] == ["2026-06-15", "2026-06-22"]
    bad = weekly | {"weekday": 8, "starts_at": "24:00", "ends_at": "8:00", "holidays": "no"}
    assert wrong(desk(Role.ADMIN, "POST", f"{path}/patterns", {"weekly": bad})) == {
        "weekly.weekday",
        "weekly.starts_at",
        "weekly.ends_at",
        "weekly.holidays",
    }


def test_the_calendar_is_shown_to_all_and_kept_by_two_desks(desk, community):
    new_year = {"from": "2026-10-01", "to": "2026-10-01"}
    day = ok(desk(Role.RESIDENT, "GET", f"{BOOK}/calendar", **new_year))["items"][0]
    assert (day["kind"], day["working"], day["name"], day["source"]) == ("holiday", False, "国庆节", "library")
    far = ok(desk(Role.DISTRICT, "GET", "/v1/calendar", **{"from": "2099-01-05", "to": "2099-01-05"}))["items"][0]
    assert (far["working"], far["source"]) == (True, "assumed")
    local = {"day": "2026-06-16", "kind": "holiday", "name": "停水"}
    assert ok(desk(Role.ADMIN, "POST", f"{BOOK}/calendar/days", local))["source"] == "edited"
    district = {"from": "2026-06-16", "to": "2026-06-16"}
    assert ok(desk(Role.DISTRICT, "GET", "/v1/calendar", **district))["items"][0]["working"] is True
    assert ok(desk(Role.ADMIN, "POST", f"{BOOK}/calendar/days/clear", {"day": "2026-06-16"}))["working"] is True
    status, problem = desk(Role.DISTRICT, "POST", "/v1/calendar/days", {"day": "2026-06-20", "kind": "adjusted"})
    assert (status, problem["errors"][0]["field"]) == (422, "as_weekday")
    status, problem = desk(Role.RESIDENT, "GET", f"{BOOK}/calendar", **{"from": "2026-06-16", "to": "2026-06-15"})
    assert (status, problem["code"]) == (422, "places.span_wrong")


def test_the_district_sees_what_communities_do(desk, community):
    unit = ok(desk(Role.ADMIN, "POST", f"{BOOK}/units", {"kind": "station", "name": "驿站"}), 201)
    assert [each["id"] for each in ok(desk(Role.DISTRICT, "GET", "/v1/units"))["items"]] == [unit["id"]]
    assert ok(desk(Role.DISTRICT, "GET", f"/v1/units/{unit['id']}/on-duty"))["items"] == []
    listed = ok(desk(Role.DISTRICT, "GET", "/v1/areas", limit=2))
    assert len(listed["items"]) == 2
    rest = ok(desk(Role.DISTRICT, "GET", "/v1/areas", limit=2, cursor=listed["next_cursor"]))
    assert [each["kind"] for each in rest["items"]] == ["community"]
    squad = {"kind": "squad", "name": "中队"}
    assert desk(Role.DISTRICT, "POST", "/v1/units", squad)[1]["code"] == "places.area_missing"


def test_a_book_without_a_place_says_what_is_missing(desk):
    status, problem = desk(Role.ADMIN, "GET", f"{BOOK}/areas")
    assert (status, problem["code"]) == (409, "places.book_unplaced")
