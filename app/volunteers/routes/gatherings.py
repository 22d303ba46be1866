"""URLs of gatherings: who leads shows a code, residents scan it in and out, stays are paid."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.kernel.geo import Position
from app.volunteers import service
from app.volunteers.errors import CodeStale
from app.volunteers.schemas.awards import AwardBatchOut
from app.volunteers.schemas.gatherings import (
    GatheringCodeOut,
    GatheringIn,
    GatheringOut,
    HeadsIn,
    OwnStayOut,
    ScanIn,
    StayDecisionIn,
    StayOut,
    StayPage,
)
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("gatherings", __name__, description="活动签到 / gatherings and check-in")
BAD = frozenset({CodeStale.code})
SCANS = (Limit(By.ACCOUNT, 5, 60, refused=BAD), Limit(By.DEVICE, 10, 60, refused=BAD))
READERS = {Role.COORDINATOR, Role.TREASURER, Role.AUDITOR}


@blueprint.route("/v1/books/<book>/gatherings", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=GatheringIn, reply=GatheringOut, status=HTTPStatus.CREATED, idempotent=True)
def open_gathering(
    uow: UnitOfWork,
    *,
    book: str,
    title: str,
    rule: str,
    starts_at: datetime,
    ends_at: datetime,
    minutes_min: int,
    position: Position,
) -> object:
    """开设一次需要签到的活动 / open a gathering with check-in."""
    return service.open_gathering(
        uow,
        book=book,
        title=title,
        rule=rule,
        starts_at=starts_at,
        ends_at=ends_at,
        minutes_min=minutes_min,
        position=position,
    )


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/code")
@endpoint(roles={Role.COORDINATOR}, reply=GatheringCodeOut)
def show_code(uow: UnitOfWork, *, book: str, gathering_id: UUID) -> object:
    """现场签到码,半分钟一换 / the code for the screen on site; it changes every half minute."""
    return service.show_code(uow, book=book, gathering_id=gathering_id)


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/scans", methods=["POST"])
@endpoint(roles={Role.RESIDENT}, body=ScanIn, reply=OwnStayOut, idempotent=True, limits=SCANS)
def scan_in_or_out(uow: UnitOfWork, *, book: str, gathering_id: UUID, site_code: str, position: Position) -> object:
    """扫码签到,再扫签退 / scan to check in, and again to check out."""
    return service.scan_in_or_out(uow, book=book, gathering_id=gathering_id, site_code=site_code, position=position)


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/heads", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, body=HeadsIn, reply=GatheringOut, idempotent=True)
def count_heads(uow: UnitOfWork, *, book: str, gathering_id: UUID, heads: int) -> object:
    """填写现场人数 / write down how many were there."""
    return service.count_heads(uow, book=book, gathering_id=gathering_id, heads=heads)


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/stays")
@endpoint(roles=READERS, query=PageQuery, reply=StayPage)
def list_stays(uow: UnitOfWork, *, book: str, gathering_id: UUID, limit: int, cursor: str | None) -> object:
    """谁在场、停留多久 / who was there and for how long."""
    return service.list_stays(uow, book=book, gathering_id=gathering_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/stays/<uuid:resident_id>/decide", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=StayDecisionIn, reply=StayOut, idempotent=True)
def decide_stay(
    uow: UnitOfWork, *, book: str, gathering_id: UUID, resident_id: UUID, accepted: bool, reason: str
) -> object:
    """核定一次签到 / accept or reject a stay."""
    return service.decide_stay(
        uow, book=book, gathering_id=gathering_id, resident_id=resident_id, accepted=accepted, reason=reason
    )


@blueprint.route("/v1/books/<book>/gatherings/<uuid:gathering_id>/awards", methods=["POST"])
@endpoint(roles={Role.COORDINATOR}, reply=AwardBatchOut, idempotent=True)
def pay_stays(uow: UnitOfWork, *, book: str, gathering_id: UUID) -> object:
    """按停留时长给在场的人发积分 / pay everybody's stay by its minutes."""
    return service.pay_stays(uow, book=book, gathering_id=gathering_id)
