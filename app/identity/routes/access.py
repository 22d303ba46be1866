"""Signing in, refreshing, and what its owner does with sessions, devices and telephone number."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app, request

from app.identity.schemas.sessions import (
    DeskSignInIn,
    EndedOut,
    PhoneIn,
    PhoneOut,
    RefreshIn,
    SessionPage,
    TokensOut,
    WechatSignInIn,
)
from app.identity.service import sessions, signing_in, staff
from app.identity.service.judging import Judge, Whence
from app.identity.service.keys import Keyring
from app.identity.service.sessions import Tokens
from app.identity.service.signing_in import Installation, WechatAccount
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork
from app.infra.wechat.terms import Phone
from app.kernel.actor import Role
from app.web.endpoint import PUBLIC, Before, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

KEYRING = "linli.keyring"
JUDGE = "linli.judge_sign_in"
OWNER = frozenset({Role.PERSON})
# A whole estate may stand behind one address of a mobile network; a guesser behind one name or installation.
SIGN_IN = (Limit(By.ADDRESS, 300, 60), Limit(By.INPUT, 10, 60, "install_id"))
AT_DESK = (Limit(By.ADDRESS, 60, 60), Limit(By.INPUT, 20, 600, "username"))
REFRESH = (Limit(By.ADDRESS, 600, 60), Limit(By.INPUT, 10, 60, "refresh_token"))
PHONE = (Limit(By.ADDRESS, 300, 60), Limit(By.ACCOUNT, 5, 3600), Limit(By.DEVICE, 10, 3600))

blueprint = Blueprint("access", __name__, description="登录 / signing in")


def keyring() -> Keyring:
    """Give the keys of the current application."""
    return cast("Keyring", current_app.extensions[KEYRING])


def _judge() -> Judge:
    """Give what judges sign-ins in the current application: it stands above, the factory puts it in."""
    return cast("Judge", current_app.extensions[JUDGE])


def _ask_wechat(code: str) -> WechatAccount:
    client = wechat.client()
    return WechatAccount(client.appid, client.exchange_code(code).openid)


def _ask_phone(phone_code: str) -> Phone:
    return wechat.client().find_phone(phone_code)


@blueprint.route("/v1/sessions/wechat", methods=["POST"])
@endpoint(
    roles=PUBLIC,
    body=WechatSignInIn,
    reply=TokensOut,
    status=HTTPStatus.CREATED,
    limits=SIGN_IN,
    before=Before(("code",), "account", _ask_wechat),
)
def sign_in_with_wechat(uow: UnitOfWork, *, account: WechatAccount, install_id: str, model: str) -> Tokens:
    """微信登录 / sign in with WeChat."""
    installation = Installation(install_id, model, request.remote_addr or "")
    return signing_in.sign_in_with_wechat(uow, keyring(), account=account, installation=installation, judge=_judge())


@blueprint.route("/v1/sessions/desk", methods=["POST"])
@endpoint(roles=PUBLIC, body=DeskSignInIn, reply=TokensOut, status=HTTPStatus.CREATED, limits=AT_DESK)
def sign_in_at_desk(
    uow: UnitOfWork, *, username: str, password: str, totp: str | None, recovery_code: str | None
) -> Tokens:
    """工作人员登录:密码加动态码 / staff sign in with password and one-time code."""
    return staff.sign_in_at_desk(
        uow,
        keyring(),
        username=username,
        password=password,
        totp=totp,
        recovery_code=recovery_code,
        whence=Whence(_judge(), request.remote_addr or ""),
    )


@blueprint.route("/v1/sessions/refresh", methods=["POST"])
@endpoint(roles=PUBLIC, body=RefreshIn, reply=TokensOut, limits=REFRESH)
def refresh_session(uow: UnitOfWork, *, refresh_token: str) -> Tokens:
    """续期:旧凭证换新凭证 / get a new pair of tokens."""
    return sessions.refresh_session(uow, keyring(), refresh_token=refresh_token)


@blueprint.route("/v1/me/sessions")
@endpoint(roles=OWNER, query=PageQuery, reply=SessionPage)
def list_own_sessions(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我在哪些设备登录 / where I am signed in."""
    return sessions.list_own_sessions(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/sessions/current/end", methods=["POST"])
@endpoint(roles=OWNER, status=HTTPStatus.NO_CONTENT, idempotent=True)
def sign_out(uow: UnitOfWork) -> None:
    """退出登录 / sign out."""
    sessions.end_own_session(uow, session_id=None)


@blueprint.route("/v1/me/sessions/<uuid:session_id>/end", methods=["POST"])
@endpoint(roles=OWNER, status=HTTPStatus.NO_CONTENT, idempotent=True)
def end_own_session(uow: UnitOfWork, *, session_id: UUID) -> None:
    """让一处登录失效 / end one session of mine."""
    sessions.end_own_session(uow, session_id=session_id)


@blueprint.route("/v1/me/sessions/others/end", methods=["POST"])
@endpoint(roles=OWNER, reply=EndedOut, idempotent=True)
def end_other_sessions(uow: UnitOfWork) -> object:
    """让其他登录都失效 / end all my other sessions."""
    return {"ended": sessions.end_other_sessions(uow)}


@blueprint.route("/v1/me/phone", methods=["POST"])
@endpoint(roles=OWNER, body=PhoneIn, reply=PhoneOut, limits=PHONE, before=Before(("phone_code",), "phone", _ask_phone))
def bind_phone(uow: UnitOfWork, *, phone: Phone) -> object:
    """绑定微信验证过的手机号 / keep the number WeChat verified."""
    number = phone.number if phone.country_code == "86" else f"+{phone.country_code}{phone.number}"
    return {"phone": signing_in.bind_phone(uow, phone=number)}


@blueprint.route("/v1/me/phone/release", methods=["POST"])
@endpoint(roles=OWNER, status=HTTPStatus.NO_CONTENT, idempotent=True)
def release_phone(uow: UnitOfWork) -> None:
    """解绑手机号 / forget my number."""
    signing_in.release_phone(uow)
