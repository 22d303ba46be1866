"""Following a chain: the first entry that does not go on from the one before it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from app.points.rules.chain import GENESIS, Header
from app.points.rules.chain import link as next_link


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of a strict account as it is stored, with the words of its transaction. None where an entry has none."""

    version: int
    amount: int
    balance_after: int
    chain: bytes
    header: Header


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first entry that is not what the one before it makes it: what of it, what it should be, what is there."""

    version: int
    what: str
    expected: str
    found: str
    transaction_id: UUID | None = None


@dataclass(slots=True)
class Follower:
    """How far a chain was followed: the last entry that was right, its balance and its link."""

    book_id: int
    account_id: UUID
    version: int = 0
    balance: int = 0
    link: bytes = field(default=GENESIS)

    def follow(self, links: Iterable[Link]) -> Wrong | None:
        """Go on over these entries, oldest first, up to the first that is wrong, and answer that one."""
        for entry in links:
            wrong = self._wrong(entry)
            if wrong is not None:
                return wrong
            self.version, self.balance, self.link = entry.version, entry.balance_after, entry.chain
        return None

    def _wrong(self, entry: Link) -> Wrong | None:
        link = next_link(
            self.link,
            book_id=self.book_id,
            account_id=self.account_id,
            version=entry.version,
            amount=entry.amount,
            balance_after=entry.balance_after,
            digest=entry.header.digest(),
        )
        checks = (
            ("version", self.version + 1, entry.version),
            ("balance", self.balance + entry.amount, entry.balance_after),
            ("link", link.hex(), entry.chain.hex()),
        )
        for what, expected, found in checks:
            if expected != found:
                # a version that is left out is the one that is wrong
                version = self.version + 1 if what == "version" else entry.version
                return Wrong(version, what, str(expected), str(found), entry.header.id)
        return None
