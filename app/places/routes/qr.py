"""URLs of posted codes."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app

from app.infra.unit_of_work import UnitOfWork
from app.kernel.geo import Datum, Position
from app.places import service
from app.places.routes.desk import POSTERS, SCANNERS, SIGNS, STAFF
from app.places.schemas.qr import (
    QrBatchIn,
    QrBatchOut,
    QrPointIn,
    QrPointOut,
    QrPointPage,
    QrPointsQuery,
    QrRevokeIn,
    QrScanIn,
    QrScanOut,
    QrSheetQuery,
)
from app.places.schemas.qr_page import show_page
from app.places.schemas.qr_sheet import print_sheet
from app.places.service import QrSigns
from app.places.terms import PDF, Per, Purpose
from app.web.endpoint import PUBLIC, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.operation import HTML
from app.web.positions import DatumQuery
from app.web.problems import language
from app.web.uploads import Download


def signs() -> QrSigns:
    """The keys and the address of this installation."""
    return cast("QrSigns", current_app.extensions[SIGNS])


# codes are signed, so guessing is vain; a street festival behind one address of a mobile network is not
SCANS = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 60, 60), Limit(By.DEVICE, 60, 60))
OPENED = (Limit(By.ADDRESS, 60, 60),)

blueprint = Blueprint("qr", __name__, description="二维码点位 / posted codes")


@blueprint.route("/v1/books/<book>/qr-points", methods=["POST"])
@endpoint(roles=POSTERS, body=QrPointIn, query=DatumQuery, reply=QrPointOut, status=HTTPStatus.CREATED, idempotent=True)
def post_code(
    uow: UnitOfWork, *, book: str, area_id: UUID, purpose: Purpose, place: str, position: Position | None, datum: Datum
) -> object:
    """张贴一个二维码 / make a code to post."""
    return service.post_code(
        uow, signs(), book=book, area_id=area_id, purpose=purpose, place=place, position=position, datum=datum
    )


@blueprint.route("/v1/books/<book>/qr-points/batch", methods=["POST"])
@endpoint(roles=POSTERS, body=QrBatchIn, reply=QrBatchOut, status=HTTPStatus.CREATED, idempotent=True)
def post_codes(uow: UnitOfWork, *, book: str, within: UUID, purpose: Purpose, per: Per, spot: str | None) -> object:
    """为整个小区一次生成 / make codes for a whole estate in one go."""
    return service.post_codes(uow, signs(), book=book, within=within, purpose=purpose, per=per, spot=spot)


@blueprint.route("/v1/books/<book>/qr-points")
@endpoint(roles=STAFF, query=QrPointsQuery, reply=QrPointPage)
def list_codes(
    uow: UnitOfWork,
    *,
    book: str,
    within: UUID | None,
    purpose: Purpose | None,
    revoked: bool,
    datum: Datum,
    limit: int,
    cursor: str | None,
) -> object:
    """二维码点位和扫码次数 / posted codes and how often they were scanned."""
    return service.list_codes(
        uow,
        signs(),
        book=book,
        within=within,
        purpose=purpose,
        revoked=revoked,
        datum=datum,
        limit=limit,
        cursor=cursor,
    )


@blueprint.route("/v1/books/<book>/areas/<uuid:area_id>/qr-sheet.pdf")
@endpoint(roles=POSTERS, query=QrSheetQuery, media_type=PDF)
def print_codes(uow: UnitOfWork, *, book: str, area_id: UUID, purpose: Purpose | None) -> object:
    """打印:整个小区一个 PDF / all codes of an estate as one PDF to print."""
    return Download(
        print_sheet(service.list_printed_codes(uow, signs(), book=book, area_id=area_id, purpose=purpose), language()),
        f"{book}-codes.pdf",
    )


@blueprint.route("/v1/books/<book>/qr-points/<uuid:qr_point_id>/revoke", methods=["POST"])
@endpoint(roles=POSTERS, body=QrRevokeIn, query=DatumQuery, reply=QrPointOut, idempotent=True)
def revoke_code(uow: UnitOfWork, *, book: str, qr_point_id: UUID, reason: str, datum: Datum) -> object:
    """停用二维码 / take a code out of use."""
    return service.revoke_code(uow, signs(), book=book, qr_point_id=qr_point_id, reason=reason, datum=datum)


@blueprint.route("/v1/qr/scans", methods=["POST"])
@endpoint(roles=SCANNERS, body=QrScanIn, reply=QrScanOut, idempotent=True, limits=SCANS)
def scan_code(uow: UnitOfWork, *, scene: str, position: Position | None) -> object:
    """扫码:这是哪里的什么码 / what a scanned code is."""
    return service.scan_code(uow, signs(), scene=scene, position=position)


@blueprint.route("/q/<scene>")
@endpoint(roles=PUBLIC, media_type=HTML, limits=OPENED)
def show_posted_place(uow: UnitOfWork, *, scene: str) -> object:
    """在小程序外打开二维码地址时的说明页 / the page of a posted code outside of the mini-program."""
    return show_page(service.find_posted_place(uow, signs(), scene=scene))
