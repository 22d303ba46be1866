"""URLs of photos."""

from http import HTTPStatus
from uuid import UUID

from app.identity.service.exporting import MoreData
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.media import rules, service, terms
from app.media.errors import PhotoMissing
from app.media.models import Photo
from app.media.rules import Drawn
from app.media.schemas import OwnPhotoOut, PhotoOut
from app.web.endpoint import PUBLIC, Before, Blueprint, endpoint
from app.web.limits import UPLOADS, By, Limit
from app.web.uploads import Download, Upload

OWN_DATA = MoreData(
    name="photos",
    read=service.read_own_data,
    dump=OwnPhotoOut(many=True).dump,
    id_of=lambda photo: photo.id,
)
"""What the export of an account's data has of it."""
blueprint = Blueprint("media", __name__, description="照片 / photos")
FILE = Upload(terms.MEDIA_TYPES, terms.BYTES_MAX)
STAFF = frozenset({Role.CLERK, Role.AUDITOR})
FETCHED = (Limit(By.ADDRESS, 600, 60),)


def _draw(content: bytes, media_type: str) -> Drawn:  # noqa: ARG001 - what the file is, its bytes alone say
    return rules.draw(content)


@blueprint.route("/v1/books/<book>/photos", methods=["POST"])
@endpoint(
    roles={Role.RESIDENT, Role.CLERK},
    upload=FILE,
    # decoding takes a while: no transaction is open meanwhile
    before=Before(takes=("content", "media_type"), gives="drawn", ask=_draw),
    reply=PhotoOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=UPLOADS,
)
def upload_photo(uow: UnitOfWork, *, book: str, drawn: Drawn) -> Photo:
    """上传一张照片(JPEG、PNG 或 WebP,至多 10 MiB) / upload a photo; place, time and device in it are dropped."""
    return service.take_photo(uow, book=book, drawn=drawn)


@blueprint.route("/v1/books/<book>/photos/<uuid:photo_id>")
@endpoint(roles={Role.RESIDENT, *STAFF}, media_type=terms.JPEG)
def show_photo(uow: UnitOfWork, *, book: str, photo_id: UUID) -> object:
    """看照片:居民只看自己的 / a photo; residents see their own."""
    staff = bool(uow.actor.roles & STAFF)
    return Download(service.show_picture(uow, book=book, photo_id=photo_id, staff=staff), f"{photo_id}.jpg")


@blueprint.route("/v1/photos/<uuid:photo_id>/<key>")
@endpoint(roles=PUBLIC, media_type=terms.JPEG, limits=FETCHED)
def show_photo_to_wechat(uow: UnitOfWork, *, photo_id: UUID, key: str) -> object:
    """供微信内容检测读取,判定后失效 / for WeChat's content check alone, until it has judged."""
    try:
        return Download(service.show_to_checker(uow, photo_id=photo_id, key=bytes.fromhex(key)), f"{photo_id}.jpg")
    except ValueError:
        raise PhotoMissing from None
