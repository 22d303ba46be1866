"""Every pair of operations on one account: what comes out is what one of the two orders would have given."""

import os
from datetime import timedelta
from itertools import combinations_with_replacement
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.infra.unit_of_work import run_in_transaction
from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from tests.fixtures.work import NOW
from tests.points.committed import commit
from tests.points.ledger import Acts, Ledger
from tests.races.contest import meet_at, together

DEEP = os.environ.get("LINLI_HYPOTHESIS") == "deep"
LATER = NOW + timedelta(days=1)


class Scene:
    """A resident to whom everything can happen: an award, a purchase, a lapsed lot, holds alive and expired."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.who = ledger, uuid4()
        run_in_transaction(lambda uow: self.set(Acts(uow, ledger)), actor=SYSTEM, now=NOW)

    def set(self, acts: Acts) -> None:
        today = NOW.date()
        acts.opening(self.who, 20, today)
        self.lapsing_hold = acts.hold(self.who, 5, seconds=200_000).hold_id
        self.award = acts.award(self.who, 60).subject_id
        acts.opening(self.who, 50, today + timedelta(days=9))
        self.bought = acts.redeem(self.who, 30).subject_id
        self.hold = acts.hold(self.who, 20, seconds=200_000).hold_id
        self.expired_hold = acts.hold(self.who, 15, seconds=60).hold_id

    def acts(self) -> dict[str, object]:
        who, tag = self.who, uuid4()
        return {
            "award": lambda a: a.award(who, 7, cause=f"award {tag}"),
            "redeem": lambda a: a.redeem(who, 50, cause=f"redeem {tag}"),
            "hold": lambda a: a.hold(who, 45, cause=f"hold {tag}"),
            "capture": lambda a: a.capture(self.hold, who, 12, cause=f"capture {tag}"),
            "release": lambda a: a.release(self.hold),
            "refund": lambda a: a.refund(self.bought, who, 20, cause=f"refund {tag}"),
            "reverse award": lambda a: a.reverse(self.award, cause=f"reverse {tag}"),
            "reverse purchase": lambda a: a.reverse(self.bought, cause=f"undo {tag}"),
            "claw back": lambda a: a.claw_back(self.award, cause=f"claw {tag}"),
            "expire lots": lambda a: a.expire(),
            "sweep": lambda a: a.sweep(),
            "freeze": lambda a: a.freeze(who),
        }


FINGERPRINT = """
    SELECT (SELECT row(s.posted, s.held, s.frozen_reason)::text FROM points_balances s
             WHERE s.book_id = :book AND s.account_id = :account),
           (SELECT array_agg(row(x.expires_on, x.points_left, x.held, x.cost_left_fen, x.issued)::text
                             ORDER BY x.expires_on)
              FROM points_lots x WHERE x.book_id = :book AND x.account_id = :account),
           (SELECT array_agg(row(t.code, e.amount)::text ORDER BY t.code, e.amount) FROM points_entries e
              JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id
             WHERE e.book_id = :book AND e.account_id = :account),
           (SELECT array_agg(row(h.points, h.open, r.resolution, r.points_captured)::text ORDER BY h.points)
              FROM points_holds h LEFT JOIN points_hold_resolutions r ON r.book_id = h.book_id AND r.hold_id = h.id
             WHERE h.book_id = :book AND h.account_id = :account),
           (SELECT array_agg(row(a.kind, e.amount)::text ORDER BY a.kind, e.amount) FROM points_entries e
              JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id
             WHERE e.book_id = :book AND a.kind IN ('clawback', 'breakage') AND e.transaction_id IN (
                   SELECT transaction_id FROM points_entries WHERE book_id = :book AND account_id = :account))"""


def said(answer: object) -> str:
    """What was answered, as far as it is about this resident."""
    if isinstance(answer, DomainError):
        return f"{type(answer).__name__} {answer.params.get('available')} {answer.params.get('resolution')}"
    # a sweep, an expiry run and a freeze answer for the whole book, where other scenes still stand
    return "" if isinstance(answer, int) or hasattr(answer, "more") else type(answer).__name__


def outcome(scene: Scene, answers: list[object]) -> tuple:
    values = {"book": scene.ledger.id, "account": scene.ledger.passbook(scene.who)}
    rows = commit(scene.ledger, lambda a: tuple(map(str, a.uow.session.execute(text(FINGERPRINT), values).one())))
    return rows, sorted(map(said, answers))


def one_by_one(ledger: Ledger, names: tuple[str, ...]) -> tuple:
    scene, answers = Scene(ledger), []
    for name in names:
        try:
            answers.append(commit(ledger, scene.acts()[name], now=LATER))
        except DomainError as refusal:
            answers.append(refusal)
    return outcome(scene, answers)


ACTS = ["award", "redeem", "hold", "capture", "release", "refund", "reverse award", "reverse purchase"]
ACTS += ["claw back", "expire lots", "sweep", "freeze"]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_and_each_other_come_out_as_in_one_of_their_orders(place, sound, name):
    ledger = sound()
    for pair in combinations_with_replacement(ACTS, 2):
        if pair[0] != name:
            continue
        possible = [one_by_one(ledger, pair), one_by_one(ledger, pair[::-1])]
        for how in (meet_at, together) if DEEP else (meet_at,):
            scene = Scene(ledger)
            works = [scene.acts()[act] for act in pair]
            if how is meet_at:
                answers = meet_at(place, ledger, ledger.passbook(scene.who), works, now=LATER)
            else:
                answers = together(place, ledger, works, now=LATER)
            assert outcome(scene, answers) in possible, (pair, how.__name__)
