"""docs/ledger.md: its story is played and must book what it says; its chart, guards and chain are the code's."""

import re
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from app.kernel.actor import Actor
from app.points import queries
from app.points import service as points
from app.points.models import Transaction
from app.points.queries import audit
from app.points.rules import chain
from app.points.rules.figures import MonthFigures
from app.points.schemas import words
from app.points.service import Award, OpeningBalance, adjusting, proposals, transferring
from app.points.service.export import names
from app.points.service.export.writing import commodity
from app.points.terms import CHART, AccountKind, HolderKind, OwnerKind, TransferKind
from tests.docs.markdown import number, read, section, table_after
from tests.points.ledger import Acts, Ledger

TEXT = read("docs/ledger.md")
NAMES = UUID("0d2f3c64-58a5-4b52-8f43-0a5b4f2f8f10")
WHO = {
    name: uuid5(NAMES, name)
    for name in ("community fund", "volunteering", "Li", "Wang", "Chen", "Chen (old)", "noodles", "bakery", "station")
}
STATION_2026 = "station 2026"  # the station's allotment, whose id is made when it is made
NAME_OF = {value: name for name, value in WHO.items()}


def noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 4, tzinfo=UTC)


class Story:
    """Plays the document's acts in its order; `booked` holds the transaction of each."""

    def __init__(self, uow) -> None:
        self.uow = replace(uow, now=noon(2026, 6, 15))
        self.book = points.create_book(self.uow, code="story", name="Story", currency_name="points")
        points.create_budget(
            self.uow,
            self.book.id,
            sponsor_id=WHO["community fund"],
            name="volunteering",
            point_value_fen=10,
            budget_id=WHO["volunteering"],
        )
        self.booked: dict[str, UUID] = {}

    def play(self) -> None:
        self._fill()
        self._spend()
        self._correct()
        self._allot()
        self.uow = replace(self.uow, now=noon(2027, 1, 1))
        assert points.close_allotments_step(self.uow, self.book.code, None)
        self.booked["return"] = self.last_transaction("allot_return")
        points.expire_points(self.uow, self.book)
        self.booked["expiry"] = self.last_transaction("expiry")
        paid = points.pay_merchant(
            self.uow, self.book.id, cause="payout", shop_id=WHO["noodles"], amount_fen=370, bank_reference="T-1"
        )
        self.booked["adjustment"] = self.adjust(30)
        self.uow = replace(self.uow, now=noon(2027, 1, 2))
        self.booked |= {"payout": paid.subject_id, "late refund": self.refund("late refund", 25)}
        self.booked["transfer"] = self.transfer("Li", "Wang", TransferKind.MOVE)
        self.booked["merge"] = self.transfer("Chen (old)", "Chen", TransferKind.MERGE)

    def award(self, name: str, amount: int) -> UUID:
        awards = [Award(f"award {name} {amount}", WHO[name], amount)]
        [outcome] = points.award_points(self.uow, self.book, budget_id=WHO["volunteering"], awards=awards)
        return outcome.raise_if_declined().subject_id

    def refund(self, cause: str, amount: int) -> UUID:
        return points.refund_redemption(
            self.uow,
            self.book,
            cause=cause,
            transaction_id=self.booked["capture"],
            resident_id=WHO["Li"],
            shop_id=WHO["noodles"],
            points=amount,
        ).subject_id

    def adjust(self, fen: int) -> UUID:
        points.name_owner(self.uow, self.book.id, owner_id=WHO["noodles"], kind=OwnerKind.SHOP, name="noodles")
        proposal = adjusting.propose_adjustment(
            self.uow, book="story", shop_id=WHO["noodles"], fen=fen, sponsor_id=WHO["community fund"], reason="slips"
        )
        second = replace(self.uow, actor=replace(self.uow.actor, id=UUID(int=2)))
        return proposals.approve_proposal(second, book="story", proposal_id=proposal.id).result_id

    def transfer(self, owner: str, successor: str, kind: TransferKind) -> UUID:
        first, second = (replace(self.uow, actor=Actor(id=uuid5(NAMES, n), roles=frozenset())) for n in ("1", "2"))
        proposal = transferring.propose_transfer(
            first, book="story", owner_id=WHO[owner], successor_id=WHO[successor], kind=kind, reason="story"
        )
        return proposals.approve_proposal(second, book="story", proposal_id=proposal.id).result_id

    def last_transaction(self, code: str) -> UUID:
        found = select(Transaction.id).filter_by(book_id=self.book.id, code=code)
        return self.uow.session.scalars(found).one()

    def _fill(self) -> None:
        funded = points.fund_sponsor(
            self.uow,
            self.book.id,
            cause="fund",
            sponsor_id=WHO["community fund"],
            amount_fen=50_000,
            bank_reference="B-1",
        )
        minted = points.mint_points(self.uow, self.book.id, cause="mint", budget_id=WHO["volunteering"], points=1000)
        paper = [OpeningBalance("passbook 17", WHO["Li"], 45, date(2026, 12, 31))]
        [opened] = points.take_over_balances(self.uow, self.book, budget_id=WHO["volunteering"], balances=paper)
        self.booked |= {"fund": funded.subject_id, "mint": minted.subject_id, "opening": opened.subject_id}
        self.booked["award"] = self.award("Li", 30)

    def _spend(self) -> None:
        book = self.book.id
        held = points.hold_points(
            self.uow,
            book,
            cause="hold",
            resident_id=WHO["Li"],
            points=50,
            expires_at=self.uow.now.replace(hour=5),
        )
        assert held.available == 25
        captured = points.capture_hold(
            self.uow,
            book,
            cause="capture",
            hold_id=held.hold_id,
            resident_id=WHO["Li"],
            shop_id=WHO["noodles"],
            points=40,
        )
        self.booked["capture"] = captured.subject_id
        self.booked["refund"] = self.refund("refund", 15)

    def _correct(self) -> None:
        def undo(act, wrong: UUID, cause: str) -> UUID:
            return act(self.uow, self.book, cause=cause, transaction_id=wrong, reason="wrong").subject_id

        self.booked["reversal"] = undo(points.reverse_transaction, self.award("Wang", 20), "reversal")
        wrong = self.award("Chen", 20)
        points.redeem_points(
            self.uow, self.book.id, cause="12", resident_id=WHO["Chen"], shop_id=WHO["noodles"], points=12
        )
        self.booked["clawback"] = undo(points.claw_back_award, wrong, "clawback")
        old = self.award("Chen (old)", 14)
        points.redeem_points(
            self.uow, self.book.id, cause="4", resident_id=WHO["Chen (old)"], shop_id=WHO["bakery"], points=4
        )
        points.claw_back_award(self.uow, self.book, cause="old", transaction_id=old, reason="wrong")
        self.award("Chen (old)", 10)

    def _allot(self) -> None:
        points.name_owner(self.uow, self.book.id, owner_id=WHO["station"], kind=OwnerKind.STATION, name="Station")
        made = points.allot(
            self.uow,
            book=self.book.code,
            budget_id=WHO["volunteering"],
            holder_kind=HolderKind.STATION,
            holder_id=WHO["station"],
            period_from=date(2026, 1, 1),
            period_to=date(2026, 12, 31),
            points=50,
            spender_ids=(),
        )
        self.allotment = made.line.allotment.id
        self.booked["allot"] = self.last_transaction("allot")
        acts = Acts(self.uow, Ledger(self.book, WHO["volunteering"]))
        self.booked["allotted award"] = acts.award_allotted(self.allotment, WHO["Wang"], 12).subject_id


@pytest.fixture
def story(uow) -> Story:
    told = Story(uow)
    told.play()
    return told


def booked(story: Story, act: str) -> Counter:
    """(account as the document writes it, asset) → amount, the stripes of a budget taken together."""
    entries = queries.list_entries_of(story.uow.session, story.book.id, story.booked[act])
    sums: Counter = Counter()
    known = NAME_OF | {story.allotment: STATION_2026}
    for entry, account in entries:
        name = known.get(account.owner_id)
        sums[f"{account.kind} · {name}" if name else account.kind, account.asset] += entry.amount
    return sums


def written(mark: str, name: str = "account") -> Counter:
    rows = table_after(TEXT, mark)
    return Counter(
        {(row[name], asset): number(row[asset]) for row in rows for asset in ("points", "fen") if row[asset]}
    )


def test_every_act_books_what_the_document_says(story: Story) -> None:
    acts = re.findall(r"<!-- journal: ([\w ]+) -->", TEXT)
    assert set(acts) == set(story.booked)
    assert {act: written(f"journal: {act}") for act in acts} == {act: booked(story, act) for act in acts}


def test_the_trial_balance_is_the_documents(story: Story) -> None:
    rows = queries.list_trial_balance(story.uow.session, story.book.id)
    assert written("trial-balance", "kind") == {(kind, asset): balance for kind, asset, balance, _ in rows}


def test_the_refund_after_expiry_is_good_for_the_days_of_grace(story: Story) -> None:
    account = points.show_passbook(story.uow, book="story", owner_id=WHO["Wang"])  # to whom Li's lots went as they were
    lots = {lot.expires_on: lot.points_left for lot in account.lots}
    assert lots == {date(2027, 2, 1): 25, date(2028, 6, 30): 30 + 12}  # 12 of his own, from the station


def test_the_chart_is_the_codes() -> None:
    rows = {row["kind"]: row for row in table_after(TEXT, "chart")}
    assert list(rows) == [kind.value for kind in AccountKind]
    for kind, terms in CHART.items():
        row = rows[kind]
        parts = ["folded" if terms.folded else "strict", *(["lots"] if terms.has_lots else [])]
        parts += [f"{terms.stripes} stripes"] if terms.stripes > 1 else []
        assert (row["asset"], row["class"], row["name"]) == (
            terms.asset,
            ", ".join(parts),
            words.kind_title(kind, "zh"),
        )


def test_every_guard_named_is_in_the_database(owner_connection) -> None:
    refusals = section(TEXT, "## What PostgreSQL itself refuses")
    named = set(re.findall(r"`((?:points|uq|ck)_\w+)`", refusals))
    found = owner_connection.execute(
        "SELECT tgname::text FROM pg_trigger UNION SELECT conname::text FROM pg_constraint"
        " UNION SELECT relname::text FROM pg_class UNION SELECT proname::text FROM pg_proc"
    ).fetchall()
    assert named - {row[0] for row in found} == set()


def test_every_trigger_of_the_ledger_is_named(owner_connection) -> None:
    found = owner_connection.execute(
        "SELECT DISTINCT tgname::text FROM pg_trigger WHERE tgname LIKE 'points%'"
    ).fetchall()
    assert [row[0] for row in found if f"`{row[0]}`" not in TEXT] == []


def test_the_chain_example_is_the_codes() -> None:
    example = TEXT.split("<!-- chain-example -->", 1)[1]
    at = datetime(2026, 6, 15, 2, tzinfo=UTC)
    ids = [UUID(f"01900000-0000-{kind}000-8000-00000000000{last}") for kind, last in (("7", 1), ("7", 2), ("8", 3))]
    assert f"= {chain.microseconds(at)}" in example
    digest = chain.Header(ids[0], ids[1], at, at, "award", "attendance:17", None).digest()
    link = chain.link(
        chain.GENESIS, book_id=1, account_id=ids[2], version=1, amount=30, balance_after=30, digest=digest
    )
    assert re.search(rf"digest +{digest.hex()}", example)
    assert re.search(rf"link +{link.hex()}", example)


def test_every_check_of_the_audit_is_named() -> None:
    code = " ".join(statement.sql for statement in (*audit.FOUNDATIONS, *audit.BOOK))
    checks = set(re.findall(r"'([a-z]+\.[a-z]+)'", code))
    assert checks
    assert checks == set(re.findall(r"`([a-z]+\.[a-z]+)`", section(TEXT, "## The audit")))


def test_every_figure_of_a_month_is_explained() -> None:
    explained = [row["figure"] for row in table_after(TEXT, "figures")]
    assert explained == [field.name for field in fields(MonthFigures)]


def test_the_names_of_the_export_are_the_codes() -> None:
    rows = {row["kind"]: row for row in table_after(TEXT, "export-names")}
    assert {kind: row["account in the export"] for kind, row in rows.items()} == names.NAMES
    assert all(row["commodity"] == commodity(CHART[AccountKind(kind)].asset) for kind, row in rows.items())
