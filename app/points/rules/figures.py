"""The figures of a month: what each says is written here once; docs/ledger.md explains them to people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.points.terms import AccountKind, Code

MONTHS_MAX = 24
"""Most months in one report."""
DAYS_BEFORE_CLOSING = 2
"""A month is closed on the second day after its end or later: nothing begun in it is on its way any more."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What went into and out of all accounts of one kind by transactions of one code; neither is negative."""

    code: str
    kind: str
    into: int
    out: int


@dataclass(frozen=True, slots=True)
class People:
    """How many passbooks had an entry in a month, and how many their first."""

    active: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of a programme. Points unless named fen; what stands last in each group is a balance at its end."""

    issued: int
    awarded_opening: int
    awarded_award: int
    awarded_report_award: int
    redeemed: int
    refunded: int
    expired: int
    clawed_back: int
    owed_back: int
    corrected: int
    transferred_out: int
    transferred_in: int
    cleared_out: int
    cleared_in: int
    outstanding: int
    received_fen: int
    paid_fen: int
    liability_fen: int
    reserve_fen: int
    owed_to_shops_fen: int
    sponsors_free_fen: int
    active_people: int
    new_passbooks: int

    @property
    def awarded(self) -> int:
        """All that was put into passbooks for the first time."""
        return self.awarded_opening + self.awarded_award + self.awarded_report_award

    @property
    def grown(self) -> int:
        """What the flows of the month added to all passbooks: outstanding less that of the month before."""
        into = self.awarded + self.refunded + self.corrected + self.transferred_in + self.cleared_in
        return into - self.redeemed - self.expired - self.clawed_back - self.transferred_out - self.cleared_out


def month_figures(moves: Iterable[Moved], balances: Mapping[str, int], people: People) -> MonthFigures:
    """Derive the figures from what moved in the month, the balances by kind at its end, and who was active."""
    by_leg = {(move.code, move.kind): move for move in moves}
    issued = sum(move.out - move.into for move in by_leg.values() if move.kind == AccountKind.ISSUANCE)
    none = Moved("", "", 0, 0)

    def into(code: Code, kind: AccountKind = AccountKind.RESIDENT) -> int:
        return by_leg.get((code, kind), none).into

    def out(code: Code, kind: AccountKind = AccountKind.RESIDENT) -> int:
        return by_leg.get((code, kind), none).out

    return MonthFigures(
        issued=issued,
        awarded_opening=into(Code.OPENING),
        awarded_award=into(Code.AWARD),
        awarded_report_award=into(Code.REPORT_AWARD),
        redeemed=out(Code.REDEMPTION),
        refunded=into(Code.REFUND),
        expired=out(Code.EXPIRY),
        clawed_back=out(Code.CLAWBACK) + out(Code.RECOVERY),
        owed_back=into(Code.CLAWBACK, AccountKind.CLAWBACK),
        corrected=into(Code.REVERSAL) - out(Code.REVERSAL),
        transferred_out=out(Code.TRANSFER),
        transferred_in=into(Code.TRANSFER),
        cleared_out=out(Code.CLEARING_OUT),
        cleared_in=into(Code.CLEARING_IN),
        outstanding=balances.get(AccountKind.RESIDENT, 0),
        received_fen=out(Code.FUND, AccountKind.BANK),
        paid_fen=into(Code.PAYOUT, AccountKind.BANK),
        liability_fen=balances.get(AccountKind.POINTS_LIABILITY, 0),
        reserve_fen=balances.get(AccountKind.BUDGET_RESERVE, 0),
        owed_to_shops_fen=balances.get(AccountKind.MERCHANT_PAYABLE, 0),
        sponsors_free_fen=balances.get(AccountKind.SPONSOR_FUNDING, 0),
        active_people=people.active,
        new_passbooks=people.new,
    )
