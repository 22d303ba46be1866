"""URLs of the areas of a community."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Datum, Position
from app.places import service
from app.places.routes.desk import ADMIN, STAFF
from app.places.schemas.areas import (
    AreaChangeIn,
    AreaIn,
    AreaMoveIn,
    AreaOut,
    AreaPage,
    AreasQuery,
    TreeImportOut,
    TreeImportPage,
    TreeProblemPage,
)
from app.places.terms import CSV, IMPORT_BYTES_MAX, XLSX, AreaKind, Clearable
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import UPLOADS
from app.web.paging import PageQuery
from app.web.positions import DatumQuery
from app.web.uploads import Download, Upload

FILE = Upload((XLSX, CSV), IMPORT_BYTES_MAX)


blueprint = Blueprint("areas", __name__, description="区域 / areas of a community")


@blueprint.route("/v1/books/<book>/areas", methods=["POST"])
@endpoint(roles=ADMIN, body=AreaIn, query=DatumQuery, reply=AreaOut, status=HTTPStatus.CREATED, idempotent=True)
def open_area(
    uow: UnitOfWork,
    *,
    book: str,
    parent_id: UUID,
    kind: AreaKind,
    name: str,
    code: str | None,
    grid_id: UUID | None,
    position: Position | None,
    datum: Datum,
) -> object:
    """新建一个区域 / open an area."""
    return service.view_area(
        uow,
        service.open_area(
            uow, book=book, parent_id=parent_id, kind=kind, name=name, code=code, grid_id=grid_id, position=position
        ),
        datum,
    )


@blueprint.route("/v1/books/<book>/areas")
@endpoint(roles=STAFF, query=AreasQuery, reply=AreaPage)
def list_areas(
    uow: UnitOfWork,
    *,
    book: str,
    within: UUID | None,
    kind: AreaKind | None,
    closed: bool,
    datum: Datum,
    limit: int,
    cursor: str | None,
) -> object:
    """区域及其下级 / an area and what lies below it."""
    return service.list_areas(
        uow, book=book, within=within, kind=kind, closed=closed, datum=datum, limit=limit, cursor=cursor
    )


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>")
@endpoint(roles=STAFF, query=DatumQuery, reply=AreaOut)
def show_area(uow: UnitOfWork, *, book: str, area_id: UUID, datum: Datum) -> object:
    """一个区域 / one area."""
    return service.show_area(uow, book=book, area_id=area_id, datum=datum)


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/change", methods=["POST"])
@endpoint(roles=ADMIN, body=AreaChangeIn, query=DatumQuery, reply=AreaOut, idempotent=True)
def change_area(
    uow: UnitOfWork,
    *,
    book: str,
    area_id: UUID,
    name: str | None,
    code: str | None,
    grid_id: UUID | None,
    position: Position | None,
    clear: Sequence[Clearable],
    datum: Datum,
) -> object:
    """修改区域 / change what is given of an area."""
    return service.view_area(
        uow,
        service.change_area(
            uow, book=book, area_id=area_id, name=name, code=code, grid_id=grid_id, position=position, clear=clear
        ),
        datum,
    )


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/move", methods=["POST"])
@endpoint(roles=ADMIN, body=AreaMoveIn, query=DatumQuery, reply=AreaOut, idempotent=True)
def move_area(uow: UnitOfWork, *, book: str, area_id: UUID, parent_id: UUID, datum: Datum) -> object:
    """连同下级移到另一处 / put an area and all below it under another."""
    return service.view_area(uow, service.move_area(uow, book=book, area_id=area_id, parent_id=parent_id), datum)


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/close", methods=["POST"])
@endpoint(roles=ADMIN, query=DatumQuery, reply=AreaOut, idempotent=True)
def close_area(uow: UnitOfWork, *, book: str, area_id: UUID, datum: Datum) -> object:
    """停用区域 / close an area that nothing uses."""
    return service.view_area(uow, service.close_area(uow, book=book, area_id=area_id), datum)


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/reopen", methods=["POST"])
@endpoint(roles=ADMIN, query=DatumQuery, reply=AreaOut, idempotent=True)
def reopen_area(uow: UnitOfWork, *, book: str, area_id: UUID, datum: Datum) -> object:
    """重新启用区域 / open a closed area again."""
    return service.view_area(uow, service.reopen_area(uow, book=book, area_id=area_id), datum)


@blueprint.route("/v1/books/<book>/areas/imports/template.xlsx")
@endpoint(roles=ADMIN, media_type=XLSX)
def download_area_template(uow: UnitOfWork, *, book: str) -> object:
    """下载区域导入模板 / the template of a file of areas."""
    return Download(service.make_template(uow), f"{book}-areas.xlsx")


@blueprint.route("/v1/books/<book>/areas/imports", methods=["POST"])
@endpoint(roles=ADMIN, upload=FILE, reply=TreeImportOut, status=HTTPStatus.CREATED, idempotent=True, limits=UPLOADS)
def upload_area_import(uow: UnitOfWork, *, book: str, content: bytes, media_type: str) -> object:
    """上传区域表(XLSX 或 CSV)并检查 / upload a file of areas, which is checked at once."""
    return service.check_import(uow, book=book, content=content, media_type=media_type)


@blueprint.route("/v1/books/<book>/areas/imports")
@endpoint(roles=ADMIN, query=PageQuery, reply=TreeImportPage)
def list_area_imports(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """区域导入记录 / files of areas, the youngest first."""
    return service.list_imports(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/areas/imports/<uuid:tree_import_id>")
@endpoint(roles=ADMIN, reply=TreeImportOut)
def show_area_import(uow: UnitOfWork, *, book: str, tree_import_id: UUID) -> object:
    """导入会做什么 / what a file would do, or did."""
    return service.show_import(uow, book=book, tree_import_id=tree_import_id)


@blueprint.route("/v1/books/<book>/areas/imports/<uuid:tree_import_id>/problems")
@endpoint(roles=ADMIN, query=PageQuery, reply=TreeProblemPage)
def list_area_import_problems(
    uow: UnitOfWork, *, book: str, tree_import_id: UUID, limit: int, cursor: str | None
) -> object:
    """哪一行哪一列有问题,怎样才对 / which cells are wrong, and what would be right."""
    return service.list_problems(uow, book=book, tree_import_id=tree_import_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/areas/imports/<uuid:tree_import_id>/commit", methods=["POST"])
@endpoint(roles=ADMIN, reply=TreeImportOut, idempotent=True)
def commit_area_import(uow: UnitOfWork, *, book: str, tree_import_id: UUID) -> object:
    """正式导入:全部成功或全部不做 / take the whole file in, or nothing of it."""
    return service.commit_import(uow, book=book, tree_import_id=tree_import_id)
