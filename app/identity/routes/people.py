"""Accounts: who is who, freezing by owner and staff, appeals."""

from http import HTTPStatus
from uuid import UUID

from app.identity.schemas.staff import (
    AccountFreezeOut,
    AccountFreezePage,
    AccountReasonIn,
    AppealIn,
    FoundPersonOut,
    GrantPage,
    PersonQuery,
)
from app.identity.service import freezing, granting
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

OWNER = frozenset({Role.PERSON})
ADMINS = frozenset({Role.ADMIN, Role.DISTRICT})
LOOK_UP = (Limit(By.ACCOUNT, 60, 3600),)

blueprint = Blueprint("people", __name__, description="账号 / accounts")


@blueprint.route("/v1/me/grants")
@endpoint(roles=OWNER, query=PageQuery, reply=GrantPage)
def list_own_grants(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我的角色 / the roles I was granted."""
    return granting.list_own_grants(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/freeze")
@endpoint(roles=OWNER, reply=AccountFreezeOut)
def show_own_freeze(uow: UnitOfWork) -> object:
    """我的账号为什么冻结 / why my account is frozen."""
    return freezing.show_own_freeze(uow)


@blueprint.route("/v1/me/freeze", methods=["POST"])
@endpoint(roles=OWNER, body=AccountReasonIn, reply=AccountFreezeOut, status=HTTPStatus.CREATED, idempotent=True)
def freeze_own_account(uow: UnitOfWork, *, reason: str) -> object:
    """手机丢了:立即冻结我的账号 / freeze my account at once."""
    return freezing.freeze_own_account(uow, reason=reason)


@blueprint.route("/v1/me/freeze/appeal", methods=["POST"])
@endpoint(roles=OWNER, body=AppealIn, reply=AccountFreezeOut, idempotent=True)
def appeal(uow: UnitOfWork, *, text: str) -> object:
    """申诉 / appeal against the freeze."""
    return freezing.appeal(uow, text=text)


@blueprint.route("/v1/people")
@endpoint(roles=ADMINS, query=PersonQuery, reply=FoundPersonOut, limits=LOOK_UP)
def find_person(uow: UnitOfWork, *, phone: str) -> object:
    """按完整手机号找人 / find somebody by the whole number."""
    return granting.find_person(uow, phone=phone)


@blueprint.route("/v1/people/<uuid:person_id>/freeze", methods=["POST"])
@endpoint(roles=ADMINS, body=AccountReasonIn, reply=AccountFreezeOut, status=HTTPStatus.CREATED, idempotent=True)
def freeze_account(uow: UnitOfWork, *, person_id: UUID, reason: str) -> object:
    """冻结账号 / freeze an account."""
    return freezing.freeze_account(uow, person_id=person_id, reason=reason)


@blueprint.route("/v1/people/<uuid:person_id>/thaw", methods=["POST"])
@endpoint(roles=ADMINS, body=AccountReasonIn, reply=AccountFreezeOut, idempotent=True)
def thaw_account(uow: UnitOfWork, *, person_id: UUID, reason: str) -> object:
    """解冻账号 / lift a freeze."""
    return freezing.thaw_account(uow, person_id=person_id, reason=reason)


@blueprint.route("/v1/appeals")
@endpoint(roles=ADMINS, query=PageQuery, reply=AccountFreezePage)
def list_appeals(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """待处理的申诉 / appeals that wait."""
    return freezing.list_appeals(uow, limit=limit, cursor=cursor)
