"""URLs of complaints: of residents about their redemptions, of owners who answer, of the desk that decides."""

from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.schemas.complaints import (
    AnswerIn,
    ComplaintIn,
    ComplaintOut,
    ComplaintPage,
    ComplaintQuery,
    DecisionIn,
    OwnComplaintOut,
    OwnComplaintPage,
    ShopComplaintPage,
)
from app.merchants.service import complaints, merchants
from app.merchants.terms import ComplaintKind, ComplaintOutcome, ComplaintState
from app.web.endpoint import Blueprint, endpoint
from app.web.limits import By, Limit
from app.web.paging import PageQuery

blueprint = Blueprint("complaints", __name__, description="兑换投诉 / complaints about redemptions")
RESIDENT = frozenset({Role.RESIDENT})
OWNER = frozenset({Role.PERSON})
READERS = frozenset({Role.TREASURER, Role.AUDITOR})
OWN = "/v1/books/<book>/passbook/complaints"
MERCHANT = "/v1/me/merchants/<uuid:merchant_id>/complaints"
DESK = "/v1/books/<book>/complaints"
A_FEW_A_DAY = (Limit(By.ACCOUNT, 20, 86_400), Limit(By.DEVICE, 20, 86_400))


@blueprint.route("/v1/books/<book>/passbook/gift-reservations/<uuid:reservation_id>/complaint", methods=["POST"])
@endpoint(
    roles=RESIDENT,
    body=ComplaintIn,
    reply=OwnComplaintOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=A_FEW_A_DAY,
)
def open_gift_complaint(uow: UnitOfWork, *, book: str, reservation_id: UUID, kind: ComplaintKind, words: str) -> object:
    """投诉一件已领取的礼品,三十天内、每件一次 / complain of a gift one was handed out, once and within thirty days."""
    return complaints.open_gift_complaint(uow, book=book, reservation_id=reservation_id, kind=kind, words=words)


@blueprint.route("/v1/books/<book>/passbook/redemptions/<uuid:redemption_id>/complaint", methods=["POST"])
@endpoint(
    roles=RESIDENT,
    body=ComplaintIn,
    reply=OwnComplaintOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    limits=A_FEW_A_DAY,
)
def open_complaint(uow: UnitOfWork, *, book: str, redemption_id: UUID, kind: ComplaintKind, words: str) -> object:
    """投诉一笔本人的兑换,三十天内、每笔一次 / complain of a redemption of one's own, once and within thirty days."""
    return complaints.open_complaint(uow, book=book, redemption_id=redemption_id, kind=kind, words=words)


@blueprint.route(OWN)
@endpoint(roles=RESIDENT, query=PageQuery, reply=OwnComplaintPage)
def list_own_complaints(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """本人的投诉,最新在前 / one's own complaints, newest first."""
    return complaints.list_own_complaints(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{OWN}/<uuid:complaint_id>/withdraw", methods=["POST"])
@endpoint(roles=RESIDENT, reply=OwnComplaintOut, idempotent=True)
def withdraw_complaint(uow: UnitOfWork, *, book: str, complaint_id: UUID) -> object:
    """撤回本人的投诉 / take one's own complaint back."""
    return complaints.withdraw_complaint(uow, book=book, complaint_id=complaint_id)


@blueprint.route(MERCHANT)
@endpoint(roles=OWNER, query=PageQuery, reply=ShopComplaintPage)
def list_merchant_complaints(uow: UnitOfWork, *, merchant_id: UUID, limit: int, cursor: str | None) -> object:
    """针对我的商户的投诉,最新在前 / complaints about my business, newest first."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return complaints.list_merchant_complaints(uow, merchant, limit=limit, cursor=cursor)


@blueprint.route(f"{MERCHANT}/<uuid:complaint_id>/answer", methods=["POST"])
@endpoint(roles=OWNER, body=AnswerIn, reply=OwnComplaintOut, idempotent=True)
def answer_complaint(
    uow: UnitOfWork, *, merchant_id: UUID, complaint_id: UUID, book: str, agrees: bool, words: str
) -> object:
    """答复投诉;同意即全部退回积分 / answer a complaint; agreeing gives all points back."""
    merchant = merchants.merchant_of_owner(uow, merchant_id)
    return complaints.answer_complaint(uow, merchant, book=book, complaint_id=complaint_id, agrees=agrees, words=words)


@blueprint.route(DESK)
@endpoint(roles=READERS, query=ComplaintQuery, reply=ComplaintPage)
def list_complaints(uow: UnitOfWork, *, book: str, state: ComplaintState, limit: int, cursor: str | None) -> object:
    """兑换投诉,按状态,最新在前 / complaints of one state, newest first."""
    return complaints.list_complaints(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{DESK}/<uuid:complaint_id>/decide", methods=["POST"])
@endpoint(roles={Role.TREASURER}, body=DecisionIn, reply=ComplaintOut, idempotent=True)
def decide_complaint(
    uow: UnitOfWork, *, book: str, complaint_id: UUID, outcome: ComplaintOutcome, points: int | None, reason: str
) -> object:
    """裁定投诉:驳回一人即可,退回积分须两人一致 / decide: one rejects, two agree to give points back."""
    return complaints.decide_complaint(
        uow, book=book, complaint_id=complaint_id, outcome=outcome, points=points, reason=reason
    )
