"""Clients that go on whatever happens: each act is repeated under its cause until it is acknowledged."""

import threading
from dataclasses import dataclass, field
from itertools import cycle
from uuid import UUID

from flask import Flask

from app.infra.failures import DatabaseBusy, DatabaseUnavailable
from tests.points.committed import commit
from tests.points.ledger import Acts, Ledger, named


@dataclass
class Log:
    """What clients were told, and how often they were asked to come back."""

    acknowledged: dict[str, UUID] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    defects: list[BaseException] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, cause: str, subject_id: UUID) -> None:
        with self.changed:
            self.acknowledged[cause] = subject_id
            self.changed.notify_all()

    def note_refusal(self, refusal: Exception) -> None:
        with self.changed:
            self.refusals.append(type(refusal).__name__)  # both say that a retry is safe
            self.changed.notify_all()

    def wait_for(self, condition) -> None:
        """Until the condition holds of this log, or a client met what it should not."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.defects or condition(self), timeout=300), "nothing moves any more"


class Client(threading.Thread):
    """Awards, buys, holds and captures for one resident, as fast as it can, until told to stop."""

    def __init__(self, app: Flask, ledger: Ledger, log: Log, number: int) -> None:
        super().__init__(daemon=True)
        self.app, self.ledger, self.log = app, ledger, log
        self.who, self.stop_asked = named(f"client {number}"), threading.Event()

    def run(self) -> None:
        with self.app.app_context():
            try:
                for number, step in enumerate(cycle([self.award, self.buy, self.batch, self.capture])):
                    if self.stop_asked.is_set():
                        return
                    step(f"{self.who} {number}")
            except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
                with self.log.changed:
                    self.log.defects.append(error)
                    self.log.changed.notify_all()

    def insist(self, cause: str, act):
        """Repeat an act until it is acknowledged."""
        while True:
            try:
                answer = commit(self.ledger, act)
            except (DatabaseUnavailable, DatabaseBusy) as refusal:
                self.log.note_refusal(refusal)
            else:
                self.log.note(cause, getattr(answer, "subject_id", None) or answer.hold_id)
                return answer

    def award(self, cause: str) -> None:
        self.insist(cause, lambda a: a.award(self.who, 10, cause=cause))

    def buy(self, cause: str) -> None:
        self.insist(cause, lambda a: a.redeem(self.who, 3, cause=cause))

    def batch(self, cause: str) -> None:
        """Two acts in one database transaction: both or neither."""

        def both(acts: Acts):
            acts.award(self.who, 5, cause=f"{cause} first")
            return acts.redeem(self.who, 4, cause=cause)

        self.insist(cause, both)
        self.log.note(f"{cause} first", None)

    def capture(self, cause: str) -> None:
        held = self.insist(f"{cause} hold", lambda a: a.hold(self.who, 6, cause=f"{cause} hold"))
        self.insist(cause, lambda a: a.capture(held.hold_id, self.who, 4, cause=cause))
