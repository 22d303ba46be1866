"""Statements: entries, years, periods to take away as a file. One's own, and for staff those of others."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import service
from app.points.routes.passbooks import PASSBOOK_EXPORTERS, PASSBOOK_READERS, RESIDENT
from app.points.schemas.extracts import (
    PDF,
    PDF_ENTRIES_MAX,
    XLSX,
    XLSX_ENTRIES_MAX,
    PeriodQuery,
    make_pdf,
    make_xlsx,
    stream_csv,
)
from app.points.schemas.passbooks import EntriesQuery, EntryPage
from app.points.schemas.years import PassbookYearOut
from app.points.service import Period
from app.points.terms import Code
from app.web.endpoint import Blueprint, endpoint
from app.web.operation import CSV

blueprint = Blueprint("statements", __name__, description="存折明细与对账单 / statements of passbooks")


@blueprint.route("/v1/books/<book>/passbook/entries")
@endpoint(roles=RESIDENT, query=EntriesQuery, reply=EntryPage)
def list_own_entries(
    uow: UnitOfWork, *, book: str, kind: Code | None, month: date | None, limit: int, cursor: str | None
) -> object:
    """我的明细,新的在前,可按种类和月份查 / my entries, newest first, by kind and month."""
    return service.list_own_entries(uow, book=book, kind=kind, month=month, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/years/<int:year>")
@endpoint(roles=RESIDENT, reply=PassbookYearOut)
def show_own_year(uow: UnitOfWork, *, book: str, year: int) -> object:
    """我的一年:按月、按种类、做得最多的事 / my year: by month, by kind, and what I did most."""
    return service.show_own_year(uow, book=book, year=year)


@blueprint.route("/v1/books/<book>/passbook/export.csv")
@endpoint(roles=RESIDENT, query=PeriodQuery, media_type=CSV)
def export_own_csv(uow: UnitOfWork, *, book: str, from_month: date | None, to_month: date | None) -> object:
    """导出我的明细为 CSV,不限笔数 / my entries as CSV, any number of them."""
    period = Period(from_month, to_month)
    return stream_csv(service.begin_own_extract(uow, book=book, period=period, entries_max=None))


@blueprint.route("/v1/books/<book>/passbook/export.xlsx")
@endpoint(roles=RESIDENT, query=PeriodQuery, media_type=XLSX)
def export_own_xlsx(uow: UnitOfWork, *, book: str, from_month: date | None, to_month: date | None) -> object:
    """导出我的明细为 Excel 表格,最多 10000 笔 / my entries as a workbook, at most 10,000."""
    period = Period(from_month, to_month)
    return make_xlsx(service.begin_own_extract(uow, book=book, period=period, entries_max=XLSX_ENTRIES_MAX))


@blueprint.route("/v1/books/<book>/passbook/export.pdf")
@endpoint(roles=RESIDENT, query=PeriodQuery, media_type=PDF)
def export_own_pdf(uow: UnitOfWork, *, book: str, from_month: date | None, to_month: date | None) -> object:
    """打印我的存折(PDF),最多 2000 笔 / my passbook to print, at most 2,000 entries."""
    period = Period(from_month, to_month)
    return make_pdf(service.begin_own_extract(uow, book=book, period=period, entries_max=PDF_ENTRIES_MAX))


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/entries")
@endpoint(roles=PASSBOOK_READERS, query=EntriesQuery, reply=EntryPage)
def list_passbook_entries(
    uow: UnitOfWork,
    *,
    book: str,
    owner_id: UUID,
    kind: Code | None,
    month: date | None,
    limit: int,
    cursor: str | None,
) -> object:
    """居民存折明细,新的在前,可按种类和月份查 / a resident's entries, newest first, by kind and month."""
    return service.list_passbook_entries(
        uow, book=book, owner_id=owner_id, kind=kind, month=month, limit=limit, cursor=cursor
    )


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/years/<int:year>")
@endpoint(roles=PASSBOOK_READERS, reply=PassbookYearOut)
def show_passbook_year(uow: UnitOfWork, *, book: str, owner_id: UUID, year: int) -> object:
    """居民存折的一年 / a year of a resident's passbook."""
    return service.show_passbook_year(uow, book=book, owner_id=owner_id, year=year)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/export.csv")
@endpoint(roles=PASSBOOK_EXPORTERS, query=PeriodQuery, media_type=CSV)
def export_passbook_csv(
    uow: UnitOfWork, *, book: str, owner_id: UUID, from_month: date | None, to_month: date | None
) -> object:
    """导出居民存折明细为 CSV / a resident's entries as CSV."""
    period = Period(from_month, to_month)
    return stream_csv(service.begin_extract(uow, book=book, owner_id=owner_id, period=period, entries_max=None))


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/export.xlsx")
@endpoint(roles=PASSBOOK_EXPORTERS, query=PeriodQuery, media_type=XLSX)
def export_passbook_xlsx(
    uow: UnitOfWork, *, book: str, owner_id: UUID, from_month: date | None, to_month: date | None
) -> object:
    """导出居民存折明细为 Excel 表格 / a resident's entries as a workbook."""
    period = Period(from_month, to_month)
    return make_xlsx(
        service.begin_extract(uow, book=book, owner_id=owner_id, period=period, entries_max=XLSX_ENTRIES_MAX)
    )


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/export.pdf")
@endpoint(roles=PASSBOOK_EXPORTERS, query=PeriodQuery, media_type=PDF)
def export_passbook_pdf(
    uow: UnitOfWork, *, book: str, owner_id: UUID, from_month: date | None, to_month: date | None
) -> object:
    """打印居民存折(PDF) / a resident's passbook to print."""
    period = Period(from_month, to_month)
    return make_pdf(
        service.begin_extract(uow, book=book, owner_id=owner_id, period=period, entries_max=PDF_ENTRIES_MAX)
    )
