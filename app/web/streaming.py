"""Answers that are read step by step, each step in a transaction of its own: sent as they are read, or as one file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from app.infra.unit_of_work import UnitOfWork, run_in_transaction
from app.kernel.actor import Actor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer too long to be held in memory: `opening`, then what each step gives, then `closing`.

    `step(uow, where)` answers the next piece of text and where the step after it goes on; it begins at None, and None
    ends it. Between steps no connection to the database is held, however slowly the caller reads. A failure in the
    middle cuts the answer short of `closing`, so nobody takes it for whole.
    """

    opening: str
    step: Callable[[UnitOfWork, Any], tuple[str, Any]]
    closing: str
    filename: str


@dataclass(frozen=True, slots=True)
class File:
    """An answer that can only be made when all its rows are there, such as a PDF. Whoever makes one bounds its rows.

    `step(uow, where)` answers some rows and where the step after it goes on, as that of a `Stream`; `render` makes the
    file of all of them, and holds no connection meanwhile. Nothing is sent before it is whole, so a failure is answered
    as a problem like any other. A step may run again and must not keep what it read anywhere else.
    """

    step: Callable[[UnitOfWork, Any], tuple[Sequence[Any], Any]]
    render: Callable[[Sequence[Any]], bytes]
    filename: str


def pieces(stream: Stream, *, actor: Actor, now: datetime | None) -> Iterator[str]:
    """Run the steps, one after another, as the caller reads."""
    yield stream.opening
    yield from _run(stream.step, actor, now)
    yield stream.closing


def content(file: File, *, actor: Actor, now: datetime | None) -> bytes:
    """Run the steps, then make the file."""
    return file.render([row for rows in _run(file.step, actor, now) for row in rows])


def _run(step: Callable[[UnitOfWork, Any], tuple[T, Any]], actor: Actor, now: datetime | None) -> Iterator[T]:
    where: Any = None
    while True:
        read, where = _once(step, where, actor, now)
        yield read
        if where is None:
            return


def _once(
    step: Callable[[UnitOfWork, Any], tuple[T, Any]], where: Any, actor: Actor, now: datetime | None
) -> tuple[T, Any]:
    return run_in_transaction(lambda uow: step(uow, where), actor=actor, now=now)
