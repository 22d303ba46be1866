"""The ledger's acts. Everything that moves points or money goes through `post`."""

from app.points.rules.definitions import RuleDefinition
from app.points.rules.facts import Fact
from app.points.service.alerts import raise_alerts, raise_alerts_step
from app.points.service.allotments import AllotmentDetail, AllotmentLine, add_allotment_points, allot
from app.points.service.auditing import (
    StatementPageLine,
    TransactionDetail,
    correct_transaction,
    list_account_entries,
    list_accounts,
    show_transaction,
)
from app.points.service.awarding import AwardOutcome, award, preview_awards
from app.points.service.awards import Award, OpeningBalance, award_points, take_over_balances
from app.points.service.balances import TrialBalance, TrialRow, show_trial_balance
from app.points.service.books import create_book, create_budget
from app.points.service.budgets import (
    BudgetLine,
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
from app.points.service.closings import close_month
from app.points.service.corrections import claw_back_award, refund_redemption, reverse_transaction
from app.points.service.expiry import ExpiryStep, expire_points, list_expiry_runs
from app.points.service.extracts import Extract, Period, begin_extract, begin_own_extract, continue_extract
from app.points.service.figures import show_figures
from app.points.service.folding import fold_balances
from app.points.service.freezing import freeze_passbook, thaw_passbook
from app.points.service.funding import (
    ShopPayment,
    allot_points,
    fund_sponsor,
    mint_points,
    pay_merchant,
    pay_merchants,
)
from app.points.service.holds import (
    HoldPlaced,
    capture_hold,
    check_holdable,
    hold_points,
    release_expired_holds,
    release_hold,
)
from app.points.service.lifetimes import change_expiry_policy, last_day, list_expiry_policies
from app.points.service.naming import (
    join_households,
    leave_household,
    leave_households,
    name_owner,
    name_owners,
    settle_households,
)
from app.points.service.news import PeopleOf, TreasurersOf, tell_step
from app.points.service.notices import give_notices, list_own_notices, read_own_notice
from app.points.service.openings import (
    Moved,
    forget_paper_passbooks,
    lock_openings,
    open_passbooks,
    record_paper_passbooks,
    take_back_openings,
)
from app.points.service.passbooks import (
    Export,
    FreezeState,
    OpenHold,
    Passbook,
    begin_export,
    begin_own_export,
    continue_export,
    freeze_owner,
    list_own_holds,
    list_own_lots,
    list_passbook_holds,
    show_own_passbook,
    show_passbook,
    thaw_owner,
)
from app.points.service.posting import Outcome, post, post_one
from app.points.service.recovering import recover_owed
from app.points.service.returns import close_allotment, close_allotments_step
from app.points.service.rounds import expire_step, fold_step, list_book_codes, notice_step, release_step
from app.points.service.spending import redeem_points
from app.points.service.statements import list_own_entries, list_passbook_entries
from app.points.service.tellings import Telling, ToldLine
from app.points.service.undoing import undo_award, undo_part, worth_of
from app.points.service.years import PassbookYear, show_own_year, show_passbook_year

__all__ = [
    "AllotmentDetail",
    "AllotmentLine",
    "Award",
    "AwardOutcome",
    "BudgetLine",
    "ExpiryStep",
    "Export",
    "Extract",
    "Fact",
    "FreezeState",
    "HoldPlaced",
    "Moved",
    "OpenHold",
    "OpeningBalance",
    "Outcome",
    "PaperPassbook",
    "Passbook",
    "PassbookYear",
    "PeopleOf",
    "Period",
    "RuleDefinition",
    "ShopPayment",
    "StatementPageLine",
    "TakeOver",
    "TakenOver",
    "Telling",
    "ToldLine",
    "TransactionDetail",
    "TreasurersOf",
    "TrialBalance",
    "TrialRow",
    "add_allotment_points",
    "allot",
    "allot_points",
    "award",
    "award_points",
    "begin_export",
    "begin_extract",
    "begin_own_export",
    "begin_own_extract",
    "capture_hold",
    "change_expiry_policy",
    "check_holdable",
    "claw_back_award",
    "close_allotment",
    "close_allotments_step",
    "close_month",
    "continue_export",
    "continue_extract",
    "correct_transaction",
    "create_book",
    "create_budget",
    "expire_points",
    "expire_step",
    "fold_balances",
    "fold_step",
    "forget_paper_passbooks",
    "freeze_owner",
    "freeze_passbook",
    "fund_sponsor",
    "give_notices",
    "hold_points",
    "join_households",
    "last_day",
    "leave_household",
    "leave_households",
    "list_account_entries",
    "list_accounts",
    "list_book_codes",
    "list_budgets",
    "list_expiry_policies",
    "list_expiry_runs",
    "list_own_entries",
    "list_own_holds",
    "list_own_lots",
    "list_own_notices",
    "list_passbook_entries",
    "list_passbook_holds",
    "lock_openings",
    "mint_points",
    "name_owner",
    "name_owners",
    "notice_step",
    "open_budget",
    "open_passbooks",
    "pay_merchant",
    "pay_merchants",
    "post",
    "post_one",
    "preview_awards",
    "raise_alerts",
    "raise_alerts_step",
    "read_own_notice",
    "receive_funding",
    "record_paper_passbooks",
    "recover_owed",
    "redeem_points",
    "refund_redemption",
    "release_expired_holds",
    "release_hold",
    "release_step",
    "reverse_transaction",
    "run_expiry",
    "settle_households",
    "show_book",
    "show_figures",
    "show_own_passbook",
    "show_own_year",
    "show_passbook",
    "show_passbook_year",
    "show_transaction",
    "show_trial_balance",
    "take_back_openings",
    "take_over_balances",
    "take_over_passbooks",
    "tell_step",
    "thaw_owner",
    "thaw_passbook",
    "undo_award",
    "undo_part",
    "worth_of",
]
