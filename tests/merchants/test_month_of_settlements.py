"""A month of shops: refunds, disputes, complaints, cases, adjustments, reserves, a bank that fails. hledger judges."""

import csv
import os
import random
import subprocess
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.kernel.actor import SYSTEM
from app.kernel.errors import DomainError
from app.merchants import service
from app.merchants.models import Settlement, SettlementLine
from app.merchants.service import checking
from app.merchants.terms import ComplaintOutcome, DisputeState
from app.points.service import adjusting, proposals
from app.points.service.export import Format
from app.risk import service as risk
from app.risk.queries import WhichCases
from app.risk.terms import Label
from tests.merchants.settled import FIRST, SECOND, Desk, by, enrol_shop
from tests.merchants.test_races_settling import complain, decide
from tests.points.ledger import ANNA, BORIS, named
from tests.points.test_export import hledger_or_skip, written
from tests.risk.facts import Desk as RiskDesk
from tests.risk.facts import rule

DAYS = 30
START = date(2026, 6, 15)
LOOKER = named("looker")


class Month:
    """Random days of shops and desk; what is refused leaves nothing behind."""

    def __init__(self, acts, seed: int) -> None:
        self.desk = Desk(acts)
        self.chance = random.Random(seed)
        self.shops = [enrol_shop(acts, number) for number in range(1, 5)]
        self.paid: list = []
        self.disputes: list = []
        self.complaints: list = []
        self.seen = dict.fromkeys(("refund", "dispute", "adjust", "failed", "file", "complaint", "decided", "case"), 0)

    def live(self) -> None:
        for day in range(DAYS):
            desk = self.desk.on(day)
            self._sell(desk)
            self._late_refunds(desk)
            self._adjust(desk)
            night = self.desk.on(day + 1)
            night.night()
            self._dispute(night)
            self._complain(night)
            self._look(night)
            night.sign()
            self._pay(night)
            assert night.findings() == [], day

    def _try(self, act):
        try:
            with self.desk.uow.session.begin_nested():
                return act()
        except DomainError:
            return None

    def _sell(self, desk) -> None:
        for _ in range(self.chance.randrange(4)):
            till = desk.till(self.chance.choice(self.shops))
            points, who = self.chance.randrange(1, 30), self.chance.choice([ANNA, BORIS])
            payment = self._try(lambda till=till, points=points, who=who: till.pay(points, who))
            if payment is not None:
                self.paid.append((till.shop_id, payment))

    def _late_refunds(self, desk) -> None:
        if self.paid and self.chance.random() < 0.4:
            shop_id, payment = self.chance.choice(self.paid)
            points = self.chance.randrange(1, 10)
            self.seen["refund"] += self._try(lambda: desk.till(shop_id).refund(payment, points)) is not None

    def _adjust(self, desk) -> None:
        if self.chance.random() < 0.15:
            shop_id, fen = self.chance.choice(self.shops), self.chance.choice([-35, 80, 120])
            proposal = adjusting.propose_adjustment(
                by(desk.uow, FIRST), book=desk.book, shop_id=shop_id, fen=fen, sponsor_id=None, reason="count"
            )
            desk.uow.session.flush()
            proposals.approve_proposal(by(desk.uow, SECOND), book=desk.book, proposal_id=proposal.id)
            self.seen["adjust"] += 1

    def _dispute(self, desk) -> None:
        lines = desk.uow.session.query(SettlementLine).filter_by(code="redemption").all()
        if lines and self.chance.random() < 0.4:
            line = self.chance.choice(lines[-6:])
            stated = desk.uow.session.get_one(Settlement, (line.book_id, line.settlement_id))
            made = self._try(lambda: desk.dispute(stated, line.transaction_id))
            if made is not None:
                self.disputes.append(made)
                self.seen["dispute"] += 1
        for open_one in list(self.disputes):
            outcome = self.chance.choice(list(DisputeState)[1:])
            if self.chance.random() < 0.3 and self._try(lambda o=open_one, r=outcome: desk.close(o, r)) is not None:
                self.disputes.remove(open_one)

    def _complain(self, desk) -> None:
        """Somebody complains now and then; what was asked of nobody lately is decided by two, or lapses."""
        if self.paid and self.chance.random() < 0.3:
            _, payment = self.chance.choice(self.paid[-8:])
            made = self._try(lambda: complain(desk, payment))
            if made is not None:
                self.complaints.append(made)
                self.seen["complaint"] += 1
        for one in list(self.complaints):
            if self.chance.random() < 0.2:
                one.state, one.answer, one.answered_by, one.answered_at = "contested", "no", FIRST, desk.uow.now
                desk.uow.session.flush()
                outcome = self.chance.choice(list(ComplaintOutcome))
                for who in (FIRST, SECOND):
                    self._try(lambda one=one, outcome=outcome, who=who: decide(desk, one, who, outcome))
                self.complaints.remove(one)
                self.seen["decided"] += one.decided_at is not None
        while service.lapse_complaints(replace(desk.uow, actor=SYSTEM)):
            pass

    def _look(self, desk) -> None:
        """Some of the open cases are closed, most of them as nothing."""
        looker = by(desk.uow, LOOKER)
        for case in risk.list_cases(looker, book=desk.book, which=WhichCases(), limit=9, cursor=None).items:
            if self.chance.random() < 0.4:
                label = self.chance.choice([Label.FALSE_POSITIVE, Label.VALUABLE_ALERT, Label.CONFIRMED_RISK])
                read = risk.take_case(looker, book=desk.book, case_id=case.id).case.revision
                risk.close_case(looker, book=desk.book, case_id=case.id, revision=read, label=label, text="x")
                self.seen["case"] += 1
        desk.uow.session.flush()

    def _pay(self, desk) -> None:
        made = self._try(desk.file)
        if made is not None:
            count = made.payout.line_count
            failed = [at for at in range(1, count + 1) if self.chance.random() < 0.25]
            content = desk.answer(made, *failed)
            desk.result(made, content)
            assert desk.result(made, content).unchanged == count
            self.seen["failed"] += len(failed)
            self.seen["file"] += 1


@pytest.fixture
def month(acts):
    for who in (ANNA, BORIS):
        acts.award(who, 450)
    RiskDesk(acts.uow, acts.book).publish(rule("much", "points >= 22", 30))
    made = Month(acts, seed=5)
    made.desk.terms(new_shop_days=12, new_payout_days=2, reserve_percent=20, reserve_days=9)
    made.live()
    return made


def test_hledgers_own_balances_are_what_is_owed_and_what_was_paid(acts, month, tmp_path):
    assert all(count >= 2 for count in month.seen.values()), str(month.seen)
    session = acts.uow.session
    path = tmp_path / "books.journal"
    path.write_text(written(session.connection(), acts.book.code, Format.HLEDGER), encoding="utf-8")
    told = {name.lower().rsplit(":", 1)[1]: -fen for name, fen in judged(path, "Liabilities:Money:MerchantPayable")}
    shops = dict.fromkeys((str(shop) for shop in month.shops), 0)
    last = month.desk.on(DAYS)
    open_fen = shops | dict.fromkeys(shops, 0)
    for each in session.query(Settlement).all():
        unpaid = 0 if each.state == "paid" else each.payable_fen
        open_fen[str(each.shop_id)] += unpaid + (each.reserve_fen if each.reserve_into is None else 0)
    for shop, kept in kept_back(session):
        open_fen[str(shop)] += kept
    for shop, fen in unstated(last, month.shops):
        open_fen[str(shop)] += fen
    assert shops | told == open_fen
    assert sum(open_fen.values()) == acts.trial()["merchant_payable"]
    check_every_statement_is_made_again_to_the_byte(month)
    paid = sum(each.payable_fen for each in session.query(Settlement).filter_by(state="paid"))
    earned = sum(line.fen for line in session.query(SettlementLine))
    (_, in_bank), funded = judged(path, "Assets:Money:Bank")[0], sum_funded(session)
    assert (in_bank, paid > 0) == (funded - paid, True)
    assert earned + sum(fen for _, fen in unstated(last, month.shops)) - paid == sum(open_fen.values())


def check_every_statement_is_made_again_to_the_byte(month):
    desk = month.desk.on(DAYS)
    stated = desk.uow.session.query(Settlement).all()
    assert len(stated) > 20
    for each in stated:
        assert checking.verify_settlement(desk.uow, book=desk.book, settlement_id=each.id).is_equal
        assert each.through >= START
        assert each.payable_on >= each.through + timedelta(days=1)


def judged(path, accounts):
    """(account, fen) as hledger alone adds the export up."""
    judge = subprocess.run(
        [hledger_or_skip(), "-f", path, "balance", "--flat", "--no-total", "-E", accounts, "-O", "csv"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    rows = list(csv.reader(judge.stdout.splitlines()))[1:]
    return [(name, int(Decimal(amount.removesuffix(" CNY")) * 100)) for name, amount in rows]


def sum_funded(session):
    """What sponsors paid in, by the ledger's entries."""
    return (
        session.connection()
        .exec_driver_sql(
            "SELECT -sum(e.amount)::bigint FROM points_entries e JOIN points_transactions t"
            " ON t.book_id = e.book_id AND t.id = e.transaction_id AND t.code = 'fund' WHERE e.amount < 0"
        )
        .scalar_one()
    )


def kept_back(session):
    """(shop, fen) of disputes that no statement released."""
    rows = session.connection().exec_driver_sql(
        "SELECT shop_id, sum(fen)::bigint FROM merchants_disputes WHERE released_into IS NULL GROUP BY 1"
    )
    return rows.all()


def unstated(desk, shops):
    """(shop, fen) of what stands in no statement: who owed at the end is carried over."""
    rows = desk.uow.session.connection().exec_driver_sql(
        "SELECT a.owner_id, sum(e.amount)::bigint FROM points_entries e"
        " JOIN points_accounts a ON a.book_id = e.book_id AND a.id = e.account_id AND a.kind = 'merchant_payable'"
        " JOIN points_transactions t ON t.book_id = e.book_id AND t.id = e.transaction_id AND t.code <> 'payout'"
        " WHERE NOT EXISTS (SELECT FROM merchants_settlement_lines l"
        " WHERE l.book_id = e.book_id AND l.transaction_id = e.transaction_id)"
        " AND a.owner_id = ANY(%s) GROUP BY 1",
        (list(shops),),
    )
    return rows.all()
