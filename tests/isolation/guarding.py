"""One of everything of anti-fraud in a book."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from app.kernel.actor import Actor, Role
from app.risk import service
from app.risk.service import Event, shelf
from app.risk.terms import EventKind
from tests.points.ledger import Acts, named


def guard(acts: Acts, resident_id: UUID, word: str, **others: UUID) -> dict[str, Any]:
    """A version, a backtest of it, a list with an item, a decision in a case that was appealed against, a snooze."""
    book = acts.book.code
    writer = replace(acts.uow, actor=Actor(named("rule writer"), frozenset({Role.TREASURER})))
    resident = replace(acts.uow, actor=Actor(resident_id, frozenset({Role.RESIDENT})))
    saved = service.save_rule_set(writer, book=book, definition=shelf.defaults())
    day = date(2026, 6, 15)
    tried = service.start_backtest(writer, book=book, version=saved.version, first=day, last=day)
    service.create_list(writer, book=book, code=f"friends_{word}", title="x")
    watched = named(f"watched {word}")
    item = service.add_item(writer, book=book, code=f"friends_{word}", value=watched, reason="x", expires_at=None)
    far = Event(
        kind=EventKind.CHECK_IN,
        book_id=acts.ledger.id,
        subject_id=named(f"check-in {word}"),
        resident_id=resident_id,
        facts={"distance_metres": 5000},
    )
    decision = service.decide(acts.uow, far)
    service.decide(acts.uow, replace(far, subject_id=named(f"another check-in {word}"), **others))
    case_id = service.show_decision(writer, book=book, decision_id=decision.id).case_id
    appeal = service.appeal(resident, book=book, decision_id=decision.id, text="x").appeal
    snooze = service.snooze_rule(writer, book=book, decision_id=decision.id, rule="check-far", days=1, reason="x")
    acts.uow.session.flush()
    assert appeal is not None
    return {
        "backtest_id": tried.id,
        "list_code": f"friends_{word}",
        "item_id": item.id,
        "value": watched,
        "decision_id": decision.id,
        "case_id": case_id,
        "appeal_id": appeal.id,
        "snooze_id": snooze.id,
    }
