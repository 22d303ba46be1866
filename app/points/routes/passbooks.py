"""Passbooks: one's own, and for staff those of others."""

from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.export import PassbookExportOut, stream_passbook
from app.points.schemas.passbooks import FreezeIn, FreezeOut, LotPage, OpenHoldPage, PassbookOut
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RESIDENT = frozenset({Role.RESIDENT})
TREASURER = frozenset({Role.TREASURER})
PASSBOOK_READERS = frozenset({Role.AUDITOR, Role.TREASURER, Role.COORDINATOR})
PASSBOOK_EXPORTERS = frozenset({Role.AUDITOR, Role.TREASURER})

blueprint = Blueprint("passbooks", __name__, description="积分存折 / passbooks")


@blueprint.route("/v1/books/<book>/passbook")
@endpoint(roles=RESIDENT, reply=PassbookOut)
def show_own_passbook(uow: UnitOfWork, *, book: str) -> object:
    """我的存折:可用、预占、哪天到期多少 / my passbook: what is available, held, and expires when."""
    return service.show_own_passbook(uow, book=book)


@blueprint.route("/v1/books/<book>/passbook/lots")
@endpoint(roles=RESIDENT, query=PageQuery, reply=LotPage)
def list_own_lots(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """哪天到期多少,分页 / what expires when, by pages."""
    return service.list_own_lots(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/holds")
@endpoint(roles=RESIDENT, query=PageQuery, reply=OpenHoldPage)
def list_own_holds(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """正在预占的积分:在哪里、到几时 / what is set aside for purchases: where, and until when."""
    return service.list_own_holds(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/export")
@endpoint(roles=RESIDENT, reply=PassbookExportOut)
def export_own_passbook(uow: UnitOfWork, *, book: str) -> object:
    """导出我的存折及校验链 / my whole passbook with its chain, to be checked by anybody."""
    return stream_passbook(service.begin_own_export(uow, book=book))


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>")
@endpoint(roles=PASSBOOK_READERS, reply=PassbookOut)
def show_passbook(uow: UnitOfWork, *, book: str, owner_id: UUID) -> object:
    """居民存折 / a resident's passbook."""
    return service.show_passbook(uow, book=book, owner_id=owner_id)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/holds")
@endpoint(roles=PASSBOOK_READERS, query=PageQuery, reply=OpenHoldPage)
def list_passbook_holds(uow: UnitOfWork, *, book: str, owner_id: UUID, limit: int, cursor: str | None) -> object:
    """居民正在预占的积分 / what is set aside in a resident's passbook."""
    return service.list_passbook_holds(uow, book=book, owner_id=owner_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/export")
@endpoint(roles=PASSBOOK_EXPORTERS, reply=PassbookExportOut)
def export_passbook(uow: UnitOfWork, *, book: str, owner_id: UUID) -> object:
    """导出居民存折及校验链 / a resident's whole passbook with its chain."""
    return stream_passbook(service.begin_export(uow, book=book, owner_id=owner_id))


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/freeze", methods=["POST"])
@endpoint(roles=TREASURER, body=FreezeIn, reply=FreezeOut, idempotent=True)
def freeze_passbook(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> object:
    """冻结存折:仍可入账,不可使用 / freeze: it goes on earning but spends nothing."""
    return service.freeze_owner(uow, book=book, owner_id=owner_id, reason=reason)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/thaw", methods=["POST"])
@endpoint(roles=TREASURER, body=FreezeIn, reply=FreezeOut, idempotent=True)
def thaw_passbook(uow: UnitOfWork, *, book: str, owner_id: UUID, reason: str) -> object:
    """解冻存折 / thaw a passbook."""
    return service.thaw_owner(uow, book=book, owner_id=owner_id, reason=reason)
