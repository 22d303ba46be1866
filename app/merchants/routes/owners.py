"""URLs of merchants' owners, and of the district office, which joins streets and books."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.schemas.merchants import (
    AcceptBranchesIn,
    AcceptedOut,
    ApplicationOut,
    ApplicationPage,
    BankChangeIn,
    BranchPage,
    MerchantPage,
    MerchantSheetOut,
    OwnEnrolIn,
    PaperReasonIn,
    RegisterIn,
    RegistrationOut,
    RegistrationPage,
    StreetQuery,
)
from app.merchants.schemas.terminals import AddressAlertPage, RevokedOut, TerminalCodeIn, TerminalCodeOut, TerminalPage
from app.merchants.service import merchants as service
from app.merchants.service import papers as paperwork
from app.merchants.service import terminals
from app.merchants.terms import PersonKind
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("merchant_owners", __name__, description="店主 / owners of merchants")
OWNER = frozenset({Role.PERSON})
DISTRICT = frozenset({Role.DISTRICT})
PAPERS = "/v1/me/merchant-applications"
MERCHANT = "/v1/me/merchants/<uuid:merchant_id>"
TERMINALS = f"{MERCHANT}/branches/<uuid:branch_id>/terminals"
A_FEW_A_DAY = (Limit(By.ACCOUNT, 20, 86_400),)


@blueprint.route(PAPERS, methods=["POST"])
@endpoint(
    roles=OWNER,
    body=OwnEnrolIn,
    reply=ApplicationOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=A_FEW_A_DAY,
)
def apply_to_enrol_own(uow: UnitOfWork, *, book: str, papers: Mapping[str, Any]) -> object:
    """我的店申请入驻 / hand in the papers of my own business."""
    own = {**papers, "owner_id": str(service.owner_of(uow))}
    return paperwork.apply_to_enrol(uow, book=book, merchant_id=None, papers=own)


@blueprint.route(PAPERS)
@endpoint(roles=OWNER, query=PageQuery, reply=ApplicationPage)
def list_own_applications(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我提交的材料 / what I applied for."""
    return paperwork.list_own_applications(uow, limit=limit, cursor=cursor)


@blueprint.route(f"{PAPERS}/<uuid:application_id>/withdraw", methods=["POST"])
@endpoint(roles=OWNER, reply=ApplicationOut, idempotent=True)
def withdraw_application(uow: UnitOfWork, *, application_id: UUID) -> object:
    """撤回我的材料 / take my papers back."""
    return paperwork.withdraw_application(uow, application_id=application_id)


@blueprint.route("/v1/me/merchants")
@endpoint(roles=OWNER, query=PageQuery, reply=MerchantPage)
def list_own_merchants(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我的商户 / merchants of which I am a registered owner."""
    return service.list_own_merchants(uow, limit=limit, cursor=cursor)


@blueprint.route(MERCHANT)
@endpoint(roles=OWNER, reply=MerchantSheetOut)
def show_own_merchant(uow: UnitOfWork, *, merchant_id: UUID) -> object:
    """我的一个商户:门店和收款账户 / a merchant of mine with branches and bank accounts."""
    return service.show_merchant(uow, service.merchant_of_owner(uow, merchant_id))


@blueprint.route(f"{MERCHANT}/bank", methods=["POST"])
@endpoint(
    roles=OWNER,
    body=BankChangeIn,
    reply=ApplicationOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=A_FEW_A_DAY,
)
def apply_for_own_bank(uow: UnitOfWork, *, merchant_id: UUID, bank: Mapping[str, Any]) -> object:
    """申请变更收款账户 / ask for another bank account."""
    return paperwork.apply_for_bank(uow, service.merchant_of_owner(uow, merchant_id), bank=bank)


@blueprint.route(f"{MERCHANT}/people", methods=["POST"])
@endpoint(roles=OWNER, body=RegisterIn, reply=RegistrationOut, status=HTTPStatus.CREATED, idempotent=True)
def register_own_person(
    uow: UnitOfWork,
    *,
    merchant_id: UUID,
    kind: PersonKind,
    name: str,
    phone: str | None,
    person_id: UUID | None,
    shop_id: UUID | None,
) -> object:
    """登记店员 / register my staff."""
    merchant = service.merchant_of_owner(uow, merchant_id)
    return service.register_person(
        uow, merchant, kind=kind, name=name, phone=phone, person_id=person_id, shop_id=shop_id
    )


@blueprint.route(f"{MERCHANT}/people")
@endpoint(roles=OWNER, query=PageQuery, reply=RegistrationPage)
def list_own_people(uow: UnitOfWork, *, merchant_id: UUID, limit: int, cursor: str | None) -> object:
    """店主、店员 / owners and staff of my business."""
    return service.list_people(uow, service.merchant_of_owner(uow, merchant_id), limit=limit, cursor=cursor)


@blueprint.route(f"{TERMINALS}/codes", methods=["POST"])
@endpoint(roles=OWNER, body=TerminalCodeIn, reply=TerminalCodeOut, status=HTTPStatus.CREATED)  # its answer is a secret
def make_own_terminal_code(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, name: str, takes_hmac: bool
) -> object:
    """生成登记码,给一台新终端 / a one-time code for a new till."""
    branch = service.branch_of_owner(uow, merchant_id, branch_id)
    return terminals.make_enrolment_code(uow, branch, name=name, takes_hmac=takes_hmac)


@blueprint.route(TERMINALS)
@endpoint(roles=OWNER, query=PageQuery, reply=TerminalPage)
def list_own_terminals(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, limit: int, cursor: str | None
) -> object:
    """我的终端 / tills of my branch."""
    branch = service.branch_of_owner(uow, merchant_id, branch_id)
    return terminals.list_terminals(uow, branch, limit=limit, cursor=cursor)


@blueprint.route(f"{TERMINALS}/<uuid:terminal_id>/revoke", methods=["POST"])
@endpoint(roles=OWNER, body=PaperReasonIn, reply=RevokedOut, idempotent=True)
def revoke_own_terminal(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, terminal_id: UUID, reason: str
) -> object:
    """立即停用我的一台终端 / revoke a till of mine at once."""
    branch = service.branch_of_owner(uow, merchant_id, branch_id)
    return terminals.revoke_terminal(uow, branch, terminal_id=terminal_id, reason=reason)


@blueprint.route(f"{TERMINALS}/alerts")
@endpoint(roles=OWNER, query=PageQuery, reply=AddressAlertPage)
def list_own_address_alerts(
    uow: UnitOfWork, *, merchant_id: UUID, branch_id: UUID, limit: int, cursor: str | None
) -> object:
    """我的终端首次出现的网络地址,待查看 / addresses my tills signed from for the first time."""
    branch = service.branch_of_owner(uow, merchant_id, branch_id)
    return terminals.list_alerts(uow, branch, limit=limit, cursor=cursor)


@blueprint.route("/v1/branches")
@endpoint(roles=DISTRICT, query=StreetQuery, reply=BranchPage)
def list_branches(uow: UnitOfWork, *, street: str, limit: int, cursor: str | None) -> object:
    """一条街的门店 / the branches of a street."""
    return service.list_branches(uow, street=street, limit=limit, cursor=cursor)


@blueprint.route("/v1/branches/accept", methods=["POST"])
@endpoint(roles=DISTRICT, body=AcceptBranchesIn, reply=AcceptedOut, idempotent=True)
def accept_branches(uow: UnitOfWork, *, book: str, branch_ids: Sequence[UUID], street: str | None) -> object:
    """让一个账簿接受这些门店或整条街 / let a book accept points at branches, or at a whole street."""
    return {"items": service.accept_into_book(uow, book=book, branch_ids=branch_ids, street=street)}


@blueprint.route("/v1/branches/<uuid:branch_id>/terminals/<uuid:terminal_id>/revoke", methods=["POST"])
@endpoint(roles=DISTRICT, body=PaperReasonIn, reply=RevokedOut, idempotent=True)
def revoke_any_terminal(uow: UnitOfWork, *, branch_id: UUID, terminal_id: UUID, reason: str) -> object:
    """区里立即停用一台终端 / revoke a till from the district office."""
    return terminals.revoke_terminal(uow, service.get_branch(uow, branch_id), terminal_id=terminal_id, reason=reason)
