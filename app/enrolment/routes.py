"""URLs of enrolment: the treasurer's desk for files of residents, which the auditor reads, and claims of residency."""

from http import HTTPStatus
from uuid import UUID

from app.enrolment import service
from app.enrolment.schemas.imports import (
    ImportOut,
    ImportPage,
    ImportProblemPage,
    ImportQuery,
    ImportUndoIn,
    OriginOut,
    OriginPage,
    OriginsQuery,
    ResidentIn,
    ResidentOut,
    ResidentPage,
    ResidentsQuery,
)
from app.enrolment.schemas.matches import ConfirmedResidencyOut, NearMatchesOut, ResidencyConfirmIn
from app.enrolment.terms import CSV, FILE_BYTES_MAX, MEDIA_TYPES, XLSX
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import UPLOADS
from app.web.paging import PageQuery
from app.web.uploads import Download, Upload

TREASURER = frozenset({Role.TREASURER})
ENROLLERS = TREASURER | {Role.CLERK}
READERS = TREASURER | {Role.AUDITOR}
DESK = frozenset({Role.GRID_WORKER, Role.CLERK})
RESIDENCY = "/v1/books/<book>/residencies/<uuid:residency_id>"
FILE = Upload(MEDIA_TYPES, FILE_BYTES_MAX)

blueprint = Blueprint("enrolment", __name__, description="居民导入 / enrolment of residents from files")


@blueprint.route("/v1/books/<book>/imports/template.xlsx")
@endpoint(roles=TREASURER, media_type=XLSX)
def download_xlsx_template(uow: UnitOfWork, *, book: str) -> object:
    """下载 XLSX 模板 / the template as XLSX."""
    return Download(service.make_template(uow, media_type=XLSX), f"{book}-residents.xlsx")


@blueprint.route("/v1/books/<book>/imports/template.csv")
@endpoint(roles=TREASURER, media_type=CSV)
def download_csv_template(uow: UnitOfWork, *, book: str) -> object:
    """下载 CSV 模板 / the template as CSV."""
    return Download(service.make_template(uow, media_type=CSV), f"{book}-residents.csv")


@blueprint.route("/v1/books/<book>/imports", methods=["POST"])
@endpoint(
    roles=TREASURER,
    upload=FILE,
    query=ImportQuery,
    reply=ImportOut,
    status=HTTPStatus.ACCEPTED,
    idempotent=True,
    limits=UPLOADS,
)
def upload_import(uow: UnitOfWork, *, book: str, budget_id: UUID, content: bytes, media_type: str) -> object:
    """上传名单(XLSX 或 CSV,至多 20 MiB)并开始检查 / upload a list of residents; its checking begins."""
    return service.upload_file(uow, book=book, budget_id=budget_id, content=content, media_type=media_type)


@blueprint.route("/v1/books/<book>/imports")
@endpoint(roles=READERS, query=PageQuery, reply=ImportPage)
def list_imports(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """导入记录,新的在前 / imports, newest first."""
    return service.list_imports(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/imports/<uuid:import_id>")
@endpoint(roles=READERS, reply=ImportOut)
def show_import(uow: UnitOfWork, *, book: str, import_id: UUID) -> object:
    """导入的进度和结果 / how far an import is, and what came of it."""
    return service.show_import(uow, book=book, import_id=import_id)


@blueprint.route("/v1/books/<book>/imports/<uuid:import_id>/problems")
@endpoint(roles=READERS, query=PageQuery, reply=ImportProblemPage)
def list_import_problems(uow: UnitOfWork, *, book: str, import_id: UUID, limit: int, cursor: str | None) -> object:
    """哪一行哪一列有问题,怎样才对 / which rows are wrong or doubtful, and what would be right."""
    return service.list_problems(uow, book=book, import_id=import_id, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/imports/<uuid:import_id>/commit", methods=["POST"])
@endpoint(roles=TREASURER, reply=ImportOut, status=HTTPStatus.ACCEPTED, idempotent=True)
def commit_import(uow: UnitOfWork, *, book: str, import_id: UUID) -> object:
    """正式导入:全部成功或全部不做 / take the whole file in, or nothing of it."""
    return service.start_commit(uow, book=book, import_id=import_id)


@blueprint.route("/v1/books/<book>/imports/<uuid:import_id>/undo", methods=["POST"])
@endpoint(roles=TREASURER, body=ImportUndoIn, reply=ImportOut, status=HTTPStatus.ACCEPTED, idempotent=True)
def undo_import(uow: UnitOfWork, *, book: str, import_id: UUID, reason: str) -> object:
    """整体撤销导入,已有人使用积分时不可 / take an import back as a whole, unless points of it were used."""
    return service.start_undo(uow, book=book, import_id=import_id, reason=reason)


@blueprint.route("/v1/books/<book>/residents")
@endpoint(roles=READERS, query=ResidentsQuery, reply=ResidentPage)
def list_residents(uow: UnitOfWork, *, book: str, passbook_no: str | None, limit: int, cursor: str | None) -> object:
    """已登记的居民,电话只显示一部分 / enrolled residents; telephone numbers are masked."""
    return service.list_residents(uow, book=book, passbook_no=passbook_no, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/residents", methods=["POST"])
@endpoint(roles=ENROLLERS, body=ResidentIn, reply=ResidentOut, status=HTTPStatus.CREATED, idempotent=True)
def enrol_resident(
    uow: UnitOfWork, *, book: str, budget_id: UUID | None, accept_doubts: bool, resident: service.NewResident
) -> object:
    """不用文件登记一位居民,规则同名单的一行 / enrol somebody without a file, by the rules of a row."""
    return service.enrol_resident(uow, book=book, budget_id=budget_id, accept_doubts=accept_doubts, resident=resident)


@blueprint.route("/v1/books/<book>/residents/<uuid:listed_id>/origin")
@endpoint(roles=READERS, reply=OriginOut)
def show_origin(uow: UnitOfWork, *, book: str, listed_id: UUID) -> object:
    """期初余额来自哪个文件、哪一行 / from which file and row an opening balance comes."""
    return service.show_origin(uow, book=book, resident_id=listed_id)


@blueprint.route("/v1/books/<book>/imports/<uuid:import_id>/rows")
@endpoint(roles=READERS, query=OriginsQuery, reply=OriginPage)
def list_origins(
    uow: UnitOfWork, *, book: str, import_id: UUID, line: int | None, limit: int, cursor: str | None
) -> object:
    """文件的每一行成为了哪本存折、哪笔记账 / what became of the rows of a file in the ledger."""
    return service.list_origins(uow, book=book, import_id=import_id, line=line, limit=limit, cursor=cursor)


@blueprint.route(f"{RESIDENCY}/matches")
@endpoint(roles=DESK, reply=NearMatchesOut)
def list_matches(uow: UnitOfWork, *, book: str, residency_id: UUID) -> object:
    """名单中可能是此人的居民 / residents of the lists who may be the claimant."""
    return {"items": service.list_matches(uow, book=book, residency_id=residency_id)}


@blueprint.route(f"{RESIDENCY}/confirm", methods=["POST"])
@endpoint(roles=DESK, body=ResidencyConfirmIn, reply=ConfirmedResidencyOut, idempotent=True)
def confirm_residency(uow: UnitOfWork, *, book: str, residency_id: UUID, resident_id: UUID | None) -> object:
    """确认居住登记,可指定名单中的存折(手机号不符时须两人) / confirm a claim; a passbook may take two."""
    return service.confirm_residency(uow, book=book, residency_id=residency_id, resident_id=resident_id)
