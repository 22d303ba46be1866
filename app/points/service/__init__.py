"""The ledger's acts. Everything that moves points or money goes through `post`."""

from app.points.service.awards import Award, OpeningBalance, award_points, take_over_balances
from app.points.service.books import create_book, create_budget
from app.points.service.corrections import claw_back_award, refund_redemption, reverse_transaction
from app.points.service.expiry import ExpiryRun, expire_points
from app.points.service.folding import fold_balances
from app.points.service.freezing import freeze_passbook, thaw_passbook
from app.points.service.funding import allot_points, fund_sponsor, mint_points, pay_merchant
from app.points.service.holds import HoldPlaced, capture_hold, hold_points, release_expired_holds, release_hold
from app.points.service.posting import Outcome, post, post_one
from app.points.service.spending import redeem_points

__all__ = [
    "Award",
    "ExpiryRun",
    "HoldPlaced",
    "OpeningBalance",
    "Outcome",
    "allot_points",
    "award_points",
    "capture_hold",
    "claw_back_award",
    "create_book",
    "create_budget",
    "expire_points",
    "fold_balances",
    "freeze_passbook",
    "fund_sponsor",
    "hold_points",
    "mint_points",
    "pay_merchant",
    "post",
    "post_one",
    "redeem_points",
    "refund_redemption",
    "release_expired_holds",
    "release_hold",
    "reverse_transaction",
    "take_over_balances",
    "thaw_passbook",
]
