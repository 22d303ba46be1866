"""The life of points: policies, expiry runs, notices, and passbooks that go into others."""

from datetime import date
from http import HTTPStatus
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.budgets import BookOut
from app.points.schemas.lifetimes import (
    ExpiryPolicyIn,
    ExpiryPolicyPage,
    ExpiryRunPage,
    NoticeOut,
    NoticePage,
    NoticeReadIn,
    TransferIn,
)
from app.points.schemas.proposals import ProposalOut
from app.points.service import transferring
from app.points.terms import ExpiryPolicyKind, TransferKind
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

TREASURER = frozenset({Role.TREASURER})
READERS = frozenset({Role.AUDITOR, Role.TREASURER})
PROPOSERS = frozenset({Role.TREASURER, Role.COORDINATOR})
RESIDENT = frozenset({Role.RESIDENT})

blueprint = Blueprint("lifetimes", __name__, description="有效期、到期与存折转移 / how long points live")


@blueprint.route("/v1/books/<book>/expiry-policy", methods=["POST"])
@endpoint(roles=TREASURER, body=ExpiryPolicyIn, reply=BookOut, idempotent=True)
def change_expiry_policy(
    uow: UnitOfWork,
    *,
    book: str,
    expiry_policy: ExpiryPolicyKind,
    expiry_month: int | None,
    expiry_day: int | None,
    validity_months: int | None,
    reason: str,
) -> object:
    """更改有效期政策,只适用于此后取得的积分 / another policy, for points earned from now on."""
    return service.change_expiry_policy(
        uow,
        book=book,
        expiry_policy=expiry_policy,
        expiry_month=expiry_month,
        expiry_day=expiry_day,
        validity_months=validity_months,
        reason=reason,
    )


@blueprint.route("/v1/books/<book>/expiry-policies")
@endpoint(roles=READERS, query=PageQuery, reply=ExpiryPolicyPage)
def list_expiry_policies(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """历次有效期政策,新的在前 / the policies a book was given, newest first."""
    return service.list_expiry_policies(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/expiry-runs")
@endpoint(roles=READERS, query=PageQuery, reply=ExpiryRunPage)
def list_expiry_runs(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """历次到期清理,新的在前 / expiry runs, newest first."""
    return service.list_expiry_runs(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/notices")
@endpoint(roles=RESIDENT, query=PageQuery, reply=NoticePage)
def list_own_notices(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """我的到期提醒 / what I was told about points that lapse soon."""
    return service.list_own_notices(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/passbook/notices/read", methods=["POST"])
@endpoint(roles=RESIDENT, body=NoticeReadIn, reply=NoticeOut, idempotent=True)
def read_own_notice(uow: UnitOfWork, *, book: str, expires_on: date, days_ahead: int) -> object:
    """标记提醒为已读 / note that a notice was read."""
    return service.read_own_notice(uow, book=book, expires_on=expires_on, days_ahead=days_ahead)


@blueprint.route("/v1/books/<book>/passbooks/<uuid:owner_id>/transfer", methods=["POST"])
@endpoint(roles=PROPOSERS, body=TransferIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_transfer(
    uow: UnitOfWork, *, book: str, owner_id: UUID, successor_id: UUID, kind: TransferKind, reason: str
) -> object:
    """申请把存折转入另一本(去世、搬迁、合并),须另一人批准 / propose to move a passbook into another."""
    return transferring.propose_transfer(
        uow, book=book, owner_id=owner_id, successor_id=successor_id, kind=kind, reason=reason
    )
