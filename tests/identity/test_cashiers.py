"""A cashier is granted for a shop that a book of the area takes, and is one no longer when no book there does."""

import psycopg
import pytest
from sqlalchemy import text

from app.identity.errors import ShopElsewhere
from app.identity.service import granting
from app.kernel.actor import Role
from app.merchants import service as merchants
from app.merchants.queries import takes_within
from app.points import service as points
from tests.fixtures.together import alone
from tests.identity.conftest import Areas, Desk, headers

PAYMENTS = "/v1/merchant/redemptions"


def open_shop(uow, book):
    points.create_book(uow, code=book, name=book, currency_name="积分", validity_months=24)
    uow.session.flush()
    return merchants.open_shop(uow, book=book, name="忠义面馆", street="忠义街").id


def asked_for(desk, shop_id, area="meilihua"):
    return {
        "person_id": str(desk.person("王芳")),
        "role": "cashier",
        "area_id": str(desk.areas.id(area)),
        "shop_id": str(shop_id),
        "reason": "收银",
    }


def signed_in(desk, name):
    tokens = desk.wechat(name)
    desk.uow.session.flush()
    return headers(tokens)


@pytest.fixture
def admin(desk):
    tokens = desk.holder("管理员", Role.ADMIN, "street")
    desk.uow.session.flush()
    return headers(tokens)


@pytest.mark.parametrize("area", ["meilihua", "building-1", "street"])
def test_a_cashier_is_granted_for_a_shop_of_the_area_of_one_in_it_or_around_it(client, desk, admin, area):
    shop_id = open_shop(desk.uow, "meilihua")
    granted = client.post("/v1/grants", headers=admin, json=asked_for(desk, shop_id, area))
    assert granted.status_code == 201, granted.text
    answer = client.get(PAYMENTS, headers=signed_in(desk, "王芳"))
    assert answer.status_code == 200, answer.text


def test_a_cashier_is_granted_for_no_shop_of_elsewhere_and_reaches_nothing_of_it(client, desk, admin):
    shop_id = open_shop(desk.uow, "anju")
    refused = client.post("/v1/grants", headers=admin, json=asked_for(desk, shop_id))
    assert (refused.status_code, refused.json["code"]) == (404, "identity.shop_elsewhere")
    assert [error["field"] for error in refused.json["errors"]] == ["shop_id"]
    answer = client.get(PAYMENTS, headers=signed_in(desk, "王芳"))
    assert (answer.status_code, answer.json["code"]) == (403, "web.role_denied")


def test_without_somebody_who_knows_shops_nobody_becomes_a_cashier(desk):
    shop_id = open_shop(desk.uow, "meilihua")
    with pytest.raises(ShopElsewhere):
        desk.hold(desk.person("王芳"), Role.CASHIER, shop_id=shop_id, takes_shop=None)


def test_a_shop_that_leaves_the_last_book_of_the_area_takes_its_cashiers_along(real_commits):
    """It stays in a book of elsewhere: that is no reason to reach it from here."""

    def build(uow):
        areas = Areas(uow.session).build()
        desk = Desk(uow, real_commits.extensions["linli.keyring"], areas)
        shop_id = open_shop(uow, "meilihua")
        points.create_book(uow, code="anju", name="anju", currency_name="积分", validity_months=24)
        uow.session.flush()
        merchants.open_shop(uow, book="anju", name="忠义面馆", street="忠义街", shop_id=shop_id)
        for name, area in (("王芳", "meilihua"), ("李芳", "anju")):
            granting.grant_role(
                uow,
                person_id=desk.person(name),
                role=Role.CASHIER,
                area_id=areas.id(area),
                unit_id=None,
                shop_id=shop_id,
                valid_from=None,
                valid_to=None,
                reason="收银",
                takes_shop=takes_within,
            )
        return shop_id

    shop_id = alone(build)
    with psycopg.connect(real_commits.extensions["linli.test_database"].superuser_url) as connection:
        connection.execute(
            "DELETE FROM merchants_shops s USING points_books b"
            " WHERE b.id = s.book_id AND b.code = 'meilihua' AND s.id = %s",
            [shop_id],
        )
    ended = alone(
        lambda uow: uow.session.execute(
            text(
                "SELECT a.book, g.ended_at IS NOT NULL FROM identity_grants g JOIN places_areas a ON a.id = g.area_id"
                " ORDER BY a.book"
            )
        ).all()
    )
    assert ended == [("anju", False), ("meilihua", True)]
