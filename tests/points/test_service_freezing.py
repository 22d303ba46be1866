"""Freezing a passbook: each change is kept with its reason, in an order no clock can turn round."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from app.points import service as points


def test_a_thaw_by_a_clock_that_is_behind_still_comes_after_its_freeze(uow, ledger):
    resident = uuid4()
    points.freeze_passbook(uow, ledger.id, resident_id=resident, reason="reported lost")
    behind = replace(uow, now=uow.now - timedelta(minutes=5))
    assert points.thaw_passbook(behind, ledger.id, resident_id=resident, reason="found again") is True
    events = uow.session.execute(
        text("SELECT frozen, reason FROM points_freezes WHERE book_id = :book ORDER BY recorded_at"),
        {"book": ledger.id},
    ).all()
    assert [tuple(event) for event in events] == [(True, "reported lost"), (False, "found again")]


def test_freezing_twice_changes_nothing_and_keeps_the_first_reason(uow, ledger):
    resident = uuid4()
    assert points.freeze_passbook(uow, ledger.id, resident_id=resident, reason="first") is True
    assert points.freeze_passbook(uow, ledger.id, resident_id=resident, reason="second") is False
    kept = uow.session.execute(
        text("SELECT reason FROM points_freezes WHERE book_id = :book"), {"book": ledger.id}
    ).scalars()
    assert list(kept) == ["first"]
