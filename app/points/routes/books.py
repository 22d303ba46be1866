"""Books, sponsors' money, budgets, opening balances, expiry runs: the treasurer's desk."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import cast
from uuid import UUID

from flask import current_app

from app.infra.unit_of_work import UnitOfWork
from app.kernel.actor import Role
from app.points import service
from app.points.schemas.budgets import (
    BookOut,
    BudgetIn,
    BudgetOut,
    BudgetPage,
    ExpiryOut,
    FundingIn,
    FundingOut,
    MintIn,
    OpeningBalancesIn,
    OpeningBalancesOut,
)
from app.points.schemas.proposals import ProposalOut
from app.points.service import minting
from app.points.service.budgets import FitsValue
from app.web.endpoint import ANYONE, Blueprint, endpoint
from app.web.paging import PageQuery

FITS_VALUE = "linli.fits_value"
TREASURER = frozenset({Role.TREASURER})
BUDGET_READERS = frozenset({Role.TREASURER, Role.AUDITOR, Role.COORDINATOR, Role.CLERK})

blueprint = Blueprint("books", __name__, description="账簿与预算 / books and budgets")


@blueprint.route("/v1/books/<book>")
@endpoint(roles=ANYONE, reply=BookOut)
def show_book(uow: UnitOfWork, *, book: str) -> object:
    """账簿:名称、有效期 / the book: its name, how long its points live."""
    return service.show_book(uow, book=book)


@blueprint.route("/v1/books/<book>/sponsors/<uuid:sponsor_id>/funding", methods=["POST"])
@endpoint(roles=TREASURER, body=FundingIn, reply=FundingOut, status=HTTPStatus.CREATED, idempotent=True)
def receive_funding(uow: UnitOfWork, *, book: str, sponsor_id: UUID, amount_fen: int, bank_reference: str) -> object:
    """资助款入账,同一银行流水号只记一次 / book a sponsor's money, once per bank reference."""
    return service.receive_funding(
        uow, book=book, sponsor_id=sponsor_id, amount_fen=amount_fen, bank_reference=bank_reference
    )


@blueprint.route("/v1/books/<book>/budgets", methods=["POST"])
@endpoint(roles=TREASURER, body=BudgetIn, reply=BudgetOut, status=HTTPStatus.CREATED, idempotent=True)
def open_budget(uow: UnitOfWork, *, book: str, sponsor_id: UUID, name: str, point_value_fen: int) -> object:
    """开立预算 / open a sponsor's budget."""
    fits = cast("FitsValue", current_app.extensions[FITS_VALUE])
    return service.open_budget(
        uow, book=book, sponsor_id=sponsor_id, name=name, point_value_fen=point_value_fen, fits=fits
    )


@blueprint.route("/v1/books/<book>/budgets")
@endpoint(roles=BUDGET_READERS, query=PageQuery, reply=BudgetPage)
def list_budgets(uow: UnitOfWork, *, book: str, limit: int, cursor: str | None) -> object:
    """预算及其余额 / budgets, and what is left of each."""
    return service.list_budgets(uow, book=book, limit=limit, cursor=cursor)


@blueprint.route("/v1/books/<book>/budgets/<uuid:budget_id>/mint", methods=["POST"])
@endpoint(roles=TREASURER, body=MintIn, reply=ProposalOut, status=HTTPStatus.CREATED, idempotent=True)
def propose_mint(uow: UnitOfWork, *, book: str, budget_id: UUID, points: int, reason: str | None) -> object:
    """申请为预算发行积分,须另一人批准 / propose points for a budget; another person approves."""
    return minting.propose_mint(uow, book=book, budget_id=budget_id, points=points, reason=reason)


@blueprint.route("/v1/books/<book>/opening-balances", methods=["POST"])
@endpoint(roles=TREASURER, body=OpeningBalancesIn, reply=OpeningBalancesOut, idempotent=True)
def take_over_passbooks(
    uow: UnitOfWork, *, book: str, budget_id: UUID, rows: Sequence[service.PaperPassbook]
) -> object:
    """纸质存折余额转入,每本一次,逐行给出结果 / take paper passbooks over, each once, with an outcome per row."""
    return service.take_over_passbooks(uow, book=book, budget_id=budget_id, rows=rows)


@blueprint.route("/v1/books/<book>/expiry-runs", methods=["POST"])
@endpoint(roles=TREASURER, reply=ExpiryOut, idempotent=True)
def run_expiry(uow: UnitOfWork, *, book: str) -> object:
    """清理到期积分,每次一批 / move points that fell due, a bounded part per call."""
    return service.run_expiry(uow, book=book)
