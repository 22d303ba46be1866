"""My account: close it, take my data along, consents."""

from http import HTTPStatus

from flask import current_app

from app.identity.schemas.accounts import (
    ClosingIn,
    ClosingOut,
    ConsentIn,
    ConsentOut,
    ConsentPage,
    ConsentTextsOut,
    WithdrawalIn,
)
from app.identity.schemas.data import OwnDataOut, stream_own_data
from app.identity.service import closing, consents, exporting
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

MORE_DATA = "linli.more_own_data"
OWNER = frozenset({Role.PERSON})
EXPORTS = (Limit(By.ACCOUNT, 10, 3600),)

blueprint = Blueprint("accounts", __name__, description="我的账号与同意 / my account and consents")


@blueprint.route("/v1/me/close", methods=["POST"])
@endpoint(roles=OWNER, body=ClosingIn, reply=ClosingOut, idempotent=True)
def close_account(uow: UnitOfWork, *, confirm: str) -> object:
    """注销账号:七天后生效,期间登录即取消 / close my account in seven days; signing in calls it off."""
    return {"closes_at": closing.ask_to_close(uow, confirm=confirm)}


@blueprint.route("/v1/me/data")
@endpoint(roles=OWNER, reply=OwnDataOut, limits=EXPORTS)
def export_own_data(uow: UnitOfWork) -> object:
    """导出我的全部数据 / all that is held about me, as a file."""
    return stream_own_data(exporting.begin_own_data(uow), current_app.extensions[MORE_DATA])


@blueprint.route("/v1/consent-texts")
@endpoint(roles=PUBLIC, reply=ConsentTextsOut)
def list_consent_texts(uow: UnitOfWork) -> object:
    """需要同意的文本,现行版本 / texts to agree to, in their current version."""
    del uow
    return {"items": consents.list_consent_texts()}


@blueprint.route("/v1/me/consents")
@endpoint(roles=OWNER, query=PageQuery, reply=ConsentPage, by_proxy=True)
def list_own_consents(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我同意过什么、撤回过什么 / what I agreed to and took back."""
    return consents.list_own_consents(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/consents", methods=["POST"])
@endpoint(roles=OWNER, body=ConsentIn, reply=ConsentOut, status=HTTPStatus.CREATED, idempotent=True, by_proxy=True)
def give_consent(uow: UnitOfWork, *, text: str, version: str) -> object:
    """同意一份文本的现行版本 / agree to the current version of a text."""
    return consents.give_consent(uow, text=text, version=version)


@blueprint.route("/v1/me/consents/withdraw", methods=["POST"])
@endpoint(roles=OWNER, body=WithdrawalIn, reply=ConsentOut, status=HTTPStatus.CREATED, idempotent=True, by_proxy=True)
def withdraw_consent(uow: UnitOfWork, *, text: str) -> object:
    """撤回同意 / take a consent back."""
    return consents.withdraw_consent(uow, text=text)
