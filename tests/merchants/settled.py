"""Shops with papers and bank accounts, and the desk of two treasurers, in short words."""

import csv
import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import StringIO
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.infra.vault import vault
from app.kernel.actor import SYSTEM, Actor, Role
from app.merchants.models import BankAccount, Branch, Dispute, Settlement
from app.merchants.rules.payouts import PayoutRules
from app.merchants.service import checking, disputes, papers, paying, payouts, results, settlement
from app.merchants.service.payouts import MadePayout
from app.merchants.service.results import Imported
from app.merchants.terms import DisputeState
from app.points.service import proposals
from tests.merchants.till import Till
from tests.points.ledger import Acts, named

FIRST, SECOND, CLERK = (named(f"desk {name}") for name in ("first", "second", "clerk"))
ACCOUNT = "6222020200012345{:03}"


def licence(number: int) -> str:
    """The licence number of a business of the tests (GB 32100: the last character is reckoned from the others)."""
    characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91310000MA1K{number:05}"
    total = sum(characters.index(each) * pow(3, at, 31) for at, each in enumerate(body))
    return body + characters[-total % 31]


def enrol_shop(acts: Acts, number: int) -> UUID:
    """A merchant with papers, a bank account and one branch; three people did it."""
    given = {
        "name": f"忠义商户{number}",
        "licence_no": licence(number),
        "contact_name": "赵掌柜",
        "contact_phone": f"1370000{number:04}",
        "bank": {"bank": "工商银行", "holder": "忠义餐饮有限公司", "account_no": ACCOUNT.format(number)},
        "branches": [{"name": f"店{number}", "street": "忠义街"}],
    }
    book = acts.book.code
    applied = papers.apply_to_enrol(by(acts.uow, CLERK), book=book, merchant_id=None, papers=given)
    papers.review_application(by(acts.uow, FIRST), book=book, application_id=applied.id)
    papers.approve_application(by(acts.uow, SECOND), book=book, application_id=applied.id)
    acts.uow.session.flush()
    plain_terms(acts.uow, book)
    shops = acts.uow.session.connection().exec_driver_sql(
        "SELECT id FROM merchants_branches WHERE merchant_id = %s", (applied.merchant_id,)
    )
    found: UUID = shops.scalar_one()
    return found


def spoil_account(uow: UnitOfWork, shop_id: UUID, holder: str) -> None:
    """Let a shop's bank account have a holder that was taken in before anybody looked at its letters."""
    merchant_id = uow.session.get_one(Branch, shop_id).merchant_id
    account = uow.session.query(BankAccount).filter_by(merchant_id=merchant_id, ended_at=None).one()
    bank = json.loads(vault().open(account.sealed, context=f"merchants.bank:{account.id}")) | {"holder": holder}
    account.ended_at = uow.now
    uow.session.flush()
    made_id = uow.new_id()
    spoilt = BankAccount(
        merchant_id=merchant_id,
        id=made_id,
        application_id=account.application_id,
        sealed=vault().seal(json.dumps(bank, ensure_ascii=False), context=f"merchants.bank:{made_id}"),
        masked=account.masked,
        since=uow.now,
        payable_from=uow.now,
    )
    uow.session.add(spoilt)
    uow.session.flush()


def plain_terms(uow: UnitOfWork, book: str) -> None:
    """Treat all shops of a book as old ones: on the next working day, and nothing kept back."""
    set_terms(uow, book, None, PayoutRules(new_shop_days=0))


def set_terms(uow: UnitOfWork, book: str, shop_id: UUID | None, rules: PayoutRules) -> None:
    """One proposes terms, another puts them in force."""
    made = payouts.set_payout_terms(by(uow, FIRST), book=book, shop_id=shop_id, rules=rules)
    uow.session.flush()
    payouts.approve_payout_terms(by(uow, SECOND), book=book, terms_id=made.id)


def by(uow: UnitOfWork, who: UUID) -> UnitOfWork:
    """The unit of work of a treasurer."""
    return replace(uow, actor=Actor(who, frozenset({Role.TREASURER})))


@dataclass
class Desk:
    """The desk of a book on one day."""

    acts: Acts

    @property
    def uow(self) -> UnitOfWork:
        return self.acts.uow

    @property
    def book(self) -> str:
        return self.acts.book.code

    def on(self, days: int) -> "Desk":
        """The same desk so many days later."""
        return Desk(Acts(replace(self.uow, now=self.uow.now + timedelta(days=days)), self.acts.ledger))

    def till(self, shop_id: UUID) -> Till:
        return Till(self.uow, self.book, shop_id)

    def night(self) -> None:
        """What is stated every night, of all shops."""
        system, after = replace(self.uow, actor=SYSTEM), None
        while (after := settlement.state_step(system, self.book, after)) is not None:
            pass
        self.uow.session.flush()

    def stated(self, shop_id: UUID, through: date) -> Settlement:
        return settlement.state_settlement(by(self.uow, FIRST), book=self.book, shop_id=shop_id, through=through)

    def check(self, stated: Settlement, who: UUID = FIRST) -> Settlement:
        return paying.check_settlement(by(self.uow, who), book=self.book, settlement_id=stated.id)

    def approve(self, stated: Settlement, who: UUID = SECOND) -> Settlement:
        return paying.approve_settlement(by(self.uow, who), book=self.book, settlement_id=stated.id)

    def sign(self) -> None:
        """Both sign whatever is stated and comes to money."""
        rows = self.uow.session.query(Settlement).filter_by(state="stated").all()
        for stated in rows:
            if stated.payable_fen:
                self.check(stated)
                self.approve(stated)
        self.uow.session.flush()

    def dispute(self, stated: Settlement, transaction_id: UUID, who: UUID = FIRST) -> Dispute:
        return disputes.open_dispute(
            by(self.uow, who),
            book=self.book,
            settlement_id=stated.id,
            transaction_id=transaction_id,
            reason="not what was bought",
        )

    def take_off(self, dispute: Dispute, fen: int) -> None:
        """Two people adjust what the shop is owed for a disputed line: less by so much."""
        asked = disputes.adjust_dispute(
            by(self.uow, FIRST), book=self.book, dispute_id=dispute.id, fen=-fen, sponsor_id=None, reason="wrong"
        )
        self.uow.session.flush()
        proposals.approve_proposal(by(self.uow, SECOND), book=self.book, proposal_id=asked.proposal_id)

    def close(self, dispute: Dispute, outcome: DisputeState, who: UUID = SECOND) -> Dispute:
        return disputes.close_dispute(
            by(self.uow, who), book=self.book, dispute_id=dispute.id, outcome=outcome, reason="seen"
        )

    def terms(self, shop_id: UUID | None = None, **terms: int) -> None:
        set_terms(self.uow, self.book, shop_id, PayoutRules(**terms))

    def file(self) -> MadePayout:
        return payouts.make_payout(by(self.uow, FIRST), book=self.book)

    def written(self, made: MadePayout) -> str:
        return payouts.write_payout(by(self.uow, FIRST), book=self.book, payout_id=made.payout.id)[1]

    def answer(self, made: MadePayout, *failed: int, only: int | None = None) -> bytes:
        """What the bank says to a file: paid, but for the lines at these positions; `only` the first so many."""
        rows = list(csv.DictReader(StringIO(self.written(made))))[:only]
        buffer = StringIO()
        writer = csv.writer(buffer)
        writer.writerow(["客户流水号", "结果", "失败原因", "银行流水号"])
        for position, row in enumerate(rows, 1):
            number = row["客户流水号"]
            if position in failed:
                writer.writerow([number, "失败", "账号户名不符", ""])
            else:
                writer.writerow([number, "成功", "", f"B-{number}"])
        return buffer.getvalue().encode("gbk")

    def result(self, made: MadePayout, content: bytes) -> Imported:
        return results.import_result(by(self.uow, SECOND), book=self.book, payout_id=made.payout.id, content=content)

    def findings(self) -> list[tuple[UUID, int, int]]:
        """Run the nightly comparison; (shop, owed by the ledger, explained by statements) of what it found."""
        system, after = replace(self.uow, actor=SYSTEM), None
        while (after := checking.check_step(system, self.book, after)) is not None:
            pass
        found = checking.list_findings(self.uow, book=self.book, limit=100, cursor=None).items
        return [
            (each.shop_id, each.ledger_fen, each.unstated_fen + each.unpaid_fen + each.reserve_fen + each.disputed_fen)
            for each in found
        ]
