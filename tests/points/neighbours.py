"""Two books that clear points with each other, and the jobs between them run by hand, one transaction each."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from app.infra.unit_of_work import UnitOfWork
from app.jobs.catalogue import JOBS
from app.kernel.actor import Actor, Role
from app.points.models import Book, ClearingTransfer
from app.points.rules.clearing import ClearingTerms
from app.points.service import proposals
from app.points.service.clearing import agreements, nettings, transfers
from tests.points import invariants
from tests.points.ledger import ANNA, SPONSOR, Acts, open_ledger

FIRST, SECOND = (Actor(id=uuid4(), roles=frozenset({Role.TREASURER})) for _ in range(2))
WAITING = text(
    "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' AND id > :after ORDER BY id LIMIT 1"
)


def terms(partner: str, **changes: Any) -> ClearingTerms:
    """One for one, 1 to 500 points, 1,000 a month, for the year 2026."""
    usual = ClearingTerms(partner, 1, 1, 1, 500, 1000, date(2026, 1, 1), date(2026, 12, 31))
    return replace(usual, **changes)


def approve(uow: UnitOfWork, book: str, proposed: Any) -> Any:
    """One treasurer has proposed, another approves."""
    return proposals.approve_proposal(replace(uow, actor=SECOND), book=book, proposal_id=proposed.id)


def agree(uow: UnitOfWork, book: str, wanted: ClearingTerms) -> UUID:
    """Two people of one book approve terms; answers the agreement."""
    proposed = agreements.propose_agreement(
        replace(uow, actor=FIRST), book=book, terms=wanted, sponsor_id=SPONSOR, reason=None
    )
    return approve(uow, book, proposed).result_id


@dataclass
class Pair:
    """Books `here` and `there` within one test transaction."""

    here: Acts
    there: Acts
    agreement_id: UUID = field(default=UUID(int=0))
    done: int = 0

    def agree(self, **changes: Any) -> "Pair":
        """Both sides approve the same terms, and hear of it. `changes` are those of the book `here`."""
        wanted = terms(self.there.book.code, **changes)
        self.agreement_id = agree(self.here.uow, self.here.book.code, wanted)
        mirrored = replace(wanted, partner=self.here.book.code, rate_num=wanted.rate_den, rate_den=wanted.rate_num)
        assert agree(self.there.uow, self.there.book.code, mirrored) == self.agreement_id
        self.work()
        return self

    def send(
        self, points: int, *, who: UUID = ANNA, receiver: UUID | None = None, reference: str = "", back: bool = False
    ) -> ClearingTransfer:
        """A resident moves points from here to there (or `back`); the other book has not heard of it yet.

        `receiver`: who it is there, if another owner.
        """
        source, target = (self.there, self.here) if back else (self.here, self.there)
        uow = replace(source.uow, actor=Actor(id=who, roles=frozenset({Role.RESIDENT})))
        return transfers.send_points(
            uow,
            book=source.book.code,
            to=target.book.code,
            receiver_id=receiver or who,
            points=points,
            reference=reference or str(uuid4()),
        )

    def waiting(self) -> list[tuple[str, dict[str, Any]]]:
        """The jobs that were queued and not run here yet."""
        rows = self.here.uow.session.execute(
            text("SELECT task_name, args FROM procrastinate_jobs WHERE id > :after ORDER BY id"), {"after": self.done}
        )
        return [(row[0], row[1]) for row in rows]

    def next_job(self) -> int:
        """The number of the oldest job that waits."""
        return int(self.here.uow.session.execute(WAITING, {"after": self.done}).one().id)

    def work(self, *, most: int = 50) -> int:
        """Run waiting jobs, oldest first, also those they queue; answers how many."""
        for ran in range(most):
            self.here.uow.session.flush()
            row = self.here.uow.session.execute(WAITING, {"after": self.done}).first()
            if row is None:
                return ran
            JOBS[row.task_name](self.here.uow, **row.args)
            self.done = row.id
        return most

    def at(self, now: datetime) -> "Pair":
        """The same, at another time."""
        here, there = (Acts(replace(acts.uow, now=now), acts.ledger) for acts in (self.here, self.there))
        return replace(self, here=here, there=there)

    def later(self, **span: float) -> "Pair":
        """The same, later."""
        return self.at(self.here.uow.now + timedelta(**span))


def cleared(pair: Pair) -> list[tuple[int, int]]:
    """(points, fen) on the clearing accounts of both books."""
    trials = [acts.trial() for acts in (pair.here, pair.there)]
    return [(trial.get("clearing", 0), trial.get("clearing_due", 0)) for trial in trials]


def pay(acts: Acts, netting: Any, reference: str = "B-1") -> Any:
    """One treasurer proposes to book a payment, another approves."""
    proposed = nettings.propose_payment(
        replace(acts.uow, actor=FIRST),
        book=acts.book.code,
        netting_id=netting.id,
        bank_reference=reference,
        reason=None,
    )
    return approve(acts.uow, acts.book.code, proposed)


def agreed_pair(uow: UnitOfWork) -> Iterator[Pair]:
    """Two books in agreement, Anna with 300 points in the first; both sound at the end."""
    # far apart from every other number, so that a statement that names a book is known by it
    far = {"id": 770_000, "code": "far-away", "name": "x", "currency_name": "x", "expired_cost_goes_to": "book"}
    uow.session.add(Book(**far, validity_months=1, grace_days=1, created_at=uow.now))
    uow.session.flush()
    made = Pair(Acts(uow, open_ledger(uow)), Acts(uow, open_ledger(uow, validity_months=6, value_fen=20)))
    made.agree()
    made.here.award(ANNA, 300)
    yield made
    for acts in (made.here, made.there):
        assert invariants.list_wrongs(invariants.fetch_in(uow.session), acts.ledger.id) == []
