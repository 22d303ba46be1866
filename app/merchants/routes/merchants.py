"""URLs by which a book enrols merchants and cares for them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.merchants.schemas.merchants import (
    ApplicationOut,
    ApplicationPage,
    ApplicationsQuery,
    BankChangeIn,
    BranchOut,
    BranchStateIn,
    EnrolIn,
    MerchantOut,
    MerchantPage,
    MerchantSheetOut,
    MerchantStateIn,
    PaperReasonIn,
    RegisterIn,
    RegistrationOut,
    RegistrationPage,
)
from app.merchants.service import merchants as service
from app.merchants.service import papers as paperwork
from app.merchants.terms import ApplicationState, BranchState, MerchantState, PersonKind
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

blueprint = Blueprint("merchants", __name__, description="商户 / merchants")
PAPERS = "/v1/books/<book>/merchant-applications"
MERCHANTS = "/v1/books/<book>/merchants"
DESK = frozenset({Role.CLERK, Role.TREASURER})
TREASURER = frozenset({Role.TREASURER})
READERS = DESK | {Role.AUDITOR}


@blueprint.route(PAPERS, methods=["POST"])
@endpoint(roles=DESK, body=EnrolIn, reply=ApplicationOut, status=HTTPStatus.CREATED, idempotent=True)
def apply_to_enrol(uow: UnitOfWork, *, book: str, merchant_id: UUID | None, papers: Mapping[str, Any]) -> object:
    """代商户提交入驻材料 / hand in the papers of a merchant."""
    return paperwork.apply_to_enrol(uow, book=book, merchant_id=merchant_id, papers=papers)


@blueprint.route(PAPERS)
@endpoint(roles=READERS, query=ApplicationsQuery, reply=ApplicationPage)
def list_applications(uow: UnitOfWork, *, book: str, state: ApplicationState, limit: int, cursor: str | None) -> object:
    """商户材料,默认待初审的 / papers of one state, newest first."""
    return paperwork.list_applications(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{PAPERS}/<uuid:application_id>")
@endpoint(roles=READERS, reply=ApplicationOut)
def show_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> object:
    """一份材料,电话和账号只显示一部分 / one application, masked."""
    return paperwork.show_application(uow, book=book, application_id=application_id)


@blueprint.route(f"{PAPERS}/<uuid:application_id>/review", methods=["POST"])
@endpoint(roles=DESK, reply=ApplicationOut, idempotent=True)
def review_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> object:
    """初审通过 / say as the first of two that papers are in order."""
    return paperwork.review_application(uow, book=book, application_id=application_id)


@blueprint.route(f"{PAPERS}/<uuid:application_id>/approve", methods=["POST"])
@endpoint(roles=TREASURER, reply=ApplicationOut, idempotent=True)
def approve_application(uow: UnitOfWork, *, book: str, application_id: UUID) -> object:
    """批准并生效 / approve as the last person, and do it."""
    return paperwork.approve_application(uow, book=book, application_id=application_id)


@blueprint.route(f"{PAPERS}/<uuid:application_id>/reject", methods=["POST"])
@endpoint(roles=DESK, body=PaperReasonIn, reply=ApplicationOut, idempotent=True)
def reject_application(uow: UnitOfWork, *, book: str, application_id: UUID, reason: str) -> object:
    """退回,写明原因 / refuse, with a reason."""
    return paperwork.reject_application(uow, book=book, application_id=application_id, reason=reason)


@blueprint.route(MERCHANTS)
@endpoint(roles=READERS, query=PageQuery, reply=MerchantPage)
def list_merchants(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """本账簿管理的商户 / merchants this book cares for."""
    return service.list_merchants(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>")
@endpoint(roles=READERS, reply=MerchantSheetOut)
def show_merchant(uow: UnitOfWork, *, book: str, merchant_id: UUID) -> object:
    """一个商户:门店、收款账户及其历史 / a merchant with branches and bank accounts, masked."""
    return service.show_merchant(uow, service.merchant_of_home(uow, book, merchant_id))


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>/bank", methods=["POST"])
@endpoint(roles=DESK, body=BankChangeIn, reply=ApplicationOut, status=HTTPStatus.CREATED, idempotent=True)
def apply_for_bank(uow: UnitOfWork, *, book: str, merchant_id: UUID, bank: Mapping[str, Any]) -> object:
    """申请变更收款账户,须另一人批准 / ask for another bank account; another person approves."""
    return paperwork.apply_for_bank(uow, service.merchant_of_home(uow, book, merchant_id), bank=bank)


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>/state", methods=["POST"])
@endpoint(roles=TREASURER, body=MerchantStateIn, reply=MerchantOut, idempotent=True)
def change_merchant(uow: UnitOfWork, *, book: str, merchant_id: UUID, state: MerchantState, reason: str) -> object:
    """暂停、恢复(须另一人)或关闭商户 / suspend, resume (somebody else) or close."""
    merchant = service.merchant_of_home(uow, book, merchant_id)
    return service.change_merchant(uow, merchant, state=state, reason=reason)


@blueprint.route("/v1/books/<book>/shops/<uuid:shop_id>/state", methods=["POST"])
@endpoint(roles=TREASURER, body=BranchStateIn, reply=BranchOut, idempotent=True)
def change_branch(uow: UnitOfWork, *, book: str, shop_id: UUID, state: BranchState, reason: str) -> object:
    """暂停、恢复(须另一人)或关闭门店 / suspend, resume (somebody else) or close a branch."""
    return service.change_branch(uow, service.branch_of_home(uow, book, shop_id), state=state, reason=reason)


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>/people", methods=["POST"])
@endpoint(roles=DESK, body=RegisterIn, reply=RegistrationOut, status=HTTPStatus.CREATED, idempotent=True)
def register_person(
    uow: UnitOfWork,
    *,
    book: str,
    merchant_id: UUID,
    kind: PersonKind,
    name: str,
    phone: str | None,
    person_id: UUID | None,
    shop_id: UUID | None,
) -> object:
    """登记店主、店员,他们不能在本店用积分 / register an owner or staff: they redeem nothing there."""
    merchant = service.merchant_of_home(uow, book, merchant_id)
    return service.register_person(
        uow, merchant, kind=kind, name=name, phone=phone, person_id=person_id, shop_id=shop_id
    )


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>/people")
@endpoint(roles=READERS, query=PageQuery, reply=RegistrationPage)
def list_people(uow: UnitOfWork, *, book: str, merchant_id: UUID, limit: int, cursor: str | None) -> object:
    """店主、店员 / owners and staff."""
    return service.list_people(uow, service.merchant_of_home(uow, book, merchant_id), limit=limit, cursor=cursor)


@blueprint.route(f"{MERCHANTS}/<uuid:merchant_id>/people/<uuid:registration_id>/end", methods=["POST"])
@endpoint(roles=TREASURER, body=PaperReasonIn, reply=RegistrationOut, idempotent=True)
def end_person(uow: UnitOfWork, *, book: str, merchant_id: UUID, registration_id: UUID, reason: str) -> object:
    """结束登记 / who left the shop."""
    merchant = service.merchant_of_home(uow, book, merchant_id)
    return service.end_person(uow, merchant, registration_id=registration_id, reason=reason)
