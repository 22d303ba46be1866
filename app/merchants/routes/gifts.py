"""URLs of gifts that residents set aside and shops hand out; their catalogue is with the offers."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants import errors
from app.merchants.routes.offers import GIFTS
from app.merchants.schemas.offers import (
    AskedReservationOut,
    CollectIn,
    ReservationOut,
    ReservationPage,
)
from app.merchants.schemas.redemptions import CodeOut, SoterIn
from app.merchants.service import Consent, collecting, gift_codes, reserving
from app.merchants.service.gift_codes import ShownGiftCode
from app.web.endpoint import Before, Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("gifts", __name__, description="兑换礼品 / gifts for points")
OWN = "/v1/books/<book>/passbook/gift-reservations"
COLLECTIONS = "/v1/merchant/gift-collections"
RESIDENT = frozenset({Role.RESIDENT})
TILLS = frozenset({Role.TERMINAL, Role.CASHIER})
CODES = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 20, 60), Limit(By.DEVICE, 20, 60))
CONFIRMS = (Limit(By.ADDRESS, 3000, 60), Limit(By.ACCOUNT, 60, 60), Limit(By.DEVICE, 60, 60))
BAD = frozenset({errors.GiftCodeNotGood.code})
BAD_CODES = (Limit(By.ACCOUNT, 5, 60, refused=BAD), Limit(By.SHOP, 20, 60, refused=BAD))


@blueprint.route(f"{GIFTS}/<uuid:gift_id>/reserve", methods=["POST"])
@endpoint(roles=RESIDENT, reply=AskedReservationOut, status=HTTPStatus.CREATED, idempotent=True, sends_value=True)
def reserve_gift(uow: UnitOfWork, *, book: str, gift_id: UUID) -> object:
    """预留一件礼品并冻结积分三天;需验证时两分钟内确认 / set one aside and hold its points for three days."""
    return reserving.reserve_gift(uow, book=book, gift_id=gift_id)


@blueprint.route(OWN)
@endpoint(roles=RESIDENT, query=PageQuery, reply=ReservationPage)
def list_gift_reservations(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我预留的礼品 / what I set aside."""
    return reserving.list_reservations(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{OWN}/<uuid:reservation_id>")
@endpoint(roles=RESIDENT, reply=AskedReservationOut)
def show_gift_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> object:
    """一件预留 / one of them."""
    return reserving.show_reservation(uow, book=book, reservation_id=reservation_id)


@blueprint.route(f"{OWN}/<uuid:reservation_id>/codes", methods=["POST"])
@endpoint(
    roles=RESIDENT, reply=CodeOut, status=HTTPStatus.CREATED, sends_value=True, limits=CODES
)  # no key: the answer must not be stored
def issue_gift_code(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> object:
    """出示领取码,六十秒 / a code to collect it by, good for sixty seconds."""
    return gift_codes.issue_gift_code(uow, book=book, reservation_id=reservation_id)


@blueprint.route(f"{OWN}/<uuid:reservation_id>/confirm", methods=["POST"])
@endpoint(
    roles=RESIDENT,
    body=SoterIn,
    reply=AskedReservationOut,
    idempotent=True,
    sends_value=True,
    limits=CONFIRMS,
    before=Before(("actor", "book", "reservation_id", "result", "signature"), "consent", reserving.read_gift_consent),
)
def confirm_gift_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID, consent: Consent) -> object:
    """用指纹或面容确认预留 / prove by fingerprint or face that one wants it."""
    return reserving.confirm_reservation(uow, book=book, reservation_id=reservation_id, consent=consent)


@blueprint.route(f"{OWN}/<uuid:reservation_id>/cancel", methods=["POST"])
@endpoint(roles=RESIDENT, reply=ReservationOut, idempotent=True)
def cancel_gift_reservation(uow: UnitOfWork, *, book: str, reservation_id: UUID) -> object:
    """取消预留,积分退回 / give it back."""
    return reserving.cancel_reservation(uow, book=book, reservation_id=reservation_id)


@blueprint.route(COLLECTIONS, methods=["POST"])
@endpoint(
    roles=TILLS,
    body=CollectIn,
    reply=ReservationOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=BAD_CODES,
    before=Before(("code",), "shown", gift_codes.read_gift_code),
)
def collect_gift(uow: UnitOfWork, *, shown: ShownGiftCode) -> object:
    """凭领取码交付礼品 / hand a gift out to whoever shows its code."""
    return collecting.collect_gift(uow, shown=shown)


@blueprint.route(f"{COLLECTIONS}/<uuid:reservation_id>/return", methods=["POST"])
@endpoint(roles=TILLS, reply=ReservationOut, idempotent=True)
def return_gift(uow: UnitOfWork, *, reservation_id: UUID) -> object:
    """退回本店交付的礼品,积分全数退还,三十天内 / take a gift back; all its points go back, for thirty days."""
    return collecting.return_gift(uow, reservation_id=reservation_id)
