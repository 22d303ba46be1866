"""The part of the ledger a batch touches, as read under lock, while its postings are decided one after another."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

LotKey = tuple[date, UUID]
"""(expiry day, budget): sorts lots in the order in which they are spent."""


@dataclass(slots=True)
class BalanceState:
    """A strict account. `version_before` is what the row held when it was locked."""

    account_id: UUID
    posted: int
    held: int
    version: int
    floor: int
    head: bytes
    moved_at: datetime
    frozen: bool
    version_before: int

    @property
    def free(self) -> int:
        """What may leave the account."""
        return self.posted - self.held - self.floor


@dataclass(slots=True)
class LotState:
    """One lot as it stands."""

    left: int = 0
    held: int = 0
    cost_fen: int = 0

    @property
    def free(self) -> int:
        """Points that no hold has set aside."""
        return self.left - self.held

    def cost_of(self, points: int) -> int:
        """The money behind `points` of this lot. The last points take all that is left, so no fen ever drifts."""
        return self.cost_fen if points == self.left else self.cost_fen * points // self.left


@dataclass(slots=True)
class HoldState:
    """A hold to be captured: `lots` in spending order; `problem` says why it cannot be."""

    account_id: UUID
    points: int
    problem: str | None
    lots: list[tuple[LotKey, int]] = field(default_factory=list)


@dataclass(slots=True)
class TakenState:
    """What `taker_id` took from `account_id`, the longest lived piece first, and how much was given back already."""

    account_id: UUID | None = None
    taker_id: UUID | None = None
    pieces: list[tuple[LotKey, int, int]] = field(default_factory=list)
    given_points: int = 0
    given_fen: int = 0
    problem: str | None = None

    def remaining(self) -> list[tuple[LotKey, int, int]]:
        """(lot, points, fen) of each piece that was not given back yet, in the order of giving back."""
        pieces = []
        points, fen = self.given_points, self.given_fen
        for key, piece_points, piece_fen in self.pieces:
            back = min(points, piece_points)
            back_fen = piece_fen if back == piece_points else min(fen, piece_fen) if back else 0
            points, fen = points - back, fen - back_fen
            if back < piece_points:
                pieces.append((key, piece_points - back, piece_fen - back_fen))
        return pieces


@dataclass(slots=True)
class LedgerState:
    """Everything a batch was allowed to see. Accounts not in `balances` are folded."""

    balances: dict[UUID, BalanceState] = field(default_factory=dict)
    lots: dict[UUID, dict[LotKey, LotState]] = field(default_factory=dict)
    holds: dict[UUID, HoldState] = field(default_factory=dict)
    taken: dict[UUID, TakenState] = field(default_factory=dict)

    def lots_of(self, account_id: UUID) -> dict[LotKey, LotState]:
        """The lots of one account that were read or opened."""
        return self.lots.setdefault(account_id, {})
