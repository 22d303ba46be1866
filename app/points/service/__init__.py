"""The ledger's acts. Everything that moves points or money goes through `post`."""

from app.points.rules.facts import Fact
from app.points.service.auditing import (
    StatementPageLine,
    TransactionDetail,
    TrialBalance,
    TrialRow,
    correct_transaction,
    list_account_entries,
    list_accounts,
    show_transaction,
    show_trial_balance,
)
from app.points.service.awarding import AwardOutcome, award, preview_awards
from app.points.service.awards import Award, OpeningBalance, award_points, take_over_balances
from app.points.service.books import create_book, create_budget
from app.points.service.budgets import (
    BudgetLine,
    ExpiryTotals,
    PaperPassbook,
    TakenOver,
    TakeOver,
    list_budgets,
    open_budget,
    receive_funding,
    run_expiry,
    show_book,
    take_over_passbooks,
)
from app.points.service.corrections import claw_back_award, refund_redemption, reverse_transaction
from app.points.service.expiry import ExpiryRun, expire_points
from app.points.service.folding import fold_balances
from app.points.service.freezing import freeze_passbook, thaw_passbook
from app.points.service.funding import allot_points, fund_sponsor, mint_points, pay_merchant
from app.points.service.holds import HoldPlaced, capture_hold, hold_points, release_expired_holds, release_hold
from app.points.service.naming import join_households, leave_household, name_owner
from app.points.service.passbooks import (
    Export,
    FreezeState,
    Passbook,
    begin_export,
    begin_own_export,
    continue_export,
    freeze_owner,
    list_own_entries,
    list_own_lots,
    list_passbook_entries,
    show_own_passbook,
    show_passbook,
    thaw_owner,
)
from app.points.service.posting import Outcome, post, post_one
from app.points.service.rounds import expire_step, fold_step, list_book_codes, release_step
from app.points.service.spending import redeem_points
from app.points.service.undoing import undo_award

__all__ = [
    "Award",
    "AwardOutcome",
    "BudgetLine",
    "ExpiryRun",
    "ExpiryTotals",
    "Export",
    "Fact",
    "FreezeState",
    "HoldPlaced",
    "OpeningBalance",
    "Outcome",
    "PaperPassbook",
    "Passbook",
    "StatementPageLine",
    "TakeOver",
    "TakenOver",
    "TransactionDetail",
    "TrialBalance",
    "TrialRow",
    "allot_points",
    "award",
    "award_points",
    "begin_export",
    "begin_own_export",
    "capture_hold",
    "claw_back_award",
    "continue_export",
    "correct_transaction",
    "create_book",
    "create_budget",
    "expire_points",
    "expire_step",
    "fold_balances",
    "fold_step",
    "freeze_owner",
    "freeze_passbook",
    "fund_sponsor",
    "hold_points",
    "join_households",
    "leave_household",
    "list_account_entries",
    "list_accounts",
    "list_book_codes",
    "list_budgets",
    "list_own_entries",
    "list_own_lots",
    "list_passbook_entries",
    "mint_points",
    "name_owner",
    "open_budget",
    "pay_merchant",
    "post",
    "post_one",
    "preview_awards",
    "receive_funding",
    "redeem_points",
    "refund_redemption",
    "release_expired_holds",
    "release_hold",
    "release_step",
    "reverse_transaction",
    "run_expiry",
    "show_book",
    "show_own_passbook",
    "show_passbook",
    "show_transaction",
    "show_trial_balance",
    "take_over_balances",
    "take_over_passbooks",
    "thaw_owner",
    "thaw_passbook",
    "undo_award",
]
