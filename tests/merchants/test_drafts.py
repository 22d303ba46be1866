"""What a till's redemption is until it is written: as good as the row that it becomes."""

from uuid import uuid4

import pytest

from app.merchants.models import Redemption
from app.merchants.service.claims import COLUMNS, Draft, _insert


def test_a_draft_has_every_word_of_a_redemption():
    draft = Draft(dict.fromkeys(COLUMNS) | {"id": uuid4()})
    words = {name for name, value in vars(Redemption).items() if isinstance(value, property)}
    assert words == {"weighed_fen"}
    for name in {*COLUMNS, *words}:
        getattr(draft, name)
    with pytest.raises(AttributeError):
        draft.state_of_affairs = "x"


def test_a_draft_weighs_as_a_redemption_does():
    for known in ({"order_fen": 900, "discount_fen": 30}, {"worth_fen": 7}, {"order_fen": 900}):
        row = dict.fromkeys(COLUMNS) | known
        assert Draft(row).weighed_fen == Redemption(**row).weighed_fen


def test_what_a_draft_leaves_out_is_null_in_the_row():
    """One column has a default of its own, and a draft always says it."""
    defaults = {column.name for column in Redemption.__table__.columns if column.server_default is not None}
    assert defaults == {"refunded_points"}
    assert _insert(("id", "mode")) == "INSERT INTO merchants_redemptions (id, mode) VALUES (%(id)s, %(mode)s)"
