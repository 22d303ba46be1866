from datetime import date
from uuid import UUID

import pytest

from app.points.rules.notes import Opening, read_opening, shop_of_hold

SHOP = UUID("0198c1d2-0000-7000-8000-000000000000")


def test_a_payments_hold_names_its_shop_whatever_number_the_shop_chose():
    for number in ("1", "a:b", "号\n2", str(SHOP)):
        assert shop_of_hold(f"pay:{SHOP}:{number}") == SHOP


@pytest.mark.parametrize("cause", ["", "pay:", f"pay:{SHOP}", f"pay:{SHOP}:", f"xpay:{SHOP}:1", "pay:shop:1", "other"])
def test_other_holds_name_none(cause):
    assert shop_of_hold(cause) is None


@pytest.mark.parametrize(
    ("evidence", "opening"),
    [
        ("MLH-0123 valid to 2026-12-31", Opening("MLH-0123", date(2026, 12, 31))),
        ("valid to 2026-12-31", Opening(None, date(2026, 12, 31))),
        ("1 valid to 2 valid to 2026-12-31", Opening("1 valid to 2", date(2026, 12, 31))),
        ("0123 valid to 2026-13-31", None),
        ("0123", None),
        ("", None),
        (None, None),
    ],
)
def test_the_evidence_of_an_opening_balance_is_read_back(evidence, opening):
    assert read_opening(evidence) == opening
