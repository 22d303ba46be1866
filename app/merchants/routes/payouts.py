"""URLs of payouts: their terms, files for the bank, and its answers."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.rules.payouts import PayoutRules
from app.merchants.schemas.payouts import (
    DuePage,
    MadePayoutOut,
    PayoutFileQuery,
    PayoutPage,
    PayoutQuery,
    PayoutSheetOut,
    PayoutTermsIn,
    PayoutTermsOut,
    PayoutTermsPage,
    ResultOut,
    SkippedPage,
)
from app.merchants.service import payouts, receivers, results
from app.merchants.terms import RESULT_BYTES_MAX, FileEncoding
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import UPLOADS
from app.web.paging import PageQuery
from app.web.uploads import Download, Upload

blueprint = Blueprint("payouts", __name__, description="商户付款 / paying shops through the bank")
PAYOUTS = "/v1/books/<book>/payouts"
ONE = f"{PAYOUTS}/<uuid:payout_id>"
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
TREASURER = frozenset({Role.TREASURER})
BANK_CSV = "text/csv"
RESULT = Upload(media_types=(BANK_CSV,), bytes_max=RESULT_BYTES_MAX)


@blueprint.route("/v1/books/<book>/payout-terms", methods=["POST"])
@endpoint(roles=TREASURER, body=PayoutTermsIn, reply=PayoutTermsOut, status=HTTPStatus.CREATED, idempotent=True)
def set_payout_terms(uow: UnitOfWork, *, book: str, shop_id: UUID | None, terms: PayoutRules) -> object:
    """拟定付款条件:T+N、新商户留存 / propose when shops are paid, and what of a new one is kept back."""
    return payouts.set_payout_terms(uow, book=book, shop_id=shop_id, rules=terms)


@blueprint.route("/v1/books/<book>/payout-terms/<uuid:terms_id>/approve", methods=["POST"])
@endpoint(roles=TREASURER, reply=PayoutTermsOut, idempotent=True)
def approve_payout_terms(uow: UnitOfWork, *, book: str, terms_id: UUID) -> object:
    """批准他人拟定的付款条件 / put terms that somebody else proposed in force."""
    return payouts.approve_payout_terms(uow, book=book, terms_id=terms_id)


@blueprint.route("/v1/books/<book>/payout-terms")
@endpoint(roles=READERS, query=PageQuery, reply=PayoutTermsPage)
def list_payout_terms(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """付款条件,最新在前 / terms, newest first."""
    return payouts.list_payout_terms(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(PAYOUTS, methods=["POST"])
@endpoint(roles=TREASURER, reply=MadePayoutOut, status=HTTPStatus.CREATED, idempotent=True)
def make_payout(uow: UnitOfWork, *, book: str) -> object:
    """生成付款文件:所有到期、已批准的结算单 / make a file for the bank of all that is approved and due."""
    return payouts.make_payout(uow, book=book)


@blueprint.route(PAYOUTS)
@endpoint(roles=READERS, query=PageQuery, reply=PayoutPage)
def list_payouts(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """付款文件,最新在前 / files, newest first."""
    return payouts.list_payouts(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{PAYOUTS}/due")
@endpoint(roles=READERS, query=PageQuery, reply=DuePage)
def list_due_settlements(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """到期可付的结算单,不能付的及原因,银行退回过的 / what is due: payable, or why not."""
    return receivers.list_due(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{ONE}/skipped")
@endpoint(roles=READERS, query=PageQuery, reply=SkippedPage)
def list_skipped(uow: UnitOfWork, *, book: str, payout_id: UUID, limit: int, cursor: str | None) -> object:
    """生成这份文件时未能列入的结算单及原因 / what was due and could not go into this file, and why."""
    return payouts.list_skipped(uow, book=book, payout_id=payout_id, limit=limit, cursor=cursor)


@blueprint.route(ONE)
@endpoint(roles=READERS, query=PayoutQuery, reply=PayoutSheetOut)
def show_payout(uow: UnitOfWork, *, book: str, payout_id: UUID, limit: int, cursor: str | None) -> object:
    """一份付款文件及银行结果 / a file with its lines and what the bank said."""
    return payouts.show_payout(uow, book=book, payout_id=payout_id, limit=limit, cursor=cursor)


@blueprint.route(f"{ONE}/bank.csv")
@endpoint(roles=TREASURER, query=PayoutFileQuery, media_type=BANK_CSV)
def export_payout(uow: UnitOfWork, *, book: str, payout_id: UUID, encoding: FileEncoding) -> object:
    """下载付款文件(含账号);重复下载逐字节相同 / the file itself, with account numbers; always the same bytes."""
    payout, text = payouts.write_payout(uow, book=book, payout_id=payout_id)
    return Download(text.encode(str(encoding)), f"payout-{payout.number:06}.csv")


@blueprint.route(f"{ONE}/result", methods=["POST"])
@endpoint(roles=TREASURER, upload=RESULT, reply=ResultOut, idempotent=True, limits=UPLOADS)
def import_result(uow: UnitOfWork, *, book: str, payout_id: UUID, content: bytes, media_type: str) -> object:  # noqa: ARG001 - the shape of an upload
    """导入银行回单,可部分失败;同一份再导入不变 / take in the bank's answer; the same again changes nothing."""
    return results.import_result(uow, book=book, payout_id=payout_id, content=content)
