"""URLs by which a shop sees its settlements: at the till, and its owners."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants import terms
from app.merchants.schemas.settlements import (
    DisputeOut,
    OwnDisputeIn,
    OwnFileQuery,
    OwnSettlementPage,
    OwnStatementOut,
    OwnStatementQuery,
)
from app.merchants.schemas.statement_files import PDF, XLSX, make_pdf, make_xlsx
from app.merchants.schemas.statement_lines import KeptBackPage
from app.merchants.service import merchants
from app.merchants.service import shop_settlements as service
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("shop_settlements", __name__, description="商户看结算 / settlements as shops see them")
OWNER = frozenset({Role.PERSON})
TILLS = frozenset({Role.TERMINAL, Role.CASHIER})
MERCHANT = "/v1/me/merchants/<uuid:merchant_id>"
A_FEW_A_DAY = (Limit(By.ACCOUNT, 20, 86_400),)


@blueprint.route("/v1/merchant/settlements")
@endpoint(roles=TILLS, query=PageQuery, reply=OwnSettlementPage)
def list_branch_settlements(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """本店的结算单 / this shop's settlements, newest first."""
    return service.list_branch_settlements(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/merchant/settlements/<uuid:settlement_id>")
@endpoint(roles=TILLS, query=OwnStatementQuery, reply=OwnStatementOut)
def show_branch_settlement(
    uow: UnitOfWork, *, settlement_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """本店的一张结算单,明细带商户单号 / a settlement of this shop, its lines by the till's own numbers."""
    return service.show_branch_settlement(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/merchant/settlements/<uuid:settlement_id>/kept-back")
@endpoint(roles=TILLS, query=OwnStatementQuery, reply=KeptBackPage)
def list_branch_kept_back(uow: UnitOfWork, *, settlement_id: UUID, book: str, limit: int, cursor: str | None) -> object:
    """本店结算单按笔暂扣了什么、为什么 / what it keeps back line by line, and why."""
    return service.list_branch_kept_back(uow, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor)


@blueprint.route(f"{MERCHANT}/settlements")
@endpoint(roles=OWNER, query=PageQuery, reply=OwnSettlementPage)
def list_merchant_settlements(uow: UnitOfWork, *, merchant_id: UUID, limit: int, cursor: str | None) -> object:
    """我的商户各店的结算单 / settlements of all branches of my business."""
    return service.list_merchant_settlements(
        uow, merchants.merchant_of_owner(uow, merchant_id), limit=limit, cursor=cursor
    )


@blueprint.route(f"{MERCHANT}/settlements/<uuid:settlement_id>")
@endpoint(roles=OWNER, query=OwnStatementQuery, reply=OwnStatementOut)
def show_merchant_settlement(
    uow: UnitOfWork, *, merchant_id: UUID, settlement_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """我的一张结算单及其明细 / a settlement of mine with its lines."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return service.show_merchant_settlement(
        uow, merchant, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor
    )


@blueprint.route(f"{MERCHANT}/settlements/<uuid:settlement_id>/kept-back")
@endpoint(roles=OWNER, query=OwnStatementQuery, reply=KeptBackPage)
def list_merchant_kept_back(
    uow: UnitOfWork, *, merchant_id: UUID, settlement_id: UUID, book: str, limit: int, cursor: str | None
) -> object:
    """我的结算单按笔暂扣了什么、为什么 / what a settlement of mine keeps back line by line, and why."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return service.list_merchant_kept_back(
        uow, merchant, book=book, settlement_id=settlement_id, limit=limit, cursor=cursor
    )


@blueprint.route(f"{MERCHANT}/settlements/<uuid:settlement_id>/statement.xlsx")
@endpoint(roles=OWNER, query=OwnFileQuery, media_type=XLSX)
def export_merchant_settlement_xlsx(uow: UnitOfWork, *, merchant_id: UUID, settlement_id: UUID, book: str) -> object:
    """我的结算单 Excel 表格,最多 10000 行 / a settlement of mine as a workbook, at most 10,000 lines."""
    merchant, lines_max = merchants.merchant_of_owner(uow, merchant_id), terms.STATEMENT_FILE_LINES_MAX
    return make_xlsx(
        service.read_merchant_statement(uow, merchant, book=book, settlement_id=settlement_id, lines_max=lines_max)
    )


@blueprint.route(f"{MERCHANT}/settlements/<uuid:settlement_id>/statement.pdf")
@endpoint(roles=OWNER, query=OwnFileQuery, media_type=PDF)
def export_merchant_settlement_pdf(uow: UnitOfWork, *, merchant_id: UUID, settlement_id: UUID, book: str) -> object:
    """打印我的结算单(PDF),最多 2000 行 / a settlement of mine to print, at most 2,000 lines."""
    merchant, lines_max = merchants.merchant_of_owner(uow, merchant_id), terms.STATEMENT_PDF_LINES_MAX
    return make_pdf(
        service.read_merchant_statement(uow, merchant, book=book, settlement_id=settlement_id, lines_max=lines_max)
    )


@blueprint.route(f"{MERCHANT}/settlement-disputes", methods=["POST"])
@endpoint(
    roles=OWNER,
    body=OwnDisputeIn,
    reply=DisputeOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=A_FEW_A_DAY,
)
def dispute_own_line(
    uow: UnitOfWork, *, merchant_id: UUID, book: str, settlement_id: UUID, transaction_id: UUID, reason: str
) -> object:
    """对我的结算单中的一笔提出争议 / say that a line of a settlement of mine is wrong."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return service.dispute_own_line(
        uow, merchant, book=book, settlement_id=settlement_id, transaction_id=transaction_id, reason=reason
    )
