"""The ledger knows what shops are called: those that open, and those that had opened before it asked."""

import psycopg
import pytest
from sqlalchemy import select

from app.merchants import service
from app.merchants.errors import ShopTwice
from app.points.models import OwnerName
from tests.fixtures import servers as places
from tests.fixtures.servers import ROOT
from tests.points.ledger import SHOP

STEP = (ROOT / "migrations" / "sql" / "0009_statements.sql").read_text(encoding="utf-8")
EARLIER = f"""
    INSERT INTO points_books VALUES (1, 'one', 'One', 'points', 24, 30, 'sponsor', now());
    INSERT INTO merchants_merchants (id, home_book_id, name, state, opened_at)
    SELECT id::uuid, 1, 'x', 'unverified', now()
      FROM unnest(ARRAY['{SHOP}', '00000000-0000-0000-0000-000000000001']) id;
    INSERT INTO merchants_branches (id, merchant_id, name, street, state, opened_at)
    SELECT id, id, name, '忠义街', 'open', now() FROM merchants_merchants;
    INSERT INTO merchants_shops VALUES (1, '{SHOP}', '忠义面馆', '忠义街', '2026-01-01'),
                                       (1, '00000000-0000-0000-0000-000000000001', '豆腐坊', '忠义街', '2026-01-02');
    INSERT INTO points_owner_names VALUES (1, '{SHOP}', 'shop', 'named since', '2026-06-01');
"""


def test_a_shop_is_named_as_it_opens(acts):
    shop = service.open_shop(acts.uow, book=acts.book.code, name="豆腐坊", street="忠义街")
    named = acts.uow.session.scalar(select(OwnerName).where(OwnerName.owner_id == shop.id))
    assert (named.book_id, named.kind, named.name) == (acts.ledger.id, "shop", "豆腐坊")


def test_shops_that_opened_earlier_are_named_by_the_migration(servers, template):
    made = places.clone(servers, template)
    try:
        with psycopg.connect(made.owner_url) as owner:
            owner.execute(EARLIER)
            owner.execute(STEP[STEP.index("INSERT INTO points_owner_names") :])
            rows = owner.execute("SELECT owner_id::text, kind, name FROM points_owner_names").fetchall()
        assert set(rows) == {
            (str(SHOP), "shop", "named since"),
            ("00000000-0000-0000-0000-000000000001", "shop", "豆腐坊"),
        }
    finally:
        places.drop(servers, made)


def test_a_shop_of_a_new_book_opens_once(acts):
    one = service.ShopToOpen("豆腐坊", "忠义街", SHOP)
    with pytest.raises(ShopTwice) as refused:
        service.open_shops(acts.uow, book=acts.book.code, shops=[one, one])
    assert "豆腐坊" in refused.value.detail("zh")
