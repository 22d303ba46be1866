"""Turning decisions into the rows that are written: entries with version, balance and chain, lot moves, declines."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.points.rules import chain
from app.points.rules.accounts import account_id
from app.points.rules.decisions import Decision, Move, Refused, strict_balances
from app.points.rules.postings import Posting
from app.points.rules.state import LedgerState, LotState
from app.points.terms import Mode


class EntryRow(NamedTuple):
    """One leg as written, in the order of points_write's arguments; the last three are None for folded accounts."""

    posting: int
    line: int
    account_id: UUID
    amount: int
    version: int | None = None
    balance_after: int | None = None
    link: bytes | None = None


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """A header as written; `recorded_at` never runs back on any account it touches."""

    id: UUID
    posting: Posting
    lines: int
    recorded_at: datetime
    effective_at: datetime


@dataclass(slots=True)
class Journal:
    """All rows of one batch. Postings count from 1 within `transactions`, the entries of `moves` within `entries`.

    `last_entries` names the last entry of each strict account.
    """

    book_id: int
    actor_id: UUID
    now: datetime
    transactions: list[TransactionRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)
    moves: list[tuple[int, Move]] = field(default_factory=list)
    last_entries: dict[UUID, int] = field(default_factory=dict)
    captures: list[tuple[int, UUID, int]] = field(default_factory=list)
    declines: list[tuple[str, Refused]] = field(default_factory=list)

    def write(self, state: LedgerState, transaction_id: UUID, posting: Posting, decision: Decision) -> int | None:
        """Apply a decision to the state and note its rows. Answers a strict balance after it, the passbook's first."""
        balances = strict_balances(state, self.book_id, posting)
        recorded_at = max([self.now, *(balance.moved_at for balance in balances if balance is not None)])
        effective_at = posting.effective_at or self.now
        header = chain.Header(
            transaction_id, self.actor_id, recorded_at, effective_at, posting.code, posting.cause, posting.evidence
        )
        index = len(self.transactions) + 1
        entries = self._write_legs(state, index, posting, decision, header)
        self.transactions.append(TransactionRow(transaction_id, posting, len(entries), recorded_at, effective_at))
        for move in decision.moves:
            _apply_move(state, move)
            if move.points:
                self.moves.append((entries[move.account_id], move))
        if posting.mode is Mode.CAPTURE and posting.refers_to is not None:
            self.captures.append((index, posting.refers_to, decision.points))
        after = [
            (leg.account.terms.has_lots, balance.posted)
            for leg, amount, balance in zip(posting.legs, decision.amounts, balances, strict=True)
            if amount and balance is not None
        ]
        return max(after, key=lambda item: item[0])[1] if after else None

    def _write_legs(
        self, state: LedgerState, index: int, posting: Posting, decision: Decision, header: chain.Header
    ) -> dict[UUID, int]:
        entries: dict[UUID, int] = {}
        digest = header.digest()
        for leg, amount in zip(posting.legs, decision.amounts, strict=True):
            if not amount:
                continue
            account = account_id(self.book_id, leg.account)
            line = len(entries) + 1
            entries[account] = len(self.entries) + 1
            balance = state.balances.get(account)
            if balance is None:
                self.entries.append(EntryRow(index, line, account, amount))
                continue
            self.last_entries[account] = entries[account]
            balance.posted += amount
            balance.version += 1
            balance.moved_at = header.recorded_at
            if leg.account.terms.has_lots:
                balance.held -= decision.unheld
            balance.head = chain.link(
                balance.head,
                book_id=self.book_id,
                account_id=account,
                version=balance.version,
                amount=amount,
                balance_after=balance.posted,
                digest=digest,
            )
            self.entries.append(EntryRow(index, line, account, amount, balance.version, balance.posted, balance.head))
        return entries


def _apply_move(state: LedgerState, move: Move) -> None:
    lot = state.lots_of(move.account_id).setdefault(move.key, LotState())
    lot.left += move.points
    lot.held += move.held
    lot.cost_fen += move.cost_fen
