"""URLs of decisions, cases and the answers to appeals."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.queries import Wanted, WhichCases
from app.risk.routes.desk import READERS, WORKERS, dealings, house_shops, period
from app.risk.schemas.cases import (
    AppealsQuery,
    CasesQuery,
    DecisionsQuery,
    RiskAnswerIn,
    RiskAppealOut,
    RiskAppealPage,
    RiskCaseFileOut,
    RiskCasePage,
    RiskCloseIn,
    RiskCommentIn,
    RiskDecisionOut,
    RiskDecisionPage,
    RiskPaymentPage,
)
from app.risk.terms import AppealState, CaseState, EventKind, Label, Outcome, Pivot, Reason, Taker
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RISK = "/v1/books/<book>/risk"

blueprint = Blueprint("risk_cases", __name__, description="风控判定与案件 / decisions and cases of anti-fraud")


@blueprint.route(f"{RISK}/decisions")
@endpoint(roles=READERS, query=DecisionsQuery, reply=RiskDecisionPage)
def list_risk_decisions(  # noqa: PLR0913 - each is a filter
    uow: UnitOfWork,
    *,
    book: str,
    outcome: Outcome | None,
    kind: EventKind | None,
    reason: Reason | None,
    resident_id: UUID | None,
    person_id: UUID | None,
    shop_id: UUID | None,
    terminal_id: UUID | None,
    coordinator_id: UUID | None,
    first: date | None,
    last: date | None,
    limit: int,
    cursor: str | None,
) -> object:
    """未直接放行的判定(可查一周内放行的),新的在前 / decisions, newest first; approvals of a week at most."""
    wanted = Wanted(
        outcome=outcome,
        kind=kind,
        reason=reason,
        resident_id=resident_id,
        person_id=person_id,
        shop_id=shop_id,
        terminal_id=terminal_id,
        coordinator_id=coordinator_id,
        **period(first, last),
    )
    return service.list_decisions(uow, book=book, wanted=wanted, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/decisions/<uuid:decision_id>")
@endpoint(roles=READERS, reply=RiskDecisionOut)
def show_risk_decision(uow: UnitOfWork, *, book: str, decision_id: UUID) -> object:
    """一条判定:特征与各条规则的结果 / one decision with features and rules."""
    return service.show_decision(uow, book=book, decision_id=decision_id)


@blueprint.route(f"{RISK}/cases")
@endpoint(roles=READERS, query=CasesQuery, reply=RiskCasePage)
def list_risk_cases(
    uow: UnitOfWork,
    *,
    book: str,
    state: CaseState | None,
    label: Label | None,
    taken_by: Taker | None,
    about: Pivot | None,
    about_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> object:
    """案件 / cases, newest first: pending ones unless asked otherwise."""
    which = WhichCases(
        state=state, label=label, taken_by=uow.actor.id if taken_by else None, about=about, about_id=about_id
    )
    return service.list_cases(uow, book=book, which=which, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>")
@endpoint(roles=READERS, reply=RiskCaseFileOut)
def show_risk_case(uow: UnitOfWork, *, book: str, case_id: UUID) -> object:
    """案件与证据 / a case with its evidence."""
    return service.show_case(uow, book=book, case_id=case_id)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/decisions")
@endpoint(roles=READERS, query=PageQuery, reply=RiskDecisionPage)
def list_risk_case_decisions(uow: UnitOfWork, *, book: str, case_id: UUID, limit: int, cursor: str | None) -> object:
    """案件里的全部判定 / all decisions in a case."""
    return service.list_case_decisions(uow, book=book, case_id=case_id, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/payments")
@endpoint(roles=READERS, query=PageQuery, reply=RiskPaymentPage)
def list_case_payments(uow: UnitOfWork, *, book: str, case_id: UUID, limit: int, cursor: str | None) -> object:
    """案件里的收款、退款与礼品现在怎样 / what became of payments, refunds and gifts in a case."""
    return service.list_case_payments(
        uow, book=book, case_id=case_id, limit=limit, cursor=cursor, dealings_of=dealings()
    )


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/take", methods=["POST"])
@endpoint(roles=WORKERS, reply=RiskCaseFileOut, idempotent=True)
def take_risk_case(uow: UnitOfWork, *, book: str, case_id: UUID) -> object:
    """接手案件 / begin to work on a case."""
    return service.take_case(uow, book=book, case_id=case_id, house_shops=house_shops())


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/take-over", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskCommentIn, reply=RiskCaseFileOut, idempotent=True)
def take_over_risk_case(uow: UnitOfWork, *, book: str, case_id: UUID, text: str) -> object:
    """接办无人推进的案件,写明理由 / take over a case that nobody works on any more, saying why."""
    return service.take_over_case(uow, book=book, case_id=case_id, text=text, house_shops=house_shops())


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/comments", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskCommentIn, reply=RiskCaseFileOut, idempotent=True)
def comment_risk_case(uow: UnitOfWork, *, book: str, case_id: UUID, text: str) -> object:
    """记录调查情况 / write down what was found."""
    return service.comment_case(uow, book=book, case_id=case_id, text=text, house_shops=house_shops())


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/close", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskCloseIn, reply=RiskCaseFileOut, idempotent=True)
def close_risk_case(uow: UnitOfWork, *, book: str, case_id: UUID, revision: int, label: Label, text: str) -> object:
    """结案并写明结论 / close a case with what it turned out to be."""
    return service.close_case(
        uow, book=book, case_id=case_id, revision=revision, label=label, text=text, house_shops=house_shops()
    )


@blueprint.route(f"{RISK}/appeals")
@endpoint(roles=READERS, query=AppealsQuery, reply=RiskAppealPage)
def list_risk_appeals(uow: UnitOfWork, *, book: str, state: AppealState, limit: int, cursor: str | None) -> object:
    """居民申诉 / appeals of one state, newest first."""
    return service.list_appeals(uow, book=book, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/appeals/<uuid:appeal_id>/answer", methods=["POST"])
@endpoint(roles=WORKERS, body=RiskAnswerIn, reply=RiskAppealOut, idempotent=True)
def answer_risk_appeal(uow: UnitOfWork, *, book: str, appeal_id: UUID, overturned: bool, answer: str) -> object:
    """答复申诉(须由未经手的人) / answer an appeal, by who had no part in it."""
    return service.answer_appeal(
        uow, book=book, appeal_id=appeal_id, overturned=overturned, answer=answer, house_shops=house_shops()
    )
