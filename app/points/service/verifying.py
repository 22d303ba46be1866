"""The check of an account's chain, some entries at a time: what anybody can do with an export, done in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.infra.unit_of_work import UnitOfWork
from app.points import errors, queries
from app.points.models import Account
from app.points.queries import StatementLine
from app.points.rules.chain import Header
from app.points.rules.verification import Follower, Link, Wrong

ENTRIES_MAX = 1000
"""Entries checked in one call."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The entries above `after_version` that were checked, from `checked_from` to `checked_to` (None: there was none).

    `wrong` is the first that does not hold; `next_after_version` where the next call goes on, None at the end of the
    chain or where it breaks.
    """

    account: Account
    checked_from: int | None
    checked_to: int | None
    head_version: int
    wrong: Wrong | None
    next_after_version: int | None

    @property
    def ok(self) -> bool:
        """Whether every entry that was checked holds."""
        return self.wrong is None


def check_chain(uow: UnitOfWork, *, book: str, account_id: UUID, after_version: int) -> ChainCheck:
    """Recompute the links of up to ENTRIES_MAX entries of a strict account above `after_version`, oldest first.

    The link of `after_version` itself is taken as it is stored: the call before checked it. Begun at 0 and gone on to
    the end, this is the whole chain, its last link against the head of the account. Refuses BookMissing,
    AccountMissing, AccountNotChained.
    """
    found = queries.get_book(uow.session, book)
    account = queries.get_account(uow.session, found.id, account_id)
    if account.folded:
        raise errors.AccountNotChained
    head = queries.get_chain_head(uow.session, found.id, account_id)
    if after_version > head.version:
        return ChainCheck(account, None, None, head.version, None, None)
    before = max(after_version - 1, 0)
    lines = queries.list_chain(
        uow.session, found.id, account_id, after=before, through=head.version, limit=ENTRIES_MAX + 1
    )
    follower, rest = _begin(account, after_version, lines)
    rest = rest[:ENTRIES_MAX]
    wrong = follower.follow(_link(line) for line in rest)
    at_the_end = len(rest) < ENTRIES_MAX or follower.version >= head.version
    if wrong is None and at_the_end:
        wrong = _wrong_end(follower, head)
    reached = wrong.version if wrong else follower.version
    return ChainCheck(
        account,
        min(after_version + 1, reached) if rest or wrong else None,
        reached if rest or wrong else None,
        head.version,
        wrong,
        None if wrong or at_the_end else follower.version,
    )


def _begin(
    account: Account, after_version: int, lines: Sequence[StatementLine]
) -> tuple[Follower, Sequence[StatementLine]]:
    """Where to go on: at the genesis, or from the stored entry `after_version`. One that is missing is met as a gap."""
    if after_version == 0 or not lines or lines[0].version != after_version:
        return Follower(account.book_id, account.id, version=max(after_version - 1, 0)), lines
    known = _link(lines[0])
    return Follower(account.book_id, account.id, known.version, known.balance_after, known.chain), lines[1:]


def _wrong_end(follower: Follower, head: queries.ChainHead) -> Wrong | None:
    if follower.version < head.version:
        return Wrong(follower.version + 1, "version", str(follower.version + 1), "none")
    if follower.version == head.version and (follower.balance, follower.link) != (head.posted, head.head):
        return Wrong(
            follower.version,
            "head",
            f"{follower.balance} {follower.link.hex()}",
            f"{head.posted} {head.head.hex()}",
        )
    return None


def _link(line: StatementLine) -> Link:
    header = Header(
        line.transaction_id,
        line.actor_id,
        line.recorded_at,
        line.effective_at,
        line.code,
        line.cause,
        line.evidence,
    )
    return Link(line.version or 0, line.amount, line.balance_after or 0, line.chain or b"", header)
