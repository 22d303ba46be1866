"""Who lives where: one's own claims and relatives, and the grid worker's desk. Confirming stands in app/enrolment."""

from http import HTTPStatus
from uuid import UUID

from app.identity.schemas.homes import (
    ClaimIn,
    OwnRelativeIn,
    RelativeOut,
    RelativePage,
    RelativesIn,
    ResidenciesQuery,
    ResidencyOut,
    ResidencyPage,
    ResidencyReasonIn,
    StaffResidencyOut,
    StaffResidencyPage,
)
from app.identity.service import homes, relatives
from app.identity.terms import Kinship, Relation, ResidencyState
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

OWNER = frozenset({Role.PERSON})
DESK = frozenset({Role.GRID_WORKER, Role.CLERK})
CLAIMS = (Limit(By.ACCOUNT, 10, 3600),)
# a declaration tells whether a number is known, so nobody tries many
DECLARATIONS = (Limit(By.ACCOUNT, 5, 86400),)
OWN = "/v1/me/residencies"
RESIDENCIES = "/v1/books/<book>/residencies"
ONE = f"{RESIDENCIES}/<uuid:residency_id>"

blueprint = Blueprint("homes", __name__, description="居住登记与亲属 / who lives where, and relatives")


@blueprint.route(OWN, methods=["POST"])
@endpoint(
    roles=OWNER,
    body=ClaimIn,
    reply=ResidencyOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=CLAIMS,
    by_proxy=True,
)
def claim_residency(uow: UnitOfWork, *, area_id: UUID, room: str, relation: Relation, name: str) -> object:
    """登记我住在哪里,等待确认 / say where I live; a list or a grid worker confirms it."""
    return homes.claim_residency(uow, area_id=area_id, room=room, relation=relation, name=name)


@blueprint.route(OWN)
@endpoint(roles=OWNER, query=PageQuery, reply=ResidencyPage, by_proxy=True)
def list_own_residencies(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """我的居住登记 / where I live, lived or said I did."""
    return homes.list_own_residencies(uow, limit=limit, cursor=cursor)


@blueprint.route(f"{OWN}/<uuid:residency_id>/withdraw", methods=["POST"])
@endpoint(roles=OWNER, reply=ResidencyOut, idempotent=True, by_proxy=True)
def withdraw_residency(uow: UnitOfWork, *, residency_id: UUID) -> object:
    """撤回还没确认的登记 / take back what is not confirmed yet."""
    return homes.withdraw_residency(uow, residency_id=residency_id)


@blueprint.route("/v1/me/relatives", methods=["POST"])
@endpoint(
    roles=OWNER,
    body=OwnRelativeIn,
    reply=RelativeOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=DECLARATIONS,
)
def declare_own_relative(uow: UnitOfWork, *, phone: str, kind: Kinship) -> object:
    """申报亲属,回避用;自己不能撤销 / declare a relative I must not decide about; others end it."""
    return relatives.declare_own_relative(uow, phone=phone, kind=kind)


@blueprint.route("/v1/me/relatives")
@endpoint(roles=OWNER, query=PageQuery, reply=RelativePage)
def list_own_relatives(uow: UnitOfWork, *, limit: int, cursor: str | None) -> object:
    """涉及我的亲属申报 / what was declared about me."""
    return relatives.list_own_relatives(uow, limit=limit, cursor=cursor)


@blueprint.route(RESIDENCIES)
@endpoint(roles=DESK, query=ResidenciesQuery, reply=StaffResidencyPage)
def list_residencies(uow: UnitOfWork, *, book: str, state: ResidencyState, limit: int, cursor: str | None) -> object:
    """我片区的居住登记,先到的在前 / residencies in my areas, oldest first."""
    return homes.list_residencies(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{ONE}/refuse", methods=["POST"])
@endpoint(roles=DESK, body=ResidencyReasonIn, reply=StaffResidencyOut, idempotent=True)
def refuse_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, reason: str) -> object:
    """退回居住登记 / refuse a claim."""
    return homes.refuse_residency(uow, book=book, residency_id=residency_id, reason=reason)


@blueprint.route(f"{ONE}/end", methods=["POST"])
@endpoint(roles=DESK, body=ResidencyReasonIn, reply=StaffResidencyOut, idempotent=True)
def end_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, reason: str) -> object:
    """迁出 / end a residency: moved away."""
    return homes.end_residency(uow, book=book, residency_id=residency_id, reason=reason)


@blueprint.route(f"{ONE}/relatives", methods=["POST"])
@endpoint(roles=DESK, body=RelativesIn, reply=RelativeOut, status=HTTPStatus.CREATED, idempotent=True)
def declare_relatives(
    uow: UnitOfWork, *, book: str, residency_id: UUID, other_residency_id: UUID, kind: Kinship
) -> object:
    """登记两位居民是亲属 / declare that two residents are related."""
    return relatives.declare_relatives(
        uow, book=book, residency_id=residency_id, other_residency_id=other_residency_id, kind=kind
    )


@blueprint.route(f"{ONE}/relatives")
@endpoint(roles=DESK, query=PageQuery, reply=RelativePage)
def list_relatives(uow: UnitOfWork, *, book: str, residency_id: UUID, limit: int, cursor: str | None) -> object:
    """居民的亲属申报 / what was declared about a resident."""
    return relatives.list_relatives(uow, book=book, residency_id=residency_id, limit=limit, cursor=cursor)


@blueprint.route(f"{ONE}/relatives/<uuid:relative_id>/end", methods=["POST"])
@endpoint(roles=DESK, body=ResidencyReasonIn, reply=RelativeOut, idempotent=True)
def end_relatives(uow: UnitOfWork, *, book: str, residency_id: UUID, relative_id: UUID, reason: str) -> object:
    """撤销亲属申报 / end a declaration."""
    return relatives.end_relatives(uow, book=book, residency_id=residency_id, relative_id=relative_id, reason=reason)
