"""Who acts for whom: chosen by the helped person, or given by the community's staff; and what was done."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from app.identity.schemas.accounts import (
    ClosingIn,
    GuardianshipIn,
    GuardianshipOut,
    GuardianshipPage,
    GuardianshipsQuery,
    HelperIn,
    ProxyActPage,
    ProxyActsQuery,
    WardIn,
)
from app.identity.schemas.staff import AccountReasonIn
from app.identity.service import closing, guardianships
from app.identity.terms import GuardianKind, Side
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

OWNER = frozenset({Role.PERSON})
STAFF = frozenset({Role.CLERK, Role.GRID_WORKER, Role.ADMIN})
# a number is looked up: nobody shall try many
LOOK_UP = (Limit(By.ACCOUNT, 10, 3600),)
DESK_LOOK_UP = (Limit(By.ACCOUNT, 120, 3600),)

blueprint = Blueprint("guardianships", __name__, description="监护与代办 / acting for somebody else")


@blueprint.route("/v1/me/guardianships")
@endpoint(roles=OWNER, query=PageQuery, reply=GuardianshipPage)
def list_own_guardianships(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """谁能代我办、我能代谁办 / who may act for me, and for whom I may."""
    return guardianships.list_own_guardianships(uow, limit=limit, cursor=cursor)


@blueprint.route("/v1/me/guardianships", methods=["POST"])
@endpoint(roles=OWNER, body=HelperIn, reply=GuardianshipOut, status=HTTPStatus.CREATED, idempotent=True, limits=LOOK_UP)
def choose_helper(uow: UnitOfWork, *, guardian_phone: str, reason: str, valid_to: datetime | None) -> object:
    """请人代办 / let somebody act for me."""
    return guardianships.choose_helper(uow, guardian_phone=guardian_phone, reason=reason, valid_to=valid_to)


@blueprint.route("/v1/me/guardianships/<uuid:guardianship_id>/end", methods=["POST"])
@endpoint(roles=OWNER, body=AccountReasonIn, reply=GuardianshipOut, idempotent=True)
def end_own_guardianship(uow: UnitOfWork, *, guardianship_id: UUID, reason: str) -> object:
    """结束代办,本人或代办人都可以 / end it, from either side."""
    return guardianships.end_own_guardianship(uow, guardianship_id=guardianship_id, reason=reason)


@blueprint.route("/v1/me/proxy-acts")
@endpoint(roles=OWNER, query=ProxyActsQuery, reply=ProxyActPage)
def list_proxy_acts(uow: UnitOfWork, *, side: Side, limit: int, cursor: str | None) -> object:
    """别人代我办了什么,或我代人办了什么 / what was done for me, or what I did for others."""
    return guardianships.list_proxy_acts(uow, side=side, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/wards", methods=["POST"])
@endpoint(
    roles=STAFF, body=WardIn, reply=GuardianshipOut, status=HTTPStatus.CREATED, idempotent=True, limits=DESK_LOOK_UP
)
def open_ward(
    uow: UnitOfWork,
    *,
    book: str,
    name: str,
    guardian_phone: str,
    kind: GuardianKind,
    reason: str,
    valid_to: datetime | None,
) -> object:
    """为没有微信的儿童或老人建账号,并登记代办人 / an account for somebody without WeChat, and who acts for him."""
    return guardianships.open_ward(
        uow, book=book, name=name, guardian_phone=guardian_phone, kind=kind, reason=reason, valid_to=valid_to
    )


@blueprint.route("/v1/books/<book>/wards/<uuid:ward_id>/close", methods=["POST"])
@endpoint(roles=STAFF, body=ClosingIn, status=HTTPStatus.NO_CONTENT, idempotent=True)
def close_ward(uow: UnitOfWork, *, book: str, ward_id: UUID, confirm: str) -> None:
    """应监护人要求,注销没有微信的账号 / close the account of somebody without WeChat, as his guardian asks."""
    closing.close_ward(uow, book=book, ward_id=ward_id, confirm=confirm)


@blueprint.route("/v1/books/<book>/guardianships", methods=["POST"])
@endpoint(
    roles=STAFF,
    body=GuardianshipIn,
    reply=GuardianshipOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=DESK_LOOK_UP,
)
def grant_guardianship(
    uow: UnitOfWork,
    *,
    book: str,
    ward_id: UUID,
    guardian_phone: str,
    kind: GuardianKind,
    reason: str,
    valid_to: datetime | None,
) -> object:
    """为本社区居民登记代办人 / let somebody act for a resident of this community."""
    return guardianships.grant_guardianship(
        uow, book=book, ward_id=ward_id, guardian_phone=guardian_phone, kind=kind, reason=reason, valid_to=valid_to
    )


@blueprint.route("/v1/books/<book>/guardianships")
@endpoint(roles=STAFF, query=GuardianshipsQuery, reply=GuardianshipPage)
def list_guardianships(uow: UnitOfWork, *, book: str, ward_id: UUID | None, limit: int, cursor: str | None) -> object:
    """本社区登记的代办 / the guardianships this community's staff gave."""
    return guardianships.list_guardianships(uow, book=book, ward_id=ward_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/guardianships/<uuid:guardianship_id>/end", methods=["POST"])
@endpoint(roles=STAFF, body=AccountReasonIn, reply=GuardianshipOut, idempotent=True)
def end_guardianship(uow: UnitOfWork, *, book: str, guardianship_id: UUID, reason: str) -> object:
    """结束代办 / end a guardianship."""
    return guardianships.end_guardianship(uow, book=book, guardianship_id=guardianship_id, reason=reason)
