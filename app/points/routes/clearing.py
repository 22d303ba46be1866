"""Clearing between books: agreements, a resident's transfers, the monthly netting."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.identity import queries as identity
from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points.rules.clearing import ClearingTerms
from app.points.schemas.clearing import (
    ClearingAgreementIn,
    ClearingAgreementOut,
    ClearingAgreementPage,
    ClearingNettingIn,
    ClearingNettingOut,
    ClearingNettingPage,
    ClearingPaymentIn,
    ClearingStopIn,
    ClearingTransferIn,
    ClearingTransferOut,
    ClearingTransferPage,
    StaffTransferPage,
)
from app.points.schemas.proposals import ProposalOut
from app.points.service.clearing import agreements, nettings, transfers
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RESIDENT = frozenset({Role.RESIDENT})
TREASURER = frozenset({Role.TREASURER})
STAFF = frozenset({Role.TREASURER, Role.AUDITOR})
READERS = STAFF | RESIDENT
CLEARING = "/v1/books/<book>/clearing"

blueprint = Blueprint("clearing", __name__, description="通存通兑 / clearing between books")


def _receiver_id(uow: UnitOfWork, to: str) -> UUID | None:
    """Who the caller is in another book; None: not confirmed there. A demonstration's person is one everywhere."""
    if uow.actor.person_id is None:
        return uow.actor.id
    return identity.find_resident_id(uow.session, uow.actor.person_id, to)


@blueprint.route(f"{CLEARING}/agreements", methods=["POST"])
@endpoint(roles=TREASURER, body=ClearingAgreementIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_agreement(
    uow: UnitOfWork, *, book: str, terms: ClearingTerms, sponsor_id: UUID, reason: str | None
) -> object:
    """申请与另一社区通存通兑,双方各自审批相同条款后生效 / propose terms; in force once both books approved the same."""
    return agreements.propose_agreement(uow, book=book, terms=terms, sponsor_id=sponsor_id, reason=reason)


@blueprint.route(f"{CLEARING}/agreements")
@endpoint(roles=READERS, query=PageQuery, reply=ClearingAgreementPage)
def list_agreements(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """可以与哪些社区通兑,比例和限额 / with which books points can be moved, at what rate and within what limits."""
    return agreements.list_agreements(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{CLEARING}/agreements/<uuid:agreement_id>/stop", methods=["POST"])
@endpoint(roles=TREASURER, body=ClearingStopIn, reply=ClearingAgreementOut, idempotent=True)
def stop_agreement(uow: UnitOfWork, *, book: str, agreement_id: UUID, reason: str) -> object:
    """停止协议,任一方均可 / stop an agreement; either side may."""
    return agreements.stop_agreement(uow, book=book, agreement_id=agreement_id, reason=reason)


@blueprint.route(f"{CLEARING}/agreements/<uuid:agreement_id>/transfers")
@endpoint(roles=STAFF, query=PageQuery, reply=StaffTransferPage)
def list_agreement_transfers(
    uow: UnitOfWork, *, book: str, agreement_id: UUID, limit: int, cursor: str | None
) -> object:
    """协议下的转入转出 / what an agreement moved, newest first."""
    return transfers.list_transfers(uow, book=book, agreement_id=agreement_id, limit=limit, cursor=cursor)


@blueprint.route(f"{CLEARING}/transfers", methods=["POST"])
@endpoint(
    roles=RESIDENT,
    body=ClearingTransferIn,
    reply=ClearingTransferOut,
    status=HTTPStatus.CREATED,
    idempotent=True,
    sends_value=True,
)
def send_points(uow: UnitOfWork, *, book: str, to: str, points: int, reference: str) -> object:
    """把我的积分转到我在另一社区的存折 / move my points to my passbook in another community."""
    receiver_id = _receiver_id(uow, to)
    return transfers.send_points(uow, book=book, to=to, receiver_id=receiver_id, points=points, reference=reference)


@blueprint.route(f"{CLEARING}/transfers")
@endpoint(roles=RESIDENT, query=PageQuery, reply=ClearingTransferPage)
def list_own_transfers(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我的通兑,新的在前 / my transfers out and in, newest first."""
    return transfers.list_own_transfers(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{CLEARING}/transfers/<uuid:transfer_id>")
@endpoint(roles=RESIDENT, reply=ClearingTransferOut)
def show_own_transfer(uow: UnitOfWork, *, book: str, transfer_id: UUID) -> object:
    """我的一笔通兑:在途、到账或退回 / one of my transfers: under way, arrived or given back."""
    return transfers.show_own_transfer(uow, book=book, transfer_id=transfer_id)


@blueprint.route(f"{CLEARING}/nettings", methods=["POST"])
@endpoint(roles=TREASURER, body=ClearingNettingIn, reply=ClearingNettingOut, idempotent=True)
def state_netting(uow: UnitOfWork, *, book: str, agreement_id: UUID, month: date) -> object:
    """按月轧差,并与对方核对 / count a month and compare it with the other book."""
    return nettings.state_netting(uow, book=book, agreement_id=agreement_id, month=month)


@blueprint.route(f"{CLEARING}/nettings")
@endpoint(roles=STAFF, query=PageQuery, reply=ClearingNettingPage)
def list_nettings(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """轧差单,新的在前 / nettings, newest first."""
    return nettings.list_nettings(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{CLEARING}/nettings/<uuid:netting_id>")
@endpoint(roles=STAFF, reply=ClearingNettingOut)
def show_netting(uow: UnitOfWork, *, book: str, netting_id: UUID) -> object:
    """一份轧差单:双方数字与差额 / one netting: both books' figures and their difference."""
    return nettings.show_netting(uow, book=book, netting_id=netting_id)


@blueprint.route(f"{CLEARING}/nettings/<uuid:netting_id>/payment", methods=["POST"])
@endpoint(roles=TREASURER, body=ClearingPaymentIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_payment(uow: UnitOfWork, *, book: str, netting_id: UUID, bank_reference: str, reason: str | None) -> object:
    """申请入账社区间结算款,须另一人批准 / propose to book the bank's transfer for a month; another person approves."""
    return nettings.propose_payment(uow, book=book, netting_id=netting_id, bank_reference=bank_reference, reason=reason)
