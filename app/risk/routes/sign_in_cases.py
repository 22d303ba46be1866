"""URLs of the district office: decisions, cases and appeals of signing in, which belongs to no book."""

from datetime import date
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.risk import service
from app.risk.queries import Wanted, WhichCases
from app.risk.routes.desk import DISTRICT, period
from app.risk.schemas.cases import (
    AppealsQuery,
    CasesQuery,
    RiskAnswerIn,
    RiskAppealOut,
    RiskAppealPage,
    RiskCaseFileOut,
    RiskCasePage,
    RiskCloseIn,
    RiskCommentIn,
    RiskDecisionOut,
    RiskDecisionPage,
    SignInsQuery,
)
from app.risk.terms import AppealState, CaseState, Label, Outcome, Pivot, Reason, Taker
from app.web.endpoint import Blueprint, endpoint
from app.web.paging import PageQuery

RISK = "/v1/sign-in-risk"

blueprint = Blueprint("sign_in_cases", __name__, description="登录判定与案件(区级) / decisions and cases of signing in")


@blueprint.route(f"{RISK}/decisions")
@endpoint(roles=DISTRICT, query=SignInsQuery, reply=RiskDecisionPage)
def list_sign_in_decisions(
    uow: UnitOfWork,
    *,
    outcome: Outcome | None,
    reason: Reason | None,
    person_id: UUID | None,
    first: date | None,
    last: date | None,
    limit: int,
    cursor: str | None,
) -> object:
    """未直接放行的登录(可查一周内放行的),新的在前 / decisions on sign-ins; approvals of a week at most."""
    wanted = Wanted(outcome=outcome, reason=reason, person_id=person_id, **period(first, last))
    return service.list_decisions(uow, book=None, wanted=wanted, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/decisions/<uuid:decision_id>")
@endpoint(roles=DISTRICT, reply=RiskDecisionOut)
def show_sign_in_decision(uow: UnitOfWork, *, decision_id: UUID) -> object:
    """一次登录的判定:特征与各条规则的结果 / one decision with features and rules."""
    return service.show_decision(uow, book=None, decision_id=decision_id)


@blueprint.route(f"{RISK}/cases")
@endpoint(roles=DISTRICT, query=CasesQuery, reply=RiskCasePage)
def list_sign_in_cases(
    uow: UnitOfWork,
    *,
    state: CaseState | None,
    label: Label | None,
    taken_by: Taker | None,
    about: Pivot | None,
    about_id: UUID | None,
    limit: int,
    cursor: str | None,
) -> object:
    """登录案件 / cases, newest first: pending ones unless asked otherwise."""
    which = WhichCases(
        state=state, label=label, taken_by=uow.actor.id if taken_by else None, about=about, about_id=about_id
    )
    return service.list_cases(uow, book=None, which=which, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>")
@endpoint(roles=DISTRICT, reply=RiskCaseFileOut)
def show_sign_in_case(uow: UnitOfWork, *, case_id: UUID) -> object:
    """案件与证据 / a case with its evidence."""
    return service.show_case(uow, book=None, case_id=case_id)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/decisions")
@endpoint(roles=DISTRICT, query=PageQuery, reply=RiskDecisionPage)
def list_sign_in_case_decisions(uow: UnitOfWork, *, case_id: UUID, limit: int, cursor: str | None) -> object:
    """案件里的全部判定 / all decisions in a case."""
    return service.list_case_decisions(uow, book=None, case_id=case_id, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/take", methods=["POST"])
@endpoint(roles=DISTRICT, reply=RiskCaseFileOut, idempotent=True)
def take_sign_in_case(uow: UnitOfWork, *, case_id: UUID) -> object:
    """接手案件 / begin to work on a case."""
    return service.take_case(uow, book=None, case_id=case_id)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/take-over", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskCommentIn, reply=RiskCaseFileOut, idempotent=True)
def take_over_sign_in_case(uow: UnitOfWork, *, case_id: UUID, text: str) -> object:
    """接办无人推进的案件,写明理由 / take over a case that nobody works on any more, saying why."""
    return service.take_over_case(uow, book=None, case_id=case_id, text=text)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/comments", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskCommentIn, reply=RiskCaseFileOut, idempotent=True)
def comment_sign_in_case(uow: UnitOfWork, *, case_id: UUID, text: str) -> object:
    """记录调查情况 / write down what was found."""
    return service.comment_case(uow, book=None, case_id=case_id, text=text)


@blueprint.route(f"{RISK}/cases/<uuid:case_id>/close", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskCloseIn, reply=RiskCaseFileOut, idempotent=True)
def close_sign_in_case(uow: UnitOfWork, *, case_id: UUID, revision: int, label: Label, text: str) -> object:
    """结案;除确认风险外,因此暂停的账号恢复付款 / close a case; unless risk is confirmed, its accounts pay again."""
    return service.close_case(uow, book=None, case_id=case_id, revision=revision, label=label, text=text)


@blueprint.route(f"{RISK}/appeals")
@endpoint(roles=DISTRICT, query=AppealsQuery, reply=RiskAppealPage)
def list_sign_in_appeals(uow: UnitOfWork, *, state: AppealState, limit: int, cursor: str | None) -> object:
    """登录申诉 / appeals of one state, newest first."""
    return service.list_appeals(uow, book=None, state=state, limit=limit, cursor=cursor)


@blueprint.route(f"{RISK}/appeals/<uuid:appeal_id>/answer", methods=["POST"])
@endpoint(roles=DISTRICT, body=RiskAnswerIn, reply=RiskAppealOut, idempotent=True)
def answer_sign_in_appeal(uow: UnitOfWork, *, appeal_id: UUID, overturned: bool, answer: str) -> object:
    """答复申诉(须由未经手的人) / answer an appeal, by who had no part in it."""
    return service.answer_appeal(uow, book=None, appeal_id=appeal_id, overturned=overturned, answer=answer)
