"""Two books with one of everything in each: ids that are good in one of them and must mean nothing in the other.

Everything is made by the services that make it in earnest, so what is found here can be found by a resident.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.enrolment import service as enrolment
from app.identity.models import Person
from app.identity.service import guardianships, signing_in
from app.identity.terms import GuardianKind
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Actor, Role
from app.kernel.geo import Datum, Source, locate
from app.kernel.periods import local_date
from app.mall import service as mall
from app.mall.models import Earn
from app.media import service as media
from app.media.rules import draw
from app.merchants import service as merchants
from app.merchants.models import SettlementLine
from app.merchants.rules.payouts import PayoutRules
from app.merchants.service import complaints, payouts
from app.merchants.terms import ComplaintKind
from app.places import service as places
from app.places.rules.duty import Weekly
from app.places.service.qr import DEMO_KEYS, QrSigns
from app.places.terms import Purpose, UnitKind
from app.points import service as points
from app.points.rules.accounts import AccountRef, account_id
from app.points.service import minting
from app.points.service.clearing import nettings
from app.points.terms import AccountKind
from app.reports import service as reports
from app.volunteers import service as volunteers
from app.volunteers.service.policies import limits_of
from app.webhooks import service as webhooks
from tests.enrolment.desk import HEADER, as_csv
from tests.isolation.guarding import guard
from tests.isolation.housing import house
from tests.isolation.trading import trade
from tests.media.pictures import jpeg, scene
from tests.merchants.settled import Desk, enrol_shop
from tests.merchants.till import Till
from tests.places.ground import lay
from tests.points.ledger import ANNA, Acts, Ledger, named, open_ledger
from tests.points.neighbours import Pair
from tests.points.programme import fact, publish
from tests.volunteers.conftest import agree
from tests.webhooks.conftest import TYPE

PROPOSER = named("proposer")


@dataclass(frozen=True)
class Cast:
    """Who and what is in one book and in no other."""

    resident: UUID
    moved: UUID
    staff: UUID
    sponsor: UUID
    shop: UUID
    station: UUID
    activity: UUID
    rule: str
    passbook_no: str
    phone: str


PARTS = ("moved", "staff", "sponsor", "shop", "station", "activity")
HERE = Cast(ANNA, *(named(f"{part} here") for part in PARTS), "report.here", "H-1", "13812345678")
THERE = Cast(named("carla"), *(named(f"{part} there") for part in PARTS), "report.there", "T-1", "13912345678")


def furnish(uow: UnitOfWork, cast: Cast) -> tuple[Acts, dict[str, Any]]:
    """Open a book and do one of everything; answers it, and an id for each kind that a request may hold."""
    acts = Acts(uow, _sponsored(uow, open_ledger(uow, minted=0), cast.sponsor))
    resident = replace(uow, actor=Actor(cast.resident, frozenset({Role.RESIDENT})))
    book = acts.book.code
    ids = _ruled(acts, cast) | _sold(acts, cast)
    photo = media.take_photo(resident, book=book, drawn=draw(jpeg(scene(1))))
    report = reports.file_report(resident, book=book, text="路灯不亮", place="3号楼")
    clerk = replace(uow, actor=Actor(PROPOSER, frozenset({Role.TREASURER})))
    proposal = minting.propose_mint(clerk, book=book, budget_id=acts.ledger.budget_id, points=5, reason=None)
    uow.session.flush()
    cleared = _cleared(acts, cast)
    placed = _placed(acts, cast)
    imported = _imported(acts, cast)
    warded = _warded(acts, cast)
    acts.transfer(cast.moved, cast.resident, "move")  # a passbook that is closed, in its own book only
    uow.session.flush()
    return acts, {
        **ids,
        **cleared,
        **imported,
        **placed,
        **warded,
        "budget_id": acts.ledger.budget_id,
        "account_id": account_id(acts.ledger.id, AccountRef(AccountKind.RESIDENT, cast.resident)),
        "owner_id": cast.resident,
        "resident_id": cast.resident,
        "moved_id": cast.moved,
        "sponsor_id": cast.sponsor,
        "proposal_id": proposal.id,
        "report_id": report.id,
        "photo_id": photo.id,
        "problem_id": report.problem_id,
        **house(acts, imported["import_id"]),
        "gathering_id": _gathered(acts, cast),
        **guard(
            acts,
            cast.resident,
            cast.rule.rpartition(".")[2],
            shop_id=cast.shop,
            terminal_id=ids["terminal_id"],
            coordinator_id=cast.staff,
            person_id=cast.staff,
        ),
        "check_id": _held(acts, cast),
        "policy_proposal_id": _eased(acts),
    }


def _gathered(acts: Acts, cast: Cast) -> UUID:
    """A gathering that the coordinator of the walk leads, at which the resident has checked in."""
    leader = replace(acts.uow, actor=Actor(HERE.staff, frozenset({Role.COORDINATOR})))
    here = locate(31.23, 120.12, Datum.WGS84, source=Source.DEVICE)
    made = volunteers.open_gathering(
        leader,
        book=acts.book.code,
        title="河道巡查",
        rule=cast.rule,
        starts_at=acts.uow.now,
        ends_at=acts.uow.now + timedelta(hours=2),
        minutes_min=1,
        position=here,
    )
    acts.uow.session.flush()
    where = {"book": acts.book.code, "gathering_id": made.id}
    code = volunteers.show_code(leader, **where).code
    resident = replace(acts.uow, actor=Actor(cast.resident, frozenset({Role.RESIDENT})))
    volunteers.scan_in_or_out(resident, **where, site_code=code, position=here)
    acts.uow.session.flush()
    return made.id


def _held(acts: Acts, cast: Cast) -> UUID | None:
    """An award that waits for a second person; the book's policy is as it was afterwards."""
    book, giver = acts.book.code, replace(acts.uow, actor=Actor(named("giver"), frozenset({Role.COORDINATOR})))
    beginning = asdict(limits_of(giver.session, acts.ledger.id))
    strict = beginning | {"paper_points_max": 0, "alone_points_max": 0}
    volunteers.set_policy(giver, book=book, **strict)
    done = volunteers.Activity(cast.rule, "待确认的活动", date(2026, 6, 15))
    service = volunteers.Service(cast.resident, minutes=60, events=1)
    held = volunteers.award_volunteer(giver, book=book, service=service, activity=done).check_id
    agree(giver, book, **beginning)
    return held


def _eased(acts: Acts) -> UUID:
    """A policy that waits for another treasurer."""
    treasurer = replace(acts.uow, actor=Actor(PROPOSER, frozenset({Role.TREASURER})))
    wanted = asdict(limits_of(acts.uow.session, acts.ledger.id)) | {"sample_permille": 0}
    return volunteers.propose_policy(treasurer, book=acts.book.code, **wanted, reason="x").proposal.id


def _sponsored(uow: UnitOfWork, ledger: Ledger, sponsor_id: UUID) -> Ledger:
    """The same book with a budget of another sponsor, who has paid for it."""
    budget = points.create_budget(uow, ledger.id, sponsor_id=sponsor_id, name="Spring", point_value_fen=10)
    acts = Acts(uow, Ledger(ledger.book, budget.id, sponsor_id))
    acts.fund(1_000_000)
    acts.mint(100_000)
    return acts.ledger


def _ruled(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A rule, an allotment, an award by the one from the other."""
    publish(acts.uow, acts.ledger, cast.rule, "events * 500")
    allotment_id = acts.allot(cast.station, 5_000, spender_ids=(cast.staff, HERE.staff))
    staff = replace(acts.uow, actor=Actor(cast.staff, frozenset({Role.COORDINATOR})))
    done = fact(rule=cast.rule, subject=str(cast.activity), minutes=None, events=1)
    facts = [
        replace(done, beneficiary_id=cast.resident, allotment_id=allotment_id),
        replace(done, beneficiary_id=cast.moved),
    ]
    outcome, other = points.award(staff, acts.book, facts=facts)
    assert outcome.record is not None
    assert other.record is not None
    return {
        "code": cast.rule,
        "activity_id": cast.activity,
        "person_id": cast.staff,
        "holder_id": cast.station,
        "allotment_id": allotment_id,
        "award_id": outcome.record.id,
        "transaction_id": outcome.record.transaction_id,
    }


def _sold(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A shop that was paid, was settled with, and waits for the rest of a payment; and a code to pay with."""
    merchants.open_shop(acts.uow, book=acts.book.code, name="面馆", street="忠义街", shop_id=cast.shop)
    told = {"owner_id": cast.shop, "hears": {"book": acts.book.code}}
    hearing = webhooks.open_endpoint(acts.uow, **told, url="https://shop.example.cn/", types=[TYPE]).endpoint
    till = Till(acts.uow, acts.book.code, cast.shop)
    bought = _bought(acts, cast)
    paid = till.pay(20, cast.resident)
    held = till.authorise(30, code=till.code(cast.resident), number=f"no-of-{cast.rule}")
    stated = till.settle()
    acts.uow.session.flush()
    line = acts.uow.session.query(SettlementLine).filter_by(settlement_id=stated.id).one().transaction_id
    traded = trade(acts, shop_id=cast.shop, resident_id=cast.resident)
    return traded | {
        "shop_id": cast.shop,
        "payment_id": held.redemption.id,
        "redemption_id": held.redemption.id,
        "out_trade_no": held.redemption.out_trade_no,
        "settlement_id": stated.id,
        "line_id": line,
        "dispute_id": Desk(acts).dispute(stated, line).id,
        "complaint_id": _complained(acts, cast, paid.redemption.id),
        "payment_code": till.code(cast.resident),
        **bought,
        **_paid(acts, cast),
        "webhook_id": hearing.id,
        "delivery_id": webhooks.send_test(acts.uow, **told, endpoint_id=hearing.id).id,
    }


def _complained(acts: Acts, cast: Cast, redemption_id: UUID) -> UUID:
    """A complaint about what was paid."""
    resident = replace(acts.uow, actor=Actor(cast.resident, frozenset({Role.RESIDENT})))
    return complaints.open_complaint(
        resident, book=acts.book.code, redemption_id=redemption_id, kind=ComplaintKind.OTHER, words="x"
    ).id


def _paid(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A file for the bank, with one statement in it; and terms that nobody approved yet."""
    desk = Desk(acts)
    shop = enrol_shop(acts, acts.ledger.id)
    desk.terms(shop, payout_days=0, new_payout_days=0)
    desk.till(shop).pay(1, cast.resident)
    desk.approve(desk.stated(shop, local_date(acts.uow.now)))
    proposed = payouts.set_payout_terms(acts.uow, book=desk.book, shop_id=None, rules=PayoutRules())
    acts.uow.session.flush()
    return {"payout_id": desk.file().payout.id, "terms_id": proposed.id}


def _bought(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A shop of the mall, and a payment there that somebody has to look at."""
    uow, book = acts.uow, acts.book.code
    number = f"S-{cast.rule}"
    shop = mall.open_shop(uow, book=book, shop_number=number, shop_id=cast.shop, rule=cast.rule, return_days=7)
    earn = Earn(
        id=uow.new_id(),
        transaction_id=number,
        shop_number=number,
        appid="wx",
        openid_index=b"x",
        openid_sealed=b"x",
        amount_fen=100,
        refunded_fen=0,
        paid_at=uow.now,
        received_at=uow.now,
        parked_until=uow.now,
        state="review",
        reason="not_resident",
        owner_book_id=acts.ledger.id,
        book=book,
        shop_id=cast.shop,
        resident_id=cast.resident,
        points=0,
        corrections=0,
        report="none",
        report_earns=False,
        report_points=0,
        report_attempts=0,
        consent_asks=0,
    )
    uow.session.add(earn)
    uow.session.flush()
    return {"mall_shop_id": shop.id, "earn_id": earn.id}


def _cleared(acts: Acts, cast: Cast) -> dict[str, Any]:
    """Points sent to a third book, and a month netted with it."""
    pair = Pair(acts, Acts(acts.uow, open_ledger(acts.uow))).agree()
    sent = pair.send(40, who=cast.resident)
    pair.work()
    july = pair.at(datetime(2026, 7, 2, 2, tzinfo=acts.uow.now.tzinfo))
    netting = nettings.state_netting(
        july.here.uow, book=acts.book.code, agreement_id=pair.agreement_id, month=date(2026, 6, 1)
    )
    return {
        "partner": pair.there.book.code,
        "agreement_id": pair.agreement_id,
        "transfer_id": sent.id,
        "netting_id": netting.id,
    }


def _placed(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A community with an estate, a grid, a posted code, a file of areas, and a unit that serves it and is on duty."""
    uow, book = acts.uow, acts.book.code
    ground = lay(uow, book=book, name=f"区 {book}")
    made = ground.estate(buildings=1, units=1)
    grid, building = ground.open("grid", "第一网格"), made["1号楼"]
    unit = places.open_unit(uow, book=book, kind=UnitKind.PROPERTY, name="物业", area_id=None)
    act = {"book": book, "unit_id": unit.id}
    since = date(2026, 6, 16)
    served = places.serve_area(uow, **act, area_id=building.id, valid_from=since, valid_to=None)
    weekly = Weekly(unit.id, cast.resident, 2, time(8), time(17), False, since, None)
    pattern = places.plan_pattern(uow, **act, weekly=weekly)
    day, hours = date(2026, 6, 20), {"starts_at": time(8), "ends_at": time(9)}
    shift = places.add_shift(uow, **act, person_id=cast.resident, day=day, **hours, reason="x")
    code = places.post_code(
        uow,
        QrSigns(DEMO_KEYS, None),
        book=book,
        area_id=building.id,
        purpose=Purpose.REPORT,
        place="门口",
        position=None,
        datum=Datum.GCJ02,
    )
    file = "小区,楼栋\n,9号楼\n9,\n,,\n".encode()
    imported = places.check_import(uow, book=book, content=file, media_type="text/csv")
    return {
        "area_id": building.id,
        "parent_id": made[""].id,
        "within": made[""].id,
        "grid_id": grid.id,
        "unit_id": unit.id,
        "service_id": served.id,
        "pattern_id": pattern.id,
        "shift_id": shift.id,
        "qr_point_id": code.point.id,
        "tree_import_id": imported.id,
    }


def _warded(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A child without WeChat, whose guardian has bound a number."""
    uow = acts.uow
    guardian = Person(id=uow.new_id(), name="监护人", registered_at=uow.now)
    uow.session.add(guardian)
    uow.session.flush()
    signing_in.bind_phone(replace(uow, actor=Actor(guardian.id, frozenset({Role.PERSON}))), phone=cast.phone)
    clerk = replace(uow, actor=Actor(cast.staff, frozenset({Role.CLERK})))
    given = guardianships.open_ward(
        clerk,
        book=acts.book.code,
        name="小明",
        guardian_phone=cast.phone,
        kind=GuardianKind.CHILD,
        reason="x",
        valid_to=None,
    )
    uow.session.flush()
    return {"ward_id": given.ward_id, "guardianship_id": given.id}


def _imported(acts: Acts, cast: Cast) -> dict[str, Any]:
    """A file that was checked and taken in, with two rows that are alike."""
    uow, book = acts.uow, acts.book.code
    first = ["李桂芳", cast.phone, "3", "2", "501", cast.passbook_no, 45, "2026-12-31"]
    alike = ["李桂芳", "", "3", "2", "501", f"{cast.passbook_no}0", 5, "2026-12-31"]
    rows = as_csv(HEADER, first, alike)
    made = enrolment.upload_file(uow, book=book, budget_id=acts.ledger.budget_id, content=rows, media_type="text/csv")
    jobs = Pair(acts, acts)
    jobs.work()
    enrolment.start_commit(uow, book=book, import_id=made.id)
    jobs.work()
    uow.session.flush()
    uow.session.refresh(made)
    assert (made.state, made.warnings > 0) == ("committed", True), made.failure_detail
    return {"import_id": made.id, "passbook_no": cast.passbook_no}
