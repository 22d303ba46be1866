"""A second book with one of everything in it: the ids that must mean nothing in the first."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.merchants import service as merchants
from app.points.models import Allotment, AwardRecord, Entry
from app.points.queries import clearing as clearing_queries
from app.points.rules.accounts import AccountRef, account_id
from app.points.service import minting
from app.points.service.clearing import nettings
from app.points.terms import AccountKind
from app.reports import service as reports
from tests.merchants.till import Till
from tests.points.ledger import SHOP, SPONSOR, Acts, named, open_ledger
from tests.points.neighbours import Pair
from tests.points.programme import publish

CARLA = named("carla")  # has a passbook in the second book only


def furnish(uow: UnitOfWork) -> tuple[int, dict[str, Any]]:
    """Open the second book and do one of everything; answers its key, and an id for each kind a path may hold."""
    acts = Acts(uow, open_ledger(uow))
    third = Acts(uow, open_ledger(uow))
    carla = replace(uow, actor=Actor(CARLA, frozenset({Role.RESIDENT})))
    book, award = acts.book.code, acts.award(CARLA, 500)
    merchants.open_shop(uow, book=book, name="面馆", street="忠义街", shop_id=SHOP)
    till = Till(uow, book, SHOP)
    till.pay(20, CARLA)
    held = till.authorise(30, code=till.code(CARLA))
    settlement = till.settle()
    report = reports.file_report(carla, book=book, text="路灯不亮", place="3号楼")
    proposal = minting.propose_mint(uow, book=book, budget_id=acts.ledger.budget_id, points=5, reason=None)
    pair = Pair(acts, third).agree()
    sent = pair.send(40, who=CARLA)
    pair.work()
    july = pair.at(datetime(2026, 7, 2, 2, tzinfo=uow.now.tzinfo))
    netting = nettings.state_netting(july.here.uow, book=book, agreement_id=pair.agreement_id, month=date(2026, 6, 1))
    ids: dict[str, Any] = {
        "budget_id": acts.ledger.budget_id,
        "account_id": account_id(acts.ledger.id, AccountRef(AccountKind.RESIDENT, CARLA)),
        "transaction_id": award.subject_id,
        "owner_id": CARLA,
        "resident_id": CARLA,
        "sponsor_id": SPONSOR,
        "proposal_id": proposal.id,
        "shop_id": SHOP,
        "payment_id": held.payment.id,
        "settlement_id": settlement.id,
        "report_id": report.id,
        "agreement_id": pair.agreement_id,
        "transfer_id": sent.id,
        "netting_id": netting.id,
        **_ruled(uow, acts, award.subject_id),
    }
    uow.session.flush()
    assert clearing_queries.find_transfer(uow.session, acts.ledger.id, sent.id) is not None
    assert uow.session.query(Entry).filter_by(book_id=acts.ledger.id, account_id=ids["account_id"]).count() > 2
    return acts.ledger.id, ids


def _ruled(uow: UnitOfWork, acts: Acts, transaction_id: UUID) -> dict[str, Any]:
    """A rule, an award by it, an allotment: rows as their own features write them."""
    publish(uow, acts.ledger, "vol.hours", "minutes // 30")
    allotment = Allotment(
        book_id=acts.ledger.id,
        id=uuid4(),
        budget_id=acts.ledger.budget_id,
        holder_kind="station",
        holder_id=named("station"),
        period_from=date(2026, 6, 1),
        period_to=date(2026, 6, 30),
        points=10,
        allotted_by=uuid4(),
        allotted_at=uow.now,
        state="open",
    )
    award = AwardRecord(
        book_id=acts.ledger.id,
        id=uuid4(),
        rule_code="vol.hours",
        rule_version=1,
        subject="monday",
        beneficiary_id=CARLA,
        cycle="2026-06-15",
        passbook_id=CARLA,
        performed_on=date(2026, 6, 15),
        title="楼道保洁",
        streak=1,
        computed_points=500,
        points=500,
        budget_id=acts.ledger.budget_id,
        awarded_by=uuid4(),
        awarded_at=uow.now - timedelta(minutes=1),
        transaction_id=transaction_id,
    )
    uow.session.add_all([allotment, award])
    return {"allotment_id": allotment.id, "award_id": award.id, "code": "vol.hours"}
