"""URLs of settlements: stated, signed by two people, disputed line by line, verified, taken away as files."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.paging import Page
from app.merchants import service, terms
from app.merchants.models import Settlement
from app.merchants.schemas.settlements import (
    DisputeAdjustmentIn,
    DisputeAdjustmentOut,
    DisputeCloseIn,
    DisputeIn,
    DisputeOut,
    DisputePage,
    DisputeQuery,
    FindingPage,
    PayIn,
    SettlementIn,
    SettlementOut,
    SettlementPage,
    SettlementQuery,
    SignedManyOut,
    SignIn,
    StatementOut,
    VerifiedOut,
)
from app.merchants.schemas.statement_files import PDF, XLSX, make_pdf, make_xlsx
from app.merchants.service import Statement, checking, disputes, paying
from app.merchants.service.statement_files import read_statement
from app.merchants.terms import DisputeState, SettlementState
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("settlements", __name__, description="商户结算 / settling with shops")
SETTLEMENTS = "/v1/books/<book>/settlements"
ONE = f"{SETTLEMENTS}/<uuid:settlement_id>"
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
TREASURER = frozenset({Role.TREASURER})


@blueprint.route(SETTLEMENTS, methods=["POST"])
@endpoint(roles=TREASURER, body=SettlementIn, reply=SettlementOut, status=HTTPStatus.CREATED, idempotent=True)
def state_settlement(uow: UnitOfWork, *, book: str, shop_id: UUID, through: date) -> Settlement:
    """出结算单:到某日为止应付一家店多少 / state what a shop is owed through a day."""
    return service.state_settlement(uow, book=book, shop_id=shop_id, through=through)


@blueprint.route(SETTLEMENTS)
@endpoint(roles=READERS, query=SettlementQuery, reply=SettlementPage)
def list_settlements(
    uow: UnitOfWork,
    *,
    book: str,
    shop_id: UUID | None,
    state: SettlementState | None,
    limit: int,
    cursor: str | None,
) -> Page[Settlement]:
    """结算单,最新在前;可按店、按状态 / settlements, newest first, of one shop or in one state where given."""
    return service.list_settlements(uow, book=book, shop_id=shop_id, state=state, limit=limit, cursor=cursor)


@blueprint.route(ONE)
@endpoint(roles=READERS, query=PageQuery, reply=StatementOut)
def show_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, limit: int, cursor: str | None) -> Statement:
    """一张结算单及其明细 / one settlement with its lines."""
    return service.show_settlement(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


@blueprint.route(f"{SETTLEMENTS}/check", methods=["POST"])
@endpoint(roles=TREASURER, body=SignIn, reply=SignedManyOut, idempotent=True)
def check_settlements(uow: UnitOfWork, *, book: str, settlement_ids: Sequence[UUID]) -> object:
    """一次复核多张结算单,每张各有结果 / check many at once; each has its own outcome."""
    return {"items": paying.check_settlements(uow, book=book, settlement_ids=settlement_ids)}


@blueprint.route(f"{SETTLEMENTS}/approve", methods=["POST"])
@endpoint(roles=TREASURER, body=SignIn, reply=SignedManyOut, idempotent=True)
def approve_settlements(uow: UnitOfWork, *, book: str, settlement_ids: Sequence[UUID]) -> object:
    """一次批准多张结算单,每张各有结果 / approve many at once; each has its own outcome."""
    return {"items": paying.approve_settlements(uow, book=book, settlement_ids=settlement_ids)}


@blueprint.route(f"{ONE}/check", methods=["POST"])
@endpoint(roles=TREASURER, reply=SettlementOut, idempotent=True)
def check_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """复核结算单(两人中的第一人) / say as the first of two people that it is right."""
    return service.check_settlement(uow, book=book, settlement_id=settlement_id)


@blueprint.route(f"{ONE}/approve", methods=["POST"])
@endpoint(roles=TREASURER, reply=SettlementOut, idempotent=True)
def approve_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> Settlement:
    """批准付款(须与复核人不同) / approve it, as another person than who checked it."""
    return service.approve_settlement(uow, book=book, settlement_id=settlement_id)


@blueprint.route(f"{ONE}/pay", methods=["POST"])
@endpoint(roles=TREASURER, body=PayIn, reply=SettlementOut, idempotent=True)
def pay_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID, bank_reference: str) -> Settlement:
    """登记已付款(不经付款文件) / book the payment of an approved settlement that is in no file."""
    return service.pay_settlement(uow, book=book, settlement_id=settlement_id, bank_reference=bank_reference)


@blueprint.route(f"{ONE}/verify")
@endpoint(roles=READERS, reply=VerifiedOut)
def verify_settlement(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> object:
    """从账簿重算,逐字节核对 / make it again from the ledger, and compare to the byte."""
    return checking.verify_settlement(uow, book=book, settlement_id=settlement_id)


@blueprint.route(f"{ONE}/statement.xlsx")
@endpoint(roles=READERS, media_type=XLSX)
def export_settlement_xlsx(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> object:
    """结算单 Excel 表格,最多 10000 行 / as a workbook, at most 10,000 lines."""
    lines_max = terms.STATEMENT_FILE_LINES_MAX
    return make_xlsx(read_statement(uow, book=book, settlement_id=settlement_id, lines_max=lines_max))


@blueprint.route(f"{ONE}/statement.pdf")
@endpoint(roles=READERS, media_type=PDF)
def export_settlement_pdf(uow: UnitOfWork, *, book: str, settlement_id: UUID) -> object:
    """打印结算单(PDF),最多 2000 行 / to print, at most 2,000 lines."""
    lines_max = terms.STATEMENT_PDF_LINES_MAX
    return make_pdf(read_statement(uow, book=book, settlement_id=settlement_id, lines_max=lines_max))


@blueprint.route(f"{ONE}/disputes", methods=["POST"])
@endpoint(roles=TREASURER, body=DisputeIn, reply=DisputeOut, status=HTTPStatus.CREATED, idempotent=True)
def open_dispute(uow: UnitOfWork, *, book: str, settlement_id: UUID, transaction_id: UUID, reason: str) -> object:
    """对一笔明细提出争议,暂扣不付 / doubt a line: it is kept back."""
    return disputes.open_dispute(
        uow, book=book, settlement_id=settlement_id, transaction_id=transaction_id, reason=reason
    )


@blueprint.route("/v1/books/<book>/settlement-disputes")
@endpoint(roles=READERS, query=DisputeQuery, reply=DisputePage)
def list_disputes(uow: UnitOfWork, *, book: str, state: DisputeState, limit: int, cursor: str | None) -> object:
    """结算争议,最新在前 / disputes of one state, newest first."""
    return disputes.list_disputes(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/settlement-disputes/<uuid:dispute_id>/close", methods=["POST"])
@endpoint(roles=TREASURER, body=DisputeCloseIn, reply=DisputeOut, idempotent=True)
def close_dispute(uow: UnitOfWork, *, book: str, dispute_id: UUID, outcome: DisputeState, reason: str) -> object:
    """办结他人提出的争议:归商户,或已退给居民 / close what somebody else disputed: for the shop or the resident."""
    return disputes.close_dispute(uow, book=book, dispute_id=dispute_id, outcome=outcome, reason=reason)


@blueprint.route("/v1/books/<book>/settlement-disputes/<uuid:dispute_id>/adjustments", methods=["POST"])
@endpoint(
    roles=TREASURER,
    body=DisputeAdjustmentIn,
    reply=DisputeAdjustmentOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
)
def adjust_dispute(
    uow: UnitOfWork, *, book: str, dispute_id: UUID, fen: int, sponsor_id: UUID | None, reason: str
) -> object:
    """申请为一项争议调减应付款,由另一人批准 / propose to take off what a disputed line came to; another approves."""
    return disputes.adjust_dispute(uow, book=book, dispute_id=dispute_id, fen=fen, sponsor_id=sponsor_id, reason=reason)


@blueprint.route("/v1/books/<book>/settlement-findings")
@endpoint(roles=READERS, query=PageQuery, reply=FindingPage)
def list_findings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """每夜核对发现的不符 / what nightly comparisons of statements and ledger found."""
    return checking.list_findings(uow, book=book, limit=limit, cursor=cursor)
