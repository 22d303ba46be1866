"""Who pays and who hands out: sponsors with their money, stations, teams, coordinators' posts."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.schemas.owners import (
    HolderIn,
    HolderOut,
    HolderPage,
    HoldersQuery,
    SponsorIn,
    SponsorNameOut,
    SponsorPage,
)
from app.points.service import owners
from app.points.terms import HolderKind
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
OVERSEERS = frozenset({Role.TREASURER, Role.AUDITOR})
HOLDER_READERS = frozenset({Role.TREASURER, Role.AUDITOR, Role.COORDINATOR})

blueprint = Blueprint("owners", __name__, description="资助方与划拨对象 / sponsors and holders")


@blueprint.route("/v1/books/<book>/sponsors", methods=["POST"])
@endpoint(roles=TREASURER, body=SponsorIn, reply=SponsorNameOut, idempotent=True)
def name_sponsor(uow: UnitOfWork, *, book: str, sponsor_id: UUID, name: str) -> object:
    """登记资助方名称,可更名 / give a sponsor its name, or another one."""
    return owners.name_sponsor(uow, book=book, sponsor_id=sponsor_id, name=name)


@blueprint.route("/v1/books/<book>/sponsors")
@endpoint(roles=OVERSEERS, query=PageQuery, reply=SponsorPage)
def list_sponsors(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """资助方及其资金:未用、备付 / sponsors with their money, free and reserved."""
    return owners.list_sponsors(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/holders", methods=["POST"])
@endpoint(roles=TREASURER, body=HolderIn, reply=HolderOut, idempotent=True)
def name_holder(uow: UnitOfWork, *, book: str, holder_id: UUID, kind: HolderKind, name: str) -> object:
    """登记站点、团队或岗位名称,可更名 / give a station, a team or a post its name, or another one."""
    return owners.name_holder(uow, book=book, holder_id=holder_id, kind=kind, name=name)


@blueprint.route("/v1/books/<book>/holders")
@endpoint(roles=HOLDER_READERS, query=HoldersQuery, reply=HolderPage)
def list_holders(uow: UnitOfWork, *, book: str, kind: HolderKind, limit: int, cursor: str | None) -> object:
    """站点、团队或岗位 / the stations, the teams or the posts."""
    return owners.list_holders(uow, book=book, kind=kind, limit=limit, cursor=cursor)
