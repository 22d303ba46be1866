"""The chapter on clearing in docs/ledger.md is played in two books, and books what it says."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.points import queries
from app.points.models import ClearingTransfer
from app.points.queries import clearing as clearing_queries
from app.points.service.clearing import nettings
from tests.docs.markdown import number, read, section, table_after
from tests.points.ledger import ANNA, Acts, open_ledger
from tests.points.neighbours import FIRST, Pair, approve

TEXT = section(read("docs/ledger.md"), "## Clearing with another book")


class Story:
    """Plays the chapter; `booked` holds (book, transaction) of each act."""

    def __init__(self, uow) -> None:
        self.meilihua, self.zhongyi = (Acts(uow, open_ledger(uow, value_fen=10)) for _ in range(2))
        self.pair = Pair(self.meilihua, self.zhongyi).agree(rate_num=2, rate_den=3)
        self.meilihua.opening(ANNA, 30, date(2026, 12, 31))
        self.meilihua.award(ANNA, 30)
        sent = self.move(45)
        self.booked = {
            "leave": [(self.meilihua, self.side(self.meilihua, sent).transaction_id)],
            "arrive": [(self.zhongyi, self.side(self.zhongyi, sent).transaction_id)],
        }
        self.lots = queries.list_lots(
            uow.session, self.zhongyi.ledger.id, self.zhongyi.ledger.passbook(ANNA), today=date(2026, 6, 15)
        )
        self.zhongyi.freeze(ANNA)
        refused = self.move(15)
        self.booked["give back"] = [(self.meilihua, self.side(self.meilihua, refused).return_id)]
        self.zhongyi.thaw(ANNA)
        self.move(12, back=True)
        self.booked["netting"] = self.net()

    def move(self, points: int, *, back: bool = False) -> ClearingTransfer:
        sent = self.pair.send(points, back=back)
        self.pair.work()
        return sent

    def side(self, acts: Acts, transfer: ClearingTransfer) -> ClearingTransfer:
        return clearing_queries.lock_transfer(acts.uow.session, acts.ledger.id, transfer.id)

    def net(self):
        july = self.pair.at(datetime(2026, 7, 2, 2, tzinfo=UTC))
        nettings.state_netting(
            july.here.uow, book=july.here.book.code, agreement_id=self.pair.agreement_id, month=date(2026, 6, 1)
        )
        july.work()
        booked = []
        for acts in (july.here, july.there):
            netting = clearing_queries.find_netting(
                acts.uow.session, acts.ledger.id, self.pair.agreement_id, date(2026, 6, 1)
            )
            proposed = nettings.propose_payment(
                replace(acts.uow, actor=FIRST),
                book=acts.book.code,
                netting_id=netting.id,
                bank_reference="B-1",
                reason=None,
            )
            booked.append((acts, approve(acts.uow, acts.book.code, proposed).result_id))
        return booked


@pytest.fixture
def story(uow) -> Story:
    return Story(uow)


def written(act: str) -> Counter:
    rows = table_after(TEXT, f"clearing: {act}")
    return Counter(
        {
            (row["book"], row["account"], asset): number(row[asset])
            for row in rows
            for asset in ("points", "fen")
            if row[asset]
        }
    )


def booked(story: Story, act: str) -> Counter:
    sums: Counter = Counter()
    for acts, transaction_id in story.booked[act]:
        name = "Meilihua" if acts.ledger.id == story.meilihua.ledger.id else "Zhongyi"
        for entry, account in queries.list_entries_of(acts.uow.session, acts.ledger.id, transaction_id):
            sums[name, account.kind, account.asset] += entry.amount
    return sums


def test_every_act_of_clearing_books_what_the_document_says(story: Story) -> None:
    acts = re.findall(r"<!-- clearing: ([\w ]+) -->", TEXT)
    assert set(acts) == set(story.booked)
    assert {act: booked(story, act) for act in acts} == {act: written(act) for act in acts}


def test_what_arrives_lives_as_the_document_says(story: Story) -> None:
    assert [(lot.expires_on, lot.issued) for lot in story.lots] == [(date(2026, 12, 31), 20), (date(2028, 6, 30), 10)]
