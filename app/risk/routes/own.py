"""URLs for residents: what of one's own was not simply let through, and the appeal."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from app.identity.service.exporting import MoreData
from app.infra import wechat
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.risk import service
from app.risk.routes.desk import dealings
from app.risk.schemas.cases import OwnDecisionPage, OwnRiskDecisionOut, OwnRiskRecordOut, RefusedAppealIn, RiskAppealIn
from app.web.endpoint import PUBLIC, Before, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

RESIDENT = frozenset({Role.RESIDENT})
OWNER = frozenset({Role.PERSON})
REFUSED = (Limit(By.ADDRESS, 60, 60),)


def _read_own_data(uow: UnitOfWork, person_id: UUID, after: UUID | None, limit: int) -> Sequence[Any]:
    return service.read_own_data(uow, person_id, after, limit, dealings_of=dealings())


OWN_DATA = MoreData(
    name="risk_decisions",
    read=_read_own_data,
    dump=OwnRiskRecordOut(many=True).dump,
    id_of=lambda own: own.decision.id,
)
"""What the export of an account's data has of it."""

blueprint = Blueprint("risk_own", __name__, description="我的安全提示与申诉 / what was held up of mine, and appeals")


def _ask_wechat(code: str) -> tuple[str, str]:
    client = wechat.client()
    return client.appid, client.exchange_code(code).openid


@blueprint.route("/v1/books/<book>/risk/own-decisions")
@endpoint(roles=RESIDENT, query=PageQuery, reply=OwnDecisionPage)
def list_own_decisions(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我的被复核、需确认或未办成的操作 / what of mine was not simply let through."""
    return service.list_own_decisions(uow, book=book, limit=limit, cursor=cursor, dealings_of=dealings())


@blueprint.route("/v1/books/<book>/risk/own-decisions/<uuid:decision_id>/appeal", methods=["POST"])
@endpoint(roles=RESIDENT, body=RiskAppealIn, reply=OwnRiskDecisionOut, status=HTTPStatus.CREATED, idempotent=True)
def appeal_decision(uow: UnitOfWork, *, book: str, decision_id: UUID, text: str) -> object:
    """申诉,由另一位工作人员答复 / appeal; another member of staff answers."""
    return service.appeal(uow, book=book, decision_id=decision_id, text=text, dealings_of=dealings())


@blueprint.route("/v1/me/sign-in-decisions")
@endpoint(roles=OWNER, query=PageQuery, reply=OwnDecisionPage)
def list_own_sign_ins(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我的登录提示:被复核或暂停付款的登录 / which of my sign-ins were not simply let through."""
    return service.list_own_sign_ins(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/sign-in-decisions/<uuid:decision_id>/appeal", methods=["POST"])
@endpoint(roles=OWNER, body=RiskAppealIn, reply=OwnRiskDecisionOut, status=HTTPStatus.CREATED, idempotent=True)
def appeal_own_sign_in(uow: UnitOfWork, *, decision_id: UUID, text: str) -> object:
    """对登录判定申诉 / appeal against what was decided on my sign-in."""
    return service.appeal_sign_in(uow, decision_id=decision_id, text=text)


@blueprint.route("/v1/sessions/wechat/appeal", methods=["POST"])
@endpoint(
    roles=PUBLIC,
    body=RefusedAppealIn,
    reply=OwnRiskDecisionOut,
    status=HTTPStatus.CREATED,
    limits=REFUSED,
    before=Before(("code",), "who", _ask_wechat),
)
def appeal_refused_sign_in(uow: UnitOfWork, *, who: tuple[str, str], text: str) -> object:
    """登录被拒时申诉:用微信登录码证明本人 / appeal when a sign-in was refused, with a login code of WeChat."""
    app_id, openid = who
    return service.appeal_refused_sign_in(uow, app_id=app_id, openid=openid, text=text)
