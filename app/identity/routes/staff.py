"""Staff: invitations, credentials, roles."""

from datetime import datetime
from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app

from app.identity.routes.access import AT_DESK
from app.identity.schemas.sessions import EndedOut
from app.identity.schemas.staff import (
    AccountReasonIn,
    ConfirmIn,
    GrantIn,
    GrantOut,
    GrantPage,
    GrantsQuery,
    InvitedOut,
    InviteIn,
    PasswordIn,
    PreparedOut,
    PrepareIn,
    RecoveryCodesOut,
)
from app.identity.service import granting, staff
from app.identity.service.granting import TakesShop
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit

TAKES_SHOP = "linli.takes_shop"
OWNER = frozenset({Role.PERSON})
ADMINS = frozenset({Role.ADMIN, Role.DISTRICT})
INVITATION = (Limit(By.ADDRESS, 30, 60), Limit(By.INPUT, 20, 600, "token"))

blueprint = Blueprint("staff", __name__, description="工作人员与角色 / staff and roles")


@blueprint.route("/v1/staff", methods=["POST"])
@endpoint(roles=ADMINS, body=InviteIn, reply=InvitedOut, status=HTTPStatus.CREATED)  # no key: the answer is a secret
def invite_staff(uow: UnitOfWork, *, name: str, username: str, person_id: UUID | None) -> object:
    """邀请工作人员设置密码 / invite somebody to be staff."""
    return staff.invite_staff(uow, name=name, username=username, person_id=person_id)


@blueprint.route("/v1/invitations/prepare", methods=["POST"])
@endpoint(roles=PUBLIC, body=PrepareIn, reply=PreparedOut, limits=INVITATION)
def prepare_staff(uow: UnitOfWork, *, token: str, password: str) -> object:
    """受邀:设置密码,领取动态码密钥 / choose a password, get the second factor."""
    return staff.prepare_staff(uow, token=token, password=password)


@blueprint.route("/v1/invitations/confirm", methods=["POST"])
@endpoint(roles=PUBLIC, body=ConfirmIn, reply=RecoveryCodesOut, limits=INVITATION)
def confirm_staff(uow: UnitOfWork, *, token: str, totp: str) -> object:
    """受邀:确认动态码,领取备用码 / confirm the second factor, get recovery codes."""
    return {"recovery_codes": staff.confirm_staff(uow, token=token, totp=totp)}


@blueprint.route("/v1/me/password", methods=["POST"])
@endpoint(roles=OWNER, body=PasswordIn, reply=EndedOut, limits=(AT_DESK[0], Limit(By.ACCOUNT, 20, 600)))
def change_password(uow: UnitOfWork, *, old_password: str, password: str, totp: str) -> object:
    """改密码,其他登录随之失效 / change my password; my other sessions end."""
    return {"ended": staff.change_password(uow, old_password=old_password, password=password, totp=totp)}


@blueprint.route("/v1/grants", methods=["POST"])
@endpoint(roles=ADMINS, body=GrantIn, reply=GrantOut, status=HTTPStatus.CREATED, idempotent=True)
def grant_role(
    uow: UnitOfWork,
    *,
    person_id: UUID,
    role: Role,
    area_id: UUID,
    unit_id: UUID | None,
    shop_id: UUID | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
    reason: str,
) -> object:
    """授予角色;重要角色须另一人批准 / grant a role; a powerful one waits for another person."""
    return granting.grant_role(
        uow,
        person_id=person_id,
        role=role,
        area_id=area_id,
        unit_id=unit_id,
        shop_id=shop_id,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
        takes_shop=cast("TakesShop", current_app.extensions[TAKES_SHOP]),
    )


@blueprint.route("/v1/grants")
@endpoint(roles=ADMINS, query=GrantsQuery, reply=GrantPage)
def list_grants(
    uow: UnitOfWork, *, area_id: UUID | None, person_id: UUID | None, limit: int, cursor: str | None
) -> object:
    """某区域或某人的授权 / grants of an area or of a person."""
    return granting.list_grants(uow, area_id=area_id, person_id=person_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/grants/<uuid:grant_id>/approve", methods=["POST"])
@endpoint(roles=ADMINS, reply=GrantOut, idempotent=True)
def approve_grant(uow: UnitOfWork, *, grant_id: UUID) -> object:
    """批准授权 / approve a grant."""
    return granting.approve_grant(uow, grant_id=grant_id)


@blueprint.route("/v1/grants/<uuid:grant_id>/end", methods=["POST"])
@endpoint(roles=ADMINS, body=AccountReasonIn, reply=GrantOut, idempotent=True)
def end_grant(uow: UnitOfWork, *, grant_id: UUID, reason: str) -> object:
    """结束或驳回授权 / end a grant, or refuse one that waits."""
    return granting.end_grant(uow, grant_id=grant_id, reason=reason)
