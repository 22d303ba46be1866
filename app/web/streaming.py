"""Answers too long to be held in memory: written step by step, each step read in a transaction of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer, JSON unless said otherwise: `opening`, then what each step gives, then `closing`.

    `step(uow, where)` answers the next piece of text and where the step after it goes on; it begins at None, and None
    ends it. Between steps no connection to the database is held, however slowly the caller reads. A failure in the
    middle cuts the answer short of `closing`, so nobody takes it for whole.
    """

    opening: str
    step: Callable[[UnitOfWork, Any], tuple[str, Any]]
    closing: str
    filename: str
    content_type: str = "application/json"


def pieces(stream: Stream, *, actor: Actor, now: datetime | None) -> Iterator[str]:
    """Run the steps, one after another, as the caller reads."""
    yield stream.opening
    where: Any = None
    while True:
        text, where = _run(stream, where, actor, now)
        yield text
        if where is None:
            break
    yield stream.closing


def _run(stream: Stream, where: Any, actor: Actor, now: datetime | None) -> tuple[str, Any]:
    return run_in_transaction(lambda uow: stream.step(uow, where), actor=actor, now=now)
