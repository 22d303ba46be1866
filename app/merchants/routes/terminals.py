"""URLs of tills: what a till itself asks, and what a book's treasurers do with them."""

from http import HTTPStatus
from uuid import UUID

from flask import request

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.signed import Algorithm
from app.merchants.schemas.merchants import PaperReasonIn
from app.merchants.schemas.terminals import (
    AddressAlertOut,
    AddressAlertPage,
    EnrolledOut,
    EnrolTerminalIn,
    OwnTerminalOut,
    RevokedOut,
    RotateKeyIn,
    TerminalCodeIn,
    TerminalCodeOut,
    TerminalPage,
)
from app.merchants.service import merchants, terminals
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("terminals", __name__, description="收银终端 / tills")
TERMINALS = "/v1/books/<book>/shops/<uuid:shop_id>/terminals"
TREASURER = frozenset({Role.TREASURER})
READERS = TREASURER | {Role.AUDITOR}
TILL = frozenset({Role.TERMINAL})
ENROLMENT = (Limit(By.ADDRESS, 10, 60), Limit(By.INPUT, 5, 600, "code"))


@blueprint.route("/v1/terminals", methods=["POST"])
@endpoint(roles=PUBLIC, body=EnrolTerminalIn, reply=EnrolledOut, status=HTTPStatus.CREATED, limits=ENROLMENT)
def enrol_terminal(
    uow: UnitOfWork, *, code: str, algorithm: Algorithm, public_key: str | None, proof: str | None
) -> object:
    """终端凭登记码登记自己的公钥 / a till brings its key, by a one-time code."""
    address = request.remote_addr or "unknown"
    return terminals.enrol_terminal(
        uow, code=code, algorithm=algorithm, public_key=public_key, proof=proof, address=address
    )


@blueprint.route("/v1/merchant/terminal")
@endpoint(roles=TILL, reply=OwnTerminalOut)
def show_own_terminal(uow: UnitOfWork) -> object:
    """本终端及其密钥,可用来试签名 / the till that asks; good for trying a signature."""
    return terminals.show_own_terminal(uow)


@blueprint.route("/v1/merchant/terminal/keys", methods=["POST"])
@endpoint(roles=TILL, body=RotateKeyIn, reply=EnrolledOut, status=HTTPStatus.CREATED, idempotent=True)
def rotate_key(uow: UnitOfWork, *, algorithm: Algorithm, public_key: str, proof: str, ends_now: bool) -> object:
    """换密钥:旧密钥再用 24 小时,或立即失效 / another key; the one of before stays good for a day, or ends now."""
    return terminals.rotate_key(uow, algorithm=algorithm, public_key=public_key, proof=proof, ends_now=ends_now)


@blueprint.route(f"{TERMINALS}/codes", methods=["POST"])
@endpoint(roles=TREASURER, body=TerminalCodeIn, reply=TerminalCodeOut, status=HTTPStatus.CREATED)  # a secret
def make_terminal_code(uow: UnitOfWork, *, book: str, shop_id: UUID, name: str, takes_hmac: bool) -> object:
    """生成登记码,给一台新终端 / a one-time code for a new till."""
    branch = merchants.branch_of_home(uow, book, shop_id)
    return terminals.make_enrolment_code(uow, branch, name=name, takes_hmac=takes_hmac)


@blueprint.route(TERMINALS)
@endpoint(roles=READERS, query=PageQuery, reply=TerminalPage)
def list_terminals(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> object:
    """门店的终端 / tills of a branch."""
    return terminals.list_terminals(uow, merchants.branch_in(uow, book, shop_id), limit=limit, cursor=cursor)


@blueprint.route(f"{TERMINALS}/<uuid:terminal_id>/revoke", methods=["POST"])
@endpoint(roles=TREASURER, body=PaperReasonIn, reply=RevokedOut, idempotent=True)
def revoke_terminal(uow: UnitOfWork, *, book: str, shop_id: UUID, terminal_id: UUID, reason: str) -> object:
    """立即停用一台终端 / revoke a till at once."""
    branch = merchants.branch_in(uow, book, shop_id)
    return terminals.revoke_terminal(uow, branch, terminal_id=terminal_id, reason=reason)


@blueprint.route(f"{TERMINALS}/alerts")
@endpoint(roles=READERS, query=PageQuery, reply=AddressAlertPage)
def list_address_alerts(uow: UnitOfWork, *, book: str, shop_id: UUID, limit: int, cursor: str | None) -> object:
    """终端首次出现的网络地址,待查看 / addresses tills signed from for the first time."""
    return terminals.list_alerts(uow, merchants.branch_in(uow, book, shop_id), limit=limit, cursor=cursor)


@blueprint.route(f"{TERMINALS}/alerts/<uuid:alert_id>/close", methods=["POST"])
@endpoint(roles=TREASURER, reply=AddressAlertOut, idempotent=True)
def close_address_alert(uow: UnitOfWork, *, book: str, shop_id: UUID, alert_id: UUID) -> object:
    """已查看 / say that an alert was looked at."""
    return terminals.close_alert(uow, merchants.branch_in(uow, book, shop_id), alert_id=alert_id)
