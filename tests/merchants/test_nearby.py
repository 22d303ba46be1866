"""Shops near where somebody stands: by distance where it is known, and no history is read for it."""

from uuid import UUID

import pytest
from sqlalchemy import text

from app.kernel import geo
from app.kernel.actor import Role
from app.kernel.geo import Datum, Source
from app.merchants import service
from app.merchants.queries import nearby as queries
from tests.merchants.counter import offer
from tests.points.api import refused

HERE = {"lat": 31.2304, "lng": 121.4737, "datum": "gcj02"}


@pytest.fixture
def street(acts):
    """Open shops with terms: 面馆, 书店, 药店 and 杂货店, the last one in another street."""

    def open_one(name, where="忠义街"):
        shop = service.open_shop(acts.uow, book=acts.book.code, name=name, street=where)
        offer(acts.uow, acts.book.code, shop.id)
        return shop.id

    return {name: open_one(name) for name in ("面馆", "书店", "药店")} | {"杂货店": open_one("杂货店", "平安路")}


def place(api, shop_id, north=0.0, **changes):
    position = HERE | {"lat": HERE["lat"] + north, "source": "map"} | changes
    return api.post(f"/shops/{shop_id}/position", {"position": position}, Role.TREASURER)


def near(api, **asked):
    return api.post("/offers/nearby", {"position": HERE} | asked, Role.RESIDENT)


def names(answer):
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json["items"]]


def test_the_nearest_come_first_and_who_nobody_placed_last(api, street):
    assert place(api, street["面馆"], 0.01).status_code == 200
    place(api, street["药店"], 0.001)
    answer = near(api)
    assert names(answer)[:2] == ["药店", "面馆"]
    assert set(names(answer)[2:]) == {"书店", "杂货店"}
    first, second, third, _ = answer.json["items"]
    assert (first["distance_m"], second["distance_m"], third["distance_m"]) == (111, 1111, None)
    assert third["position"] is None
    assert first["position"]["datum"] == "gcj02"
    assert first["position"]["lat"] == pytest.approx(HERE["lat"] + 0.001, abs=1e-6)
    assert first["offer"]["points_per_yuan"] == 10
    assert names(near(api, street="忠义街")) == ["药店", "面馆", "书店"]
    place(api, street["面馆"], 0.0)  # the last word counts
    assert names(near(api))[0] == "面馆"


def test_distance_is_the_kernels_whichever_datum_asks(api, acts, street):
    place(api, street["面馆"], 0.02)
    here = geo.locate(HERE["lat"], HERE["lng"], Datum.GCJ02, source=Source.DEVICE)
    there = geo.locate(HERE["lat"] + 0.02, HERE["lng"], Datum.GCJ02, source=Source.MAP)
    true = {"lat": here.lat, "lng": here.lng, "datum": "wgs84"}
    for position in (HERE, true):
        (item, *_) = near(api, position=position).json["items"]
        assert item["distance_m"] == int(geo.distance_m(here, there))
        assert item["position"]["datum"] == position["datum"]


def test_pages_follow_each_other_also_among_equals(api, street):
    for name in ("面馆", "书店"):
        place(api, street[name], 0.01)
    seen, cursor = [], None
    while True:
        page = near(api, limit=1, cursor=cursor)
        seen += names(page)
        cursor = page.json["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(street)
    assert set(seen[:2]) == {"面馆", "书店"}
    for wrong in ("WzEsIjIiXQ", "Wy0xLCIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAiXQ"):
        assert refused(near(api, cursor=wrong))[:2] == (422, "kernel.cursor_invalid")


def test_a_swapped_pair_and_a_datum_left_out_are_refused_by_their_name(api, street):
    swapped = place(api, street["面馆"], lat=HERE["lng"], lng=HERE["lat"])
    assert (swapped.status_code, swapped.json["errors"][0]["field"]) == (422, "position.lat")
    answer = near(api, position={"lat": 31.0, "lng": 121.0})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "position.datum")


def test_only_the_home_books_treasurer_places_a_shop(api, street):
    assert api.post(f"/shops/{street['面馆']}/position", {"position": HERE}, Role.CASHIER).status_code == 403
    assert refused(place(api, UUID(int=1)))[:2] == (404, "merchants.shop_missing")


def test_shops_of_other_books_and_terms_of_before_are_not_read(acts, street):
    """The plan: the offers in force of one book by their own index, each branch by its key."""
    uow, here = acts.uow, geo.locate(**(HERE | {"datum": Datum.GCJ02}), source=Source.DEVICE)
    for _ in range(40):
        offer(uow, acts.book.code, street["面馆"])  # each ends the one before
    asked = []
    real = uow.session.execute

    def explain(query):
        asked.append(query)
        return real(query)

    uow.session.execute(text("SET LOCAL enable_seqscan = off"))
    uow.session.execute = explain
    try:
        queries.list_near(uow.session, acts.ledger.id, here=here, street=None, after=None, limit=5)
    finally:
        del uow.session.execute
    (query,) = asked
    compiled = query.compile(uow.session.connection(), compile_kwargs={"literal_binds": True})
    plan = "\n".join(uow.session.scalars(text(f"EXPLAIN (ANALYZE) {compiled}".replace(":", "\\:"))))
    assert "uq_merchants_offers_current" in plan
    assert "Seq Scan" not in plan
